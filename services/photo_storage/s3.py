"""Photos in a bucket of Amazon S3 or of a server that speaks its protocol."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from services.photo_storage.base import PhotoNotFoundError, StorageUnavailableError
from utils.lazy import Lazy

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MISSING = "NoSuchKey"


class S3PhotoStorage:
    """Credentials come from where boto3 looks for them: the environment, a profile, the machine."""

    def __init__(self, bucket: str, region: str, endpoint_url: str | None) -> None:
        self.bucket, self.region, self.endpoint_url = bucket, region, endpoint_url
        self._client = Lazy(self._connect)

    def put(self, key: str, content: bytes) -> None:
        with _failures():
            self._client().put_object(
                Bucket=self.bucket, Key=_name(key), Body=content, ContentType="image/jpeg"
            )

    def get(self, key: str) -> bytes:
        with _failures():
            return self._client().get_object(Bucket=self.bucket, Key=_name(key))["Body"].read()

    def delete(self, key: str) -> None:
        with _failures():
            self._client().delete_object(Bucket=self.bucket, Key=_name(key))

    def probe(self) -> None:
        with _failures():
            self._client().head_bucket(Bucket=self.bucket)

    def _connect(self) -> "S3Client":
        """boto3 takes a second to import, and its clients must not be shared across a fork."""
        import boto3
        from botocore.config import Config

        options = Config(
            connect_timeout=3,
            read_timeout=10,
            retries={"mode": "standard", "total_max_attempts": 2},
        )
        if self.endpoint_url:
            # Other servers than Amazon's often do not know its newer checksums.
            options = options.merge(
                Config(
                    request_checksum_calculation="when_required",
                    response_checksum_validation="when_required",
                )
            )
        return boto3.session.Session().client(
            "s3", region_name=self.region, endpoint_url=self.endpoint_url, config=options
        )


def _name(key: str) -> str:
    return f"photos/{key}.jpg"


@contextmanager
def _failures() -> Iterator[None]:
    """Errors of boto3 as those of the protocol; they never carry a key or an address."""
    from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code == MISSING:
            raise PhotoNotFoundError from error
        raise StorageUnavailableError(f"S3 answered {code}") from error
    except (BotoCoreError, HTTPClientError) as error:
        raise StorageUnavailableError(f"S3: {type(error).__name__}") from error
