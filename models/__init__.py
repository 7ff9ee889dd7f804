"""What is kept in PostgreSQL."""

from models.check import Check
from models.photo_deletion import PhotoDeletion
from models.review import Review
from models.token import TokenFamily
from models.user import User

__all__ = ["Check", "PhotoDeletion", "Review", "TokenFamily", "User"]
