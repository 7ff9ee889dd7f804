"""Parsing of requests into the dataclasses of their schemas."""

from collections.abc import Mapping
from typing import Any, NoReturn, cast

import marshmallow
import orjson
from flask import Flask, Request, request
from flask.json.provider import JSONProvider
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import LengthRequired, UnsupportedMediaType

from resources.content_digest import require_digest
from resources.errors import InvalidRequestError, PackedBodyError
from resources.json_body import read_json
from resources.multipart import read_batch_form, read_form
from schemas.request.base import Loaded, RequestSchema
from schemas.request.check import UploadRequest


class OrjsonProvider(JSONProvider):
    """JSON with orjson. Requests are read in `resources.json_body`."""

    def dumps(self, obj: Any, **_: Any) -> str:
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        return orjson.loads(s)


class Parser(FlaskParser):
    DEFAULT_UNKNOWN_BY_LOCATION = {
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": marshmallow.RAISE,
        "upload": marshmallow.RAISE,
        "batch": marshmallow.RAISE,
    }
    __location_map__ = {
        **FlaskParser.__location_map__,
        "upload": "load_upload",
        "batch": "load_batch",
    }

    def load_json(self, req: Request, schema: marshmallow.Schema) -> Any:
        if not req.is_json:
            raise UnsupportedMediaType
        return read_json(_body(req), schema)

    def load_upload(self, req: Request, schema: marshmallow.Schema) -> Any:
        """Return the fields of a JSON body or of a form; a file is its content."""
        if req.mimetype != "multipart/form-data":
            return self.load_json(req, schema)
        return read_form(_body(req), req.mimetype_params.get("boundary"))

    def load_batch(self, req: Request, schema: marshmallow.Schema) -> Any:
        """Return the fields of a JSON body, or of a form with several photos and one context."""
        if req.mimetype != "multipart/form-data":
            return self.load_json(req, schema)
        boundary = req.mimetype_params.get("boundary")
        photos, context = read_batch_form(_body(req), boundary)
        # One context for all photos is right or wrong as a whole.
        if errors := UploadRequest(exclude=["photo"]).validate(context):
            raise InvalidRequestError(errors)
        return {"photos": [{"photo": photo, **context} for photo in photos]}

    def handle_error(
        self,
        error: marshmallow.ValidationError,
        req: Request,
        schema: marshmallow.Schema,
        *,
        error_status_code: int | None,
        error_headers: Mapping[str, str] | None,
    ) -> NoReturn:
        by_location: Any = error.messages
        raise InvalidRequestError(next(iter(by_location.values()), {})) from error


def _body(req: Request) -> bytes:
    content = req.get_data(cache=False)
    require_digest(req.headers.get("Content-Digest"), content)
    return content


_parser = Parser()


def parse(schema: RequestSchema[Loaded], location: str = "json") -> Loaded:
    """Return the data of the request at `location`: json, query, headers, upload, batch.

    Raise InvalidRequestError, InvalidJSONError, InvalidFormError, InvalidDigestError,
    DigestMismatchError, UnsupportedMediaType, RequestEntityTooLarge.
    """
    return cast(Loaded, _parser.parse(schema, request, location=location))


def register_parsing(app: Flask) -> None:
    app.json = OrjsonProvider(app)
    app.before_request(_require_length)
    app.before_request(_require_plain_body)


def _require_length() -> None:
    # Werkzeug truncates a chunked body at the limit without an error.
    if "Transfer-Encoding" in request.headers:
        raise LengthRequired


def _require_plain_body() -> None:
    if request.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
        raise PackedBodyError(
            "The body is compressed. Send it without Content-Encoding: gzip or the like."
        )
