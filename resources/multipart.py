"""Parsing of forms with files (RFC 7578), as real clients send them."""

# Werkzeug's parser is not used: it loses a file whose name is not UTF-8, treats a file without a
# name as text, and returns the first part of a form that ends early as if it were complete.

from collections.abc import Iterable, Iterator

from multipart import MultipartError, MultipartSegment, PushMultipartParser

from constants import MAX_BATCH_PHOTOS
from resources.content_digest import require_digest
from resources.errors import InvalidFormError, InvalidRequestError

MAX_PARTS = 20
# All bytes can be decoded in Latin-1. The names of the fields are ASCII.
HEADER_CHARSET = "latin-1"
ENDS_EARLY = "Unexpected end"

Form = dict[str, str | bytes]
Part = tuple[str, str | bytes | None]
"""The name and the content; None if the part is blank."""


def read_form(body: bytes, boundary: str | None) -> Form:
    """Return the parts of a form by name: files and content that is not text as bytes.

    Omit blank text. Raise InvalidFormError, InvalidRequestError if a part is sent twice, and the
    errors of `require_digest`.
    """
    return _once(_parts(body, boundary, MAX_PARTS))


def read_batch_form(body: bytes, boundary: str | None) -> tuple[list[str | bytes], Form]:
    """Return the parts `photo` of a form, and its other parts by name. Raise as `read_form`."""
    photos: list[str | bytes] = []
    others: list[Part] = []
    for name, value in _parts(body, boundary, MAX_PARTS + MAX_BATCH_PHOTOS):
        if name == "photo":
            photos += [value] if value is not None else []
        else:
            others.append((name, value))
    return photos, _once(others)


def _once(parts: Iterable[Part]) -> Form:
    form: dict[str, str | bytes | None] = {}
    for name, value in parts:
        if name in form:
            raise InvalidRequestError({name: ["This part was sent twice. Send it once."]})
        form[name] = value
    return {name: value for name, value in form.items() if value is not None}


def _parts(body: bytes, boundary: str | None, most: int) -> Iterator[Part]:
    """Yield at most so many parts."""
    if not boundary:
        raise InvalidFormError(
            "The header Content-Type names no boundary. Let your library set this header."
        )
    for segment, content in _segments(body, boundary, most):
        require_digest(segment.header("Content-Digest"), content)
        value = _value(segment, content)
        # Browsers send every field of a form, also a blank one.
        is_blank = not value and segment.filename is None
        yield segment.name or "", None if is_blank else value


def _segments(body: bytes, boundary: str, most: int) -> Iterator[tuple[MultipartSegment, bytes]]:
    chunks: list[bytes] = []
    try:
        with PushMultipartParser(
            boundary, max_segment_count=most, header_charset=HEADER_CHARSET
        ) as parser:
            for event in parser.parse(body):
                if isinstance(event, MultipartSegment):
                    segment, chunks = event, []
                elif event:
                    chunks.append(bytes(event))
                else:
                    yield segment, b"".join(chunks)
    except MultipartError as error:
        reason = f"The form cannot be read: {error}."
        if str(error).startswith(ENDS_EARLY):
            reason = "The form ends before its last boundary: a part is missing. Send it again."
        raise InvalidFormError(reason) from error


def _value(segment: MultipartSegment, content: bytes) -> str | bytes:
    """Return the content as text if it has no file name and is valid UTF-8, else as bytes."""
    if segment.filename is not None or b"\0" in content:
        return content
    # Some clients send files without a name or a type.
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content
