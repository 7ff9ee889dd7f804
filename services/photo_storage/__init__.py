"""Where photos are kept."""

from config import Settings
from services.photo_storage.base import (
    PhotoNotFoundError,
    PhotoStorage,
    StorageUnavailableError,
)
from services.photo_storage.local import LocalPhotoStorage
from services.photo_storage.s3 import S3PhotoStorage

__all__ = [
    "LocalPhotoStorage",
    "PhotoNotFoundError",
    "PhotoStorage",
    "S3PhotoStorage",
    "StorageUnavailableError",
    "photo_storage",
]


def photo_storage(settings: Settings) -> PhotoStorage:
    """S3 where a bucket is set, else a local folder."""
    if settings.s3_bucket:
        return S3PhotoStorage(
            settings.s3_bucket, settings.s3_region, settings.s3_endpoint_url or None
        )
    return LocalPhotoStorage(settings.data_dir / "photos")
