"""Fields that several schemas use.

`json_schema` of a field describes its values for the document of the API (JSON Schema 2020-12).
"""

import base64
import binascii
import re
import unicodedata
from datetime import UTC, datetime
from typing import Any, ClassVar, cast
from uuid import UUID

import pybase64
from marshmallow import Schema, ValidationError, fields, validate

from constants import MAX_AGE, PASSWORD_MAX, PASSWORD_MIN
from utils.email_address import EmailAddressError
from utils.email_address import normalise as normalise_address
from utils.passwords import prepare as prepare_password

AGE_RULE = f"Must be a whole number of years from 0 to {MAX_AGE}."
# Some programs write whole numbers as decimal fractions (72.0).
AGE_DIGITS = re.compile(r"([0-9]{1,3})(?:\.0+)?")
# Any media type is accepted: the format is detected from the content.
DATA_URL = re.compile(r"data:[^,]{0,200}?;base64,", re.IGNORECASE)
DATA_URL_LENGTH = 256
NAME_MAX = 100
# PostgreSQL cannot store NUL characters.
NO_NUL = r"^[^\u0000]*$"
# Four separators and NEL are blanks to Python, and no `\s` to the dialect of JSON Schema.
NOT_BLANK = r"^[^\u0000]*[^\u0000\u001c-\u001f\u0085\s][^\u0000]*$"
REGION_RULE = (
    "Must be three numbers as text, such as 0.5,0.4,0.25: the centre from the left and from the "
    "top (0 to 1), and the side as a fraction of the shorter side of the photo (above 0 to 1)."
)
REGION_NUMBER = re.compile(r"\s*([0-9]{1,3}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})\s*")


class Pattern(validate.Regexp):
    """Validate that a pattern matches the whole text; `$` would accept a line break after it."""

    def __call__(self, value: Any) -> Any:
        if not self.regex.fullmatch(value):
            raise ValidationError(self._format_error(value))
        return value


class Email(fields.String):
    """Load an address in its normal form (`utils.email_address`)."""

    json_schema: ClassVar = {"format": "email", "maxLength": 254}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return normalise_address(text)
        except EmailAddressError as error:
            raise ValidationError(str(error)) from error


