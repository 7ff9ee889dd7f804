"""What many tests assert, and where they look."""

import json
from pathlib import Path
from typing import Any

from werkzeug.test import TestResponse

from config import Settings


def ok(answer: TestResponse) -> dict[str, Any]:
    """Return the body of an answer that must be a success."""
    assert answer.status_code in (200, 201), answer.text
    return dict(answer.json or {})


def photos_in(settings: Settings) -> list[Path]:
    return sorted((settings.data_dir / "photos").rglob("*.jpg"))


def waiting_in(settings: Settings) -> list[Path]:
    return sorted(settings.temp_dir.glob("*"))


def assert_problem(answer: TestResponse, status: int, slug: str) -> dict[str, Any]:
    """Return the body of an answer that must be this problem (RFC 9457)."""
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    body: dict[str, Any] = json.loads(answer.data)
    members = {"type", "title", "status", "detail", "instance", "request_id"}
    assert set(body) - {"errors"} == members
    assert body["request_id"] == answer.headers["X-Request-ID"]
    assert body["type"] == f"/problems/{slug}"
    assert body["status"] == status
    assert "Traceback" not in answer.text
    return body
