"""`flask openapi`: write the document of the API."""

from typing import TextIO

import click
import orjson
from flask import current_app
from flask.cli import with_appcontext

from resources.openapi import openapi_document


@click.command()
@click.option(
    "--output",
    type=click.File("w", encoding="utf-8"),
    default="-",
    help="File to write. Default: standard output.",
)
@with_appcontext
def openapi(output: TextIO) -> None:
    """Write the document of the API (OpenAPI 3.1), the same as at /openapi.json."""
    document = orjson.dumps(openapi_document(current_app), option=orjson.OPT_INDENT_2)
    click.echo(document.decode(), file=output)
