"""Errors in photos. Every message tells the client what to do."""

from utils.errors import ServiceError


class PhotoError(ServiceError):
    """The root of the errors in photos."""


class PhotoUnreadableError(PhotoError):
    """The file is not a picture in an accepted format, or is damaged."""

    @classmethod
    def damaged(cls) -> "PhotoUnreadableError":
        """Return the error for a damaged or incomplete file."""
        return cls("The picture is damaged or incomplete. Send it again, or take a new one.")


class PhotoAnimatedError(PhotoError):
    """The file has more than one frame."""

    def __init__(self, message: str = "The picture is animated. Send a still photo.") -> None:
        super().__init__(message)


class PhotoTooLargeError(PhotoError):
    """The photo has too many bytes or pixels."""


class PhotoTooSmallError(PhotoError):
    """A side of the photo has too few pixels."""
