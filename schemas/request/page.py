"""Request schemas for the pages of a list."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from marshmallow import fields, validate

from constants import PAGE_DEFAULT, PAGE_MAX
from schemas.fields import Cursor
from schemas.request.base import RequestSchema


@dataclass(frozen=True, kw_only=True)
class PageRequest:
    """At most `limit` items after the position `after` (None: from the start of the list)."""

    limit: int = PAGE_DEFAULT
    after: tuple[datetime, UUID] | None = None


Loaded = TypeVar("Loaded", bound=PageRequest)


class PageSchema(RequestSchema[Loaded]):
    limit = fields.Integer(
        validate=validate.Range(min=1, max=PAGE_MAX),
        metadata={"description": f"Greatest number of items, {PAGE_DEFAULT} by default."},
    )
    after = Cursor(data_key="cursor")


class PageQuery(PageSchema[PageRequest]):
    target = PageRequest
