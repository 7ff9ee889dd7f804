"""A typed client of the AI Skin Cancer Detector: `Client`, and `AsyncClient` for event loops.

The service is for research and education. It is not a medical device.
"""

from skin_cancer_client.async_client import AsyncClient
from skin_cancer_client.calls import Progress
from skin_cancer_client.client import Client
from skin_cancer_client.errors import (
    EmailTakenError,
    ForbiddenError,
    InvalidRequestError,
    NotAuthenticatedError,
    NotFoundError,
    NotLoggedInError,
    PhotoFileError,
    PhotoRefusedError,
    ProblemError,
    RefreshSupersededError,
    ServiceUnavailableError,
    ServiceUnreachableError,
    SkinCancerClientError,
    TooManyRequestsError,
    UnexpectedAnswerError,
    WrongCredentialsError,
)
from skin_cancer_client.model_records import Model
from skin_cancer_client.photos import PhotoSource
from skin_cancer_client.records import (
    Advice,
    BatchResult,
    BodySite,
    Check,
    Context,
    Diagnosis,
    Heatmap,
    Outline,
    PredictiveValues,
    Problem,
    Quality,
    QualityIssue,
    Region,
    Review,
    Role,
    Session,
    Sex,
    Status,
    User,
)
from skin_cancer_client.retries import Retries
from skin_cancer_client.tokens import FileTokens, MemoryTokens, TokenStore
from skin_cancer_client.version import VERSION

__all__ = [
    "VERSION",
    "Advice",
    "AsyncClient",
    "BatchResult",
    "BodySite",
    "Check",
    "Client",
    "Context",
    "Diagnosis",
    "EmailTakenError",
    "FileTokens",
    "ForbiddenError",
    "Heatmap",
    "InvalidRequestError",
    "MemoryTokens",
    "Model",
    "NotAuthenticatedError",
    "NotFoundError",
    "NotLoggedInError",
    "Outline",
    "PhotoFileError",
    "PhotoRefusedError",
    "PhotoSource",
    "PredictiveValues",
    "Problem",
    "ProblemError",
    "Progress",
    "Quality",
    "QualityIssue",
    "RefreshSupersededError",
    "Region",
    "Retries",
    "Review",
    "Role",
    "ServiceUnavailableError",
    "ServiceUnreachableError",
    "Session",
    "Sex",
    "SkinCancerClientError",
    "Status",
    "TokenStore",
    "TooManyRequestsError",
    "UnexpectedAnswerError",
    "User",
    "WrongCredentialsError",
]
