"""Request schemas for several photos at once."""

from dataclasses import dataclass

from marshmallow import ValidationError, fields, validate

from constants import MAX_BATCH_PHOTOS
from schemas.fields import ObjectList, PhotoFile
from schemas.request.base import RequestSchema
from schemas.request.check import Upload, UploadForm, UploadRequest
from schemas.request.idempotency import Idempotency, key_field


@dataclass(frozen=True)
class Batch:
    """The uploads in the order of the request. Those that cannot be read are errors."""

    photos: list[Upload | ValidationError]


class BatchRequest(RequestSchema[Batch]):
    target = Batch

    photos = ObjectList(UploadRequest, MAX_BATCH_PHOTOS, required=True)


class BatchForm(UploadForm):
    """The same as a form, in which all photos have one context."""

    photo = fields.List(PhotoFile(), required=True, validate=validate.Length(1, MAX_BATCH_PHOTOS))  # type: ignore[assignment]


class BatchIdempotencyHeader(RequestSchema[Idempotency]):
    """Load the header `Idempotency-Key`. A photo has this key with a slash and its index."""

    target = Idempotency

    key = key_field(250)
