"""The database tables."""

from models.check import Check
from models.idempotency_key import IdempotencyKey
from models.network_choice import NetworkChoice
from models.photo_deletion import PhotoDeletion
from models.rate_limit import RateLimit
from models.review import Review
from models.session import LoginSession
from models.shadow_prediction import ShadowPrediction
from models.user import User

__all__ = [
    "Check",
    "IdempotencyKey",
    "LoginSession",
    "NetworkChoice",
    "PhotoDeletion",
    "RateLimit",
    "Review",
    "ShadowPrediction",
    "User",
]
