"""A client that openapi-generator generates from the document works as it is generated."""

import importlib
import json
import shutil
import subprocess
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

# It needs Java, and is no part of this project. `pip install openapi-generator-cli` has it.
GENERATOR = shutil.which("openapi-generator-cli")
NAME = "openapi_generator_client"


@pytest.fixture
def package(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Generate the client, and return its package."""
    if not (GENERATOR and shutil.which("java")):
        pytest.skip("openapi-generator-cli or java is not installed")
    document, folder = tmp_path / "openapi.json", tmp_path / "generated"
    document.write_text(json.dumps(openapi_document(app)))
    subprocess.run(
        [
            *(GENERATOR, "generate", "-g", "python", "-i", str(document), "-o", str(folder)),
            *("--package-name", NAME),
        ],
        capture_output=True,
        timeout=180,
        check=True,
    )
    monkeypatch.syspath_prepend(folder)
    return importlib.import_module(NAME)


def test_works_without_editing(package: Any, url: str) -> None:
    photo = b64encode(jpeg(skin_photo())).decode()
    with package.ApiClient(package.Configuration(host=url)) as anyone:
        registration = package.Registration(email=EMAIL, password=PASSWORD)
        package.AccountsApi(anyone).register(registration)
        login = package.Login(email=EMAIL, password=PASSWORD)
        tokens = package.LoginsApi(anyone).login(login)

    configuration = package.Configuration(host=url, access_token=tokens.token)
    with package.ApiClient(configuration) as client:
        checks = package.ChecksApi(client)
        upload = package.Upload(photo=photo, age=71, sex=package.Sex.FEMALE)
        first = checks.create_check(upload, idempotency_key="a")
        assert first.context.sex is package.Sex.FEMALE
        second = checks.create_check(package.Upload(photo=photo))
        assert second.context.sex is None

        page = checks.list_checks(limit=1)
        assert [check.id for check in page.checks] == [second.id]
        page = checks.list_checks(limit=1, cursor=page.next_cursor)
        assert [check.id for check in page.checks] == [first.id]
        assert page.next_cursor is None

        stored = checks.get_check_photo(first.id)
        assert Image.open(BytesIO(stored)).format == "JPEG"
        checks.delete_check(first.id)
        (left,) = checks.list_checks().checks
        assert left.id == second.id
