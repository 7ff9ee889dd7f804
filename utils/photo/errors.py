"""Errors in photos; every message says what to do."""

from utils.errors import ServiceError


class PhotoError(ServiceError):
    """The root of the family; the message tells the person who sent the photo what to do."""


class PhotoUnreadableError(PhotoError):
    """Not a picture in an accepted format, or a damaged one."""

    @classmethod
    def damaged(cls) -> "PhotoUnreadableError":
        return cls("The picture is damaged or incomplete. Send it again, or take a new one.")


class PhotoAnimatedError(PhotoError):
    """More than one frame."""

    def __init__(self) -> None:
        super().__init__("The picture is animated. Send a single still photo.")


class PhotoTooLargeError(PhotoError):
    """More bytes or pixels than are decoded."""


class PhotoTooSmallError(PhotoError):
    """Fewer pixels than can be assessed."""
