"""Entity tags, and requests that depend on them (RFC 9110, section 13)."""

import base64
import hashlib
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, request
from werkzeug.datastructures import ETags

from schemas.response.base import ResponseSchema

READS = ("GET", "HEAD")
PACKED = ":gzip"
"""Ends the tag of a compressed body: a strong tag names bytes."""


def register_conditional(app: Flask) -> None:
    """Tag every successful answer to GET, and answer 304 where the client has it already."""
    app.after_request(_add_tag)


def etag_of(*parts: bytes) -> str:
    """Return the tag of a body, or of what a body is made from."""
    digest = hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts))
    return base64.urlsafe_b64encode(digest.digest()[:18]).decode()


def respond_if_new(etag: str | None, make: Callable[[], Response]) -> Response:
    """Return the response of `make`, or an empty one without calling it if the client has it.

    Without a tag, the body decides.
    """
    if etag is None:
        return make()
    response = current_app.response_class() if _known(etag) else make()
    response.set_etag(etag)
    return response


def tagged(response: Response) -> Response:
    """Return the response to a change with the tag that a read of the same has."""
    response.set_etag(etag_of(response.get_data()))
    return response


def if_match(schema: ResponseSchema) -> Callable[[Any], bool] | None:
    """Return a function that tells whether a row is as the client knows it.

    `schema` makes the representation that a read returns. Return None without `If-Match`.
    """
    if "If-Match" not in request.headers:
        return None

    def matches(row: Any) -> bool:
        etag = etag_of(current_app.json.dumps(schema.dump(row)).encode())
        return any(request.if_match.contains(tag) for tag in (etag, etag + PACKED))

    return matches


def _known(etag: str) -> str | None:
    """Return the tag that the client has of a body with this tag, None if it has none."""
    known: ETags = request.if_none_match
    return next((tag for tag in (etag, etag + PACKED) if known.contains_weak(tag)), None)


def _add_tag(response: Response) -> Response:
    if request.method not in READS or response.status_code != HTTPStatus.OK:
        return response
    etag, _ = response.get_etag()
    if etag is None:
        etag = etag_of(response.get_data())
        response.set_etag(etag)
    if tag := _known(etag):
        response.status_code = HTTPStatus.NOT_MODIFIED
        response.set_data(b"")
        response.set_etag(tag)
        for name in ("Content-Type", "Content-Length"):
            response.headers.pop(name, None)
    return response