class NewPassword(fields.String):
    """Load a new password, prepared for hashing (`utils.passwords`)."""

    json_schema: ClassVar = {
        "format": "new-password",
        "description": f"{PASSWORD_MIN} to {PASSWORD_MAX} characters, not easy to guess.",
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(min=PASSWORD_MIN, max=PASSWORD_MAX), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        password = prepare_password(super()._deserialize(value, attr, data, **kwargs))
        if any(unicodedata.category(letter) == "Cc" for letter in password):
            raise ValidationError("Control characters are not allowed. Remove them.")
        return password


class LoginPassword(fields.String):
    """Load a password as it was typed."""

    json_schema: ClassVar = {"format": "password", "minLength": 1, "maxLength": PASSWORD_MAX}

    # An old hash may be of this form, and the rules for new passwords may have changed since. The
    # length is limited to keep hashing cheap.
    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        password = super()._deserialize(value, attr, data, **kwargs)
        validate.Length(min=1, max=PASSWORD_MAX)(prepare_password(password))
        return password


class Name(fields.String):
    """Load text in NFC, without leading and trailing blanks. Refuse a blank one."""

    json_schema: ClassVar = {"pattern": NOT_BLANK}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(min=1, max=NAME_MAX), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        return unicodedata.normalize("NFC", text).strip()


class Age(fields.Integer):
    """Load whole years from a number or, in a form, from its digits. Refuse 45.5."""

    def __init__(self, **kwargs: Any) -> None:
        within = validate.Range(0, MAX_AGE, error=AGE_RULE)
        super().__init__(
            strict=True, validate=within, error_messages={"invalid": AGE_RULE}, **kwargs
        )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if isinstance(value, str) and (digits := AGE_DIGITS.fullmatch(value)):
            value = int(digits[1])
        elif isinstance(value, float) and value.is_integer():
            value = int(value)
        return super()._deserialize(value, attr, data, **kwargs)


class Region(fields.Field[tuple[float, float, float]]):
    """Load `x,y,size`: the centre and the side of a square part of a photo, as fractions."""

    json_schema: ClassVar = {
        "type": "string",
        "format": "region",
        "description": REGION_RULE,
        "examples": ["0.5,0.5,0.8"],
    }

    # Text, because it is the same in JSON and in a form, and no field of a request is a list.
    def _deserialize(
        self, value: Any, attr: str | None, data: Any, **kwargs: Any
    ) -> tuple[float, float, float]:
        parts = value.split(",", 3) if isinstance(value, str) else []
        numbers = [float(n[1]) for part in parts if (n := REGION_NUMBER.fullmatch(part))]
        if len(parts) != 3 or len(numbers) != 3:
            raise ValidationError(REGION_RULE)
        x, y, size = numbers
        if not (x <= 1 and y <= 1 and 0 < size <= 1):
            raise ValidationError(REGION_RULE)
        return x, y, size


class Photo(fields.Field[bytes]):
    """Load the bytes of an uploaded file, or base64 text (RFC 4648, section 4).

    The text may have the prefix `data:…;base64,` and line breaks.
    """

    json_schema: ClassVar = {
        "type": "string",
        "format": "photo",
        "contentEncoding": "base64",
        "description": (
            "A JPEG, PNG, WebP or HEIC file of at most 20 MB in base64 (RFC 4648, section 4). A "
            "prefix `data:…;base64,` and line breaks are allowed."
        ),
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bytes:
        content = value if isinstance(value, bytes) else self._decode(value)
        if not content:
            raise ValidationError("The photo is empty. Send the content of the file.")
        return content

    @staticmethod
    def _decode(value: Any) -> bytes:
        if not isinstance(value, str):
            raise ValidationError("The photo must be base64 text (RFC 4648, section 4).")
        value = value.strip()
        if prefix := DATA_URL.match(value[:DATA_URL_LENGTH]):
            value = value[prefix.end() :].lstrip()
        value = _without_line_breaks(value)
        try:
            content = pybase64.b64decode(value, validate=True)
        except (binascii.Error, ValueError) as error:
            raise ValidationError(
                "The photo is not valid base64. Encode it as in RFC 4648, section 4."
            ) from error
        # Unused bits at the end can hide data. Encoders set them to zero.
        last_bytes = content[-(len(content) % 3 or 3) :]
        if value[-4:] != base64.b64encode(last_bytes).decode():
            raise ValidationError(
                "The photo is not canonical base64: the unused bits at the end must be zero."
            )
        return content


class PhotoFile(Photo):
    """Load the same from a form, which has the file itself."""

    json_schema: ClassVar = {
        "type": "string",
        "format": "binary",
        "description": "A JPEG, PNG, WebP or HEIC file of at most 20 MB.",
    }


def _without_line_breaks(text: str) -> str:
    """Return the text without its line breaks, and without blanks at the ends of lines."""
    # Blanks within a line stay: URL-encoded forms turn a plus sign into a blank, so removing it
    # would change the photo. A regular expression would take longer than decoding the photo.
    if "\n" not in text and "\r" not in text:
        return text
    return "".join(line.strip(" \t") for line in text.replace("\r", "\n").split("\n"))


class ObjectList(fields.List[Any]):
    """Load a list of 1 to `most` objects, each by itself.

    An invalid object becomes its ValidationError, so that the others can be accepted.
    """

    def __init__(self, schema: type[Schema], most: int, **kwargs: Any) -> None:
        self.most = most
        self.rule = f"Must be a list of 1 to {most} objects."
        within = validate.Length(1, most, error=self.rule)
        messages: dict[str, Any] = {"invalid": self.rule, "null": self.rule}
        super().__init__(fields.Nested(schema), validate=within, error_messages=messages, **kwargs)

    @property
    def item_schema(self) -> Schema:
        """Return the schema of the objects."""
        return cast(fields.Nested, self.inner).schema

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        if not isinstance(value, list):
            raise self.make_error("invalid")
        return [self._loaded(item) for item in value]

    def _loaded(self, item: Any) -> Any:
        try:
            return self.inner.deserialize(item)
        except ValidationError as error:
            return error


class Moment(fields.AwareDateTime):
    """Load a time with an offset (ISO 8601) and convert it to UTC."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        return _in_utc(super()._deserialize(value, attr, data, **kwargs))


def _in_utc(moment: datetime) -> datetime:
    # PostgreSQL refuses offsets of 16 hours and more, and offsets with fractions of a second.
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        # The time is on the first or the last day of the calendar, where no row can be.
        return moment.replace(tzinfo=UTC)


class Cursor(fields.Field[tuple[datetime, UUID]]):
    """Load and dump the position where a page starts: time and id, in base64."""

    json_schema: ClassVar = {
        "type": "string",
        "format": "cursor",
        "description": "`next_cursor` of the page before; none on the first and the last page.",
    }

    def _deserialize(
        self, value: Any, attr: str | None, data: Any, **kwargs: Any
    ) -> tuple[datetime, UUID]:
        try:
            text = base64.urlsafe_b64decode(str(value)).decode()
            time, _, row_id = text.partition(" ")
            moment = datetime.fromisoformat(time)
            if moment.tzinfo is None:
                raise ValueError
            return _in_utc(moment), UUID(row_id)
        except ValueError as error:
            raise ValidationError(
                "Not a cursor. Use `next_cursor` of the previous page."
            ) from error

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        if value is None:
            return None
        moment, row_id = value
        return base64.urlsafe_b64encode(f"{moment.isoformat()} {row_id}".encode()).decode()
