"""The Postman collection, as it is and as newman runs it against the real server."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from resources.openapi import openapi_document
from tests.newman import DOCS, newman, require_newman
from tests.service import PROJECT, Service, on_new_data

FOLDER = DOCS / "postman"
COLLECTION = json.loads((FOLDER / "skin-cancer-detector.postman_collection.json").read_text())
ADMIN = {"admin_email": "admin@example.com", "admin_password": "violet teapot gravel moon"}
Operation = tuple[str, str]


def requests(folders: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for folder in folders:
        yield from folder["item"]


def script(item: dict[str, Any], moment: str) -> str:
    scripts = [event["script"]["exec"] for event in item["event"] if event["listen"] == moment]
    return "\n".join(line for lines in scripts for line in lines)


def operation(item: dict[str, Any]) -> Operation:
    path = "/".join(item["request"]["url"]["path"])
    return item["request"]["method"], "/" + re.sub(r":(\w+)", r"{\1}", path)


def test_is_current(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "docs.postman", "--to", str(tmp_path)]
    subprocess.run(command, cwd=PROJECT, check=True)
    for path in tmp_path.iterdir():
        assert (FOLDER / path.name).read_text() == path.read_text(), "run: python -m docs.postman"


def test_has_every_operation(app: Flask) -> None:
    documented: set[Operation] = {
        (method.upper(), path)
        for path, methods in openapi_document(app)["paths"].items()
        for method, described in methods.items()
        if method != "parameters" and not described.get("deprecated")
    }
    assert documented <= {operation(item) for item in requests(COLLECTION["item"])}


def test_what_only_administrators_can_do_is_skipped_without_one() -> None:
    for folder in COLLECTION["item"]:
        if any("/admin/" in operation(item)[1] for item in folder["item"]):
            assert "skipRequest" in script(folder, "prerequest")


def test_every_request_has_assertions() -> None:
    for item in requests(COLLECTION["item"]):
        assert "to.have.status(" in script(item, "test"), item["name"]
        assert script(item, "test").count("pm.test(") >= 3


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    require_newman()
    for service in on_new_data():
        service.start(WORKERS="1", RATE_LIMITS_ENABLED="false")
        service.wait_until_ready()
        yield service


@pytest.mark.slow
def test_all_answers_are_as_expected(service: Service, tmp_path: Path) -> None:
    places = {"DATA_DIR": str(service.folder), "TEMP_DIR": str(service.folder / "temp")}
    command = [sys.executable, "-m", "flask", "users", "create-admin"]
    command += ["--email", ADMIN["admin_email"], "--password", ADMIN["admin_password"]]
    subprocess.run(command, cwd=PROJECT, env={**os.environ, **places}, check=True)
    run = newman(COLLECTION, tmp_path, base_url=service.root, **ADMIN)
    assert run.failures == []
    assert run.status == 0
    items = list(requests(COLLECTION["item"]))
    assert run.requests == len(items)
    assert run.assertions == sum(script(item, "test").count("pm.test(") for item in items)


@pytest.mark.slow
def test_without_an_administrator_the_rest_runs(service: Service, tmp_path: Path) -> None:
    run = newman(COLLECTION, tmp_path, base_url=service.root)
    assert (run.status, run.failures) == (0, [])
    skipped = next(one for one in COLLECTION["item"] if "skipRequest" in script(one, "prerequest"))
    items = list(requests(COLLECTION["item"]))
    assert run.requests == len(items) - len(skipped["item"])


@pytest.mark.slow
def test_a_wrong_token_is_noticed(service: Service, tmp_path: Path) -> None:
    text = json.dumps(COLLECTION).replace("{{token}}", "{{token}}x")
    run = newman(json.loads(text), tmp_path, base_url=service.root)
    assert run.status == 1
    assert "Read the profile: answers 200" in run.failures
    assert "Upload a photo as JSON: answers 201" in run.failures


@pytest.mark.slow
def test_a_missing_field_is_noticed(service: Service, tmp_path: Path) -> None:
    changed = deepcopy(COLLECTION)
    variable = next(one for one in changed["variable"] if one["key"] == "schemas")
    schemas = json.loads(variable["value"])
    schemas["User"]["required"].append("shoe_size")
    variable["value"] = json.dumps(schemas)
    run = newman(changed, tmp_path, base_url=service.root)
    assert run.status == 1
    assert "Read the profile: is a User as documented" in run.failures
    assert "Register: is a Tokens as documented" in run.failures
