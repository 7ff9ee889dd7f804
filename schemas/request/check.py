"""Checks."""

from marshmallow import fields, validate

from constants import BODY_SITES, Sex, Status
from schemas.fields import Age, Cursor, Moment, Photo, page_limit
from schemas.request.base import RequestSchema

SHA256 = r"[0-9a-fA-F]{64}\Z"
SHA256_RULE = "Must be the SHA-256 of the photo in 64 hexadecimal digits."


class CheckUpload(RequestSchema):
    """All that is told besides the photo may be missing, or null."""

    photo = Photo(required=True)
    photo_sha256 = fields.String(validate=validate.Regexp(SHA256, error=SHA256_RULE))
    age = Age(allow_none=True)
    sex = fields.Enum(Sex, by_value=True, allow_none=True)
    body_site = fields.String(validate=validate.OneOf(BODY_SITES), allow_none=True)


class IdempotencyHeader(RequestSchema):
    """`Idempotency-Key`: 1 to 255 printable ASCII characters."""

    idempotency_key = fields.String(
        data_key="Idempotency-Key",
        load_default=None,
        validate=[
            validate.Length(min=1, max=255),
            validate.Regexp(r"[ -~]+\Z", error="Printable ASCII characters only."),
        ],
    )


class HeatmapQuery(RequestSchema):
    format = fields.String(validate=validate.OneOf(("png", "json")), load_default="png")


class CheckListQuery(RequestSchema):
    limit = page_limit()
    cursor = Cursor()
    status = fields.Enum(Status, by_value=True)
    since = Moment(data_key="from")
    until = Moment(data_key="to")
