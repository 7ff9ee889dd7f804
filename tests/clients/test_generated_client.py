"""A client that openapi-python-client generates from the document works as it is generated."""

import importlib
import json
import re
import subprocess
import sys
from base64 import b64encode
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from cnn_model.data.synthetic import jpeg, skin_photo
from resources.openapi import openapi_document
from tests.factories import PASSWORD
from tests.python_clients import EMAIL

PHOTO = jpeg(skin_photo())
# The generator knows application/octet-stream as a file, and no pictures.
CONFIG = {
    "package_name_override": "generated_client",
    "post_hooks": [],
    "content_type_overrides": {
        "image/jpeg": "application/octet-stream",
        "image/png": "application/octet-stream",
    },
}


@pytest.fixture
def generated(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Generate the client, make it importable, and return what the generator said."""
    document, config = tmp_path / "openapi.json", tmp_path / "config.json"
    document.write_text(json.dumps(openapi_document(app)))
    config.write_text(json.dumps(CONFIG))
    said = subprocess.run(
        [
            str(Path(sys.executable).with_name("openapi-python-client")),
            "generate",
            *("--path", str(document), "--config", str(config)),
            *("--output-path", str(tmp_path / "generated_client"), "--meta", "none"),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    monkeypatch.syspath_prepend(tmp_path)
    return said.stdout + said.stderr


def call(operation: str, **arguments: Any) -> Any:
    """Call an operation, such as checks.create_check, and return its answer."""
    response = importlib.import_module(f"generated_client.api.{operation}").sync_detailed(
        **arguments
    )
    assert response.status_code < 300, response
    return response.parsed


def test_works_without_editing(generated: str, url: str) -> None:
    assert "warning" not in generated.lower()
    package = importlib.import_module("generated_client")
    models: Any = importlib.import_module("generated_client.models")
    types: Any = importlib.import_module("generated_client.types")
    # An enumeration that can be null would be three types if it were no component.
    assert not [name for name in dir(models) if re.search(r"Type\d", name)]

    person = {"email": EMAIL, "password": PASSWORD}
    anyone = package.Client(base_url=url)
    call("accounts.register", client=anyone, body=models.Registration(**person))
    tokens = call("logins.login", client=anyone, body=models.Login(**person))
    client = package.AuthenticatedClient(base_url=url, token=tokens.token)

    as_json = models.Upload(photo=b64encode(PHOTO).decode(), age=71, sex=models.Sex.FEMALE)
    first = call("checks.create_check", client=client, body=as_json, idempotency_key="a")
    assert first.context.sex is models.Sex.FEMALE
    form = models.UploadForm(photo=types.File(payload=BytesIO(PHOTO)), age=71)
    second = call("checks.create_check", client=client, body=form)
    assert (second.context.age, second.context.sex) == (71, None)

    page = call("checks.list_checks", client=client, limit=1)
    assert [check.id for check in page.checks] == [second.id]
    page = call("checks.list_checks", client=client, limit=1, cursor=page.next_cursor)
    assert [check.id for check in page.checks] == [first.id]
    assert page.next_cursor is None

    photo = call("checks.get_check_photo", client=client, check_id=first.id)
    assert Image.open(photo.payload).format == "JPEG"
    call("checks.delete_check", client=client, check_id=first.id)
    (left,) = call("checks.list_checks", client=client).checks
    assert left.id == second.id
