"""Photos in a bucket of Amazon S3 or of a server that speaks its protocol."""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from services.photo_storage.base import (
    PhotoNotFoundError,
    StorageTimeoutError,
    StorageUnavailableError,
)
from utils.lazy import Lazy

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MISSING = "NoSuchKey"


@dataclass(frozen=True)
class Patience:
    """Seconds to wait for a connection and for each answer, and how often to try."""

    connect: float
    read: float
    attempts: int


QUICK, PATIENT = Patience(1, 1, 1), Patience(3, 10, 2)
"""For requests, where somebody waits; and for what is done in the background."""


class S3PhotoStorage:
    """Credentials come from where boto3 looks for them: the environment, a profile, the machine."""

    def __init__(
        self, bucket: str, region: str, endpoint_url: str | None, patience: Patience = PATIENT
    ) -> None:
        self.bucket, self.region, self.endpoint_url = bucket, region, endpoint_url
        self._patience = patience
        self._client = Lazy(self._connect)

    def put(self, key: str, content: bytes) -> None:
        """Where the answer does not prove that the bucket has these bytes, they are read back: a
        proxy can answer 200 with a page of its own.
        """
        digest = hashlib.md5(content, usedforsecurity=False)
        with _failures():
            answer = self._client().put_object(
                Bucket=self.bucket,
                Key=_name(key),
                Body=content,
                ContentType="image/jpeg",
                ContentMD5=base64.b64encode(digest.digest()).decode(),
            )
            # With keys of AWS KMS the tag is not the MD5.
            is_proven = answer.get("ETag", "").strip('"') == digest.hexdigest()
        if not is_proven and self._stored(key) != content:
            raise StorageUnavailableError("S3 did not keep what it got")

    def get(self, key: str) -> bytes:
        with _failures():
            return self._client().get_object(Bucket=self.bucket, Key=_name(key))["Body"].read()

    def delete(self, key: str) -> None:
        with _failures():
            answer = self._client().delete_object(Bucket=self.bucket, Key=_name(key))
        # A page of a proxy comes with 200; the photo would stay for ever.
        if answer["ResponseMetadata"]["HTTPStatusCode"] != HTTPStatus.NO_CONTENT:
            raise StorageUnavailableError("S3 did not confirm a deletion")

    def probe(self) -> None:
        with _failures():
            self._client().head_bucket(Bucket=self.bucket)

    def _stored(self, key: str) -> bytes | None:
        try:
            return self.get(key)
        except PhotoNotFoundError:
            return None

    def _connect(self) -> "S3Client":
        """boto3 takes a second to import, and its clients must not be shared across a fork."""
        import boto3
        from botocore.config import Config

        options = Config(
            connect_timeout=self._patience.connect,
            read_timeout=self._patience.read,
            retries={"mode": "standard", "total_max_attempts": self._patience.attempts},
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
    from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError

    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code == MISSING:
            raise PhotoNotFoundError from error
        raise StorageUnavailableError(f"S3 answered {code}") from error
    except (ConnectTimeoutError, ReadTimeoutError) as error:
        raise StorageTimeoutError(f"S3: {type(error).__name__}") from error
    # Odd answers make boto3 raise almost anything: a redirect to itself ends in a RecursionError.
    except Exception as error:
        raise StorageUnavailableError(f"S3: {type(error).__name__}") from error
