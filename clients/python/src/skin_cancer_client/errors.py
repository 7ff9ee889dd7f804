"""What can go wrong. Each error says in its text what to do."""

from collections.abc import Mapping
from typing import Any

import httpx

from skin_cancer_client.decoding import DecodingError, decode
from skin_cancer_client.records import Problem, QualityIssue


class SkinCancerClientError(Exception):
    """Any error of this package."""


class ServiceUnreachableError(SkinCancerClientError):
    """No answer arrived: the address is wrong, the service is down, or the connection broke."""


class UnexpectedAnswerError(SkinCancerClientError):
    """The answer is not one of this service. A proxy may have given it."""

    def __init__(self, message: str, status: int) -> None:
        """Keep the status of the answer."""
        super().__init__(message)
        self.status = status


class NotLoggedInError(SkinCancerClientError):
    """There is no login, or it has ended, and no password to log in with."""


class PhotoFileError(SkinCancerClientError):
    """The photo cannot be read, or is too large to be sent."""


class ProblemError(SkinCancerClientError):
    """The service refused. Its subclasses are the types of problem that callers tell apart."""

    def __init__(self, problem: Problem, retry_after: float | None = None) -> None:
        """Keep the problem. `retry_after` has the seconds to wait, if the service named them."""
        super().__init__(f"{problem.title}: {problem.detail}")
        self.problem = problem
        self.retry_after = retry_after

    @property
    def type(self) -> str:
        return self.problem.type

    @property
    def name(self) -> str:
        """The last part of the type, such as photo-unreadable."""
        return self.type.rpartition("/")[2]

    @property
    def title(self) -> str:
        return self.problem.title

    @property
    def status(self) -> int:
        return self.problem.status

    @property
    def detail(self) -> str:
        return self.problem.detail

    @property
    def errors(self) -> Mapping[str, Any]:
        return self.problem.errors or {}

    @property
    def reasons(self) -> tuple[QualityIssue, ...]:
        return self.problem.reasons or ()

    @property
    def request_id(self) -> str:
        return self.problem.request_id


class NotAuthenticatedError(ProblemError):
    """The access token or the refresh token is not valid any more."""


class RefreshSupersededError(ProblemError):
    """Another program has just used the refresh token."""


class WrongCredentialsError(ProblemError):
    """The password is wrong, or there is no such account."""


class ForbiddenError(ProblemError):
    """The role of the user does not allow it."""


class NotFoundError(ProblemError):
    """It is not there, or belongs to somebody else."""


class EmailTakenError(ProblemError):
    """The address has an account already."""


class InvalidRequestError(ProblemError):
    """A field is not valid: `errors` has the reasons by field."""


class PhotoRefusedError(ProblemError):
    """This photo is not assessed: `detail` says how to take one that is."""


class TooManyRequestsError(ProblemError):
    """A rate limit is used up: try again after `retry_after` seconds."""


class ServiceUnavailableError(ProblemError):
    """The service cannot answer at the moment."""


BY_NAME: Mapping[str, type[ProblemError]] = {
    "not-authenticated": NotAuthenticatedError,
    "refresh-token-superseded": RefreshSupersededError,
    "wrong-credentials": WrongCredentialsError,
    "forbidden": ForbiddenError,
    "not-found": NotFoundError,
    "email-taken": EmailTakenError,
    "validation": InvalidRequestError,
    "weak-password": InvalidRequestError,
    "content-too-large": PhotoRefusedError,
    "photo-too-large": PhotoRefusedError,
    "photo-too-small": PhotoRefusedError,
    "photo-unreadable": PhotoRefusedError,
    "photo-animated": PhotoRefusedError,
    "photo-not-assessable": PhotoRefusedError,
    "too-many-requests": TooManyRequestsError,
    "service-busy": ServiceUnavailableError,
    "assessment-unavailable": ServiceUnavailableError,
    "photo-unavailable": ServiceUnavailableError,
    "database-unavailable": ServiceUnavailableError,
}


def error_of(response: httpx.Response, retry_after: float | None) -> SkinCancerClientError:
    """Return the error that an answer of 300 or more stands for."""
    try:
        problem = decode(Problem, response.json())
    except (DecodingError, ValueError):
        return UnexpectedAnswerError(
            f"The answer has status {response.status_code} and is not one of this service. Is the "
            "address right?",
            response.status_code,
        )
    name = problem.type.rpartition("/")[2]
    return BY_NAME.get(name, ProblemError)(problem, retry_after)
