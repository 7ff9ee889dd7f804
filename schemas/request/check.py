"""Request schemas for checks."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeVar

from marshmallow import fields, post_load

from constants import BODY_SITES, Sex, Status
from schemas.described_fields import choice, string
from schemas.fields import Age, Moment, Pattern, Photo, PhotoFile, Region
from schemas.request.base import RequestSchema
from schemas.request.page import PageRequest, PageSchema

SHA256 = "^[0-9a-fA-F]{64}$"
SHA256_RULE = "Must be the SHA-256 of the photo in 64 hexadecimal digits."
EXTENSION = r"^(\.[0-9A-Za-z]{1,9}|[0-9A-Za-z]{1,10})$"
EXTENSION_RULE = "Must be letters and digits, such as jpg or .heic, at most 10 characters."


@dataclass(frozen=True, kw_only=True)
class Upload:
    """The content of the photo file and its context; None for items that were not supplied.

    `region` is x, y and size of the part to assess (`cnn_model.serving.region`).
    """

    photo: bytes = field(repr=False)
    photo_sha256: str | None = None
    age: int | None = None
    sex: Sex | None = None
    body_site: str | None = None
    region: tuple[float, float, float] | None = None


@dataclass(frozen=True)
class HeatmapOptions:
    format: Literal["png", "json"] = "png"


@dataclass(frozen=True, kw_only=True)
class CheckPageRequest(PageRequest):
    """A page of matching checks; None matches all. `since` is inclusive, `until` exclusive."""

    status: Status | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class AllChecksPageRequest(CheckPageRequest):
    """A page of the checks of all users, whether or not a person has reviewed them."""

    reviewed: bool | None = None


LoadedPage = TypeVar("LoadedPage", bound=CheckPageRequest)


class UploadRequest(RequestSchema[Upload]):
    """Load an upload. The region and each item of the context may be absent or null."""

    target = Upload

    photo = Photo(required=True)
    photo_sha256 = string(
        "Digest of the photo. An upload that arrives changed is refused.",
        validate=Pattern(SHA256, error=SHA256_RULE),
    )
    # Clients of the first version send it.
    photo_extension = string(
        "Without effect: the format is detected from the content.",
        validate=Pattern(EXTENSION, error=EXTENSION_RULE),
    )
    age = Age(allow_none=True, metadata={"description": "Age of the person, in whole years."})
    sex = fields.Enum(
        Sex, by_value=True, allow_none=True, metadata={"description": "Sex of the person."}
    )
    body_site = choice("BodySite", BODY_SITES, "Where on the body the lesion is.", allow_none=True)
    region = Region(allow_none=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Upload:
        data.pop("photo_extension", None)
        return Upload(**data)


class UploadForm(UploadRequest):
    """Describe the same as a form, which cannot say null."""

    photo = PhotoFile(required=True)

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        field_obj.allow_none = False


class HeatmapQuery(RequestSchema[HeatmapOptions]):
    target = HeatmapOptions

    format = choice("HeatmapFormat", ("png", "json"), "A picture, or numbers.")


class CheckFilters(PageSchema[LoadedPage]):
    """The filters of every list of checks."""

    status = fields.Enum(
        Status, by_value=True, metadata={"description": "Only checks with this status."}
    )
    since = Moment(
        data_key="from", metadata={"description": "Only checks from this time on (RFC 3339)."}
    )
    until = Moment(
        data_key="to", metadata={"description": "Only checks from before this time (RFC 3339)."}
    )


class CheckListQuery(CheckFilters[CheckPageRequest]):
    target = CheckPageRequest


class AllChecksQuery(CheckFilters[AllChecksPageRequest]):
    target = AllChecksPageRequest

    reviewed = fields.Boolean(
        truthy={"true"},
        falsy={"false"},
        metadata={"description": "Only checks that a person has reviewed, or only the others."},
    )
