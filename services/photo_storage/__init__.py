"""Where photos are kept."""

from config import Settings
from services.photo_storage.base import (
    PhotoNotFoundError,
    PhotoStorage,
    StorageError,
    StorageTimeoutError,
    StorageUnavailableError,
)
from services.photo_storage.guarded import GuardedPhotoStorage
from services.photo_storage.local import LocalPhotoStorage
from services.photo_storage.s3 import PATIENT, QUICK, Patience, S3PhotoStorage

__all__ = [
    "GuardedPhotoStorage",
    "LocalPhotoStorage",
    "PhotoNotFoundError",
    "PhotoStorage",
    "S3PhotoStorage",
    "StorageError",
    "StorageTimeoutError",
    "StorageUnavailableError",
    "patient_photo_storage",
    "photo_storage",
]


def photo_storage(settings: Settings) -> PhotoStorage:
    """Return that for requests: S3 where a bucket is set, else a local folder."""
    if settings.s3_bucket:
        return GuardedPhotoStorage(_s3(settings, QUICK))
    return LocalPhotoStorage(settings.data_dir / "photos")


def patient_photo_storage(settings: Settings) -> PhotoStorage:
    """Return the same for work in the background, which can wait for a slow server."""
    return _s3(settings, PATIENT) if settings.s3_bucket else photo_storage(settings)


def _s3(settings: Settings, patience: Patience) -> S3PhotoStorage:
    endpoint_url = settings.s3_endpoint_url or None
    return S3PhotoStorage(settings.s3_bucket, settings.s3_region, endpoint_url, patience)
