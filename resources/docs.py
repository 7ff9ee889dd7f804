"""The document of the API, and a page to read and try it."""

from pathlib import Path

from flask import Response, current_app, render_template

from managers.errors import NotFoundError
from resources.base import BaseResource, public, respond, respond_with
from resources.openapi import openapi_document
from resources.static_file import respond_with_file
from utils.static_files import StaticFiles

FOLDER = Path(__file__).parent / "swagger_ui"
SWAGGER_UI = StaticFiles(FOLDER)
# Swagger UI has its icons in its style sheet, as data.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class DocumentResource(BaseResource):
    """The document in OpenAPI 3.1."""

    in_document = False

    @public
    def get(self) -> Response:
        return respond(openapi_document(current_app))


class DocumentationResource(BaseResource):
    """The page, which is Swagger UI."""

    in_document = False

    @public
    def get(self) -> Response:
        response = respond_with(render_template("docs.html"), "text/html")
        response.headers["Content-Security-Policy"] = POLICY
        return response


class DocumentationFileResource(BaseResource):
    """What the page consists of."""

    in_document = False

    @public
    def get(self, name: str) -> Response:
        if name not in SWAGGER_UI.files:
            raise NotFoundError("The documentation has no file with this name.")
        return respond_with_file(SWAGGER_UI.files[name])
