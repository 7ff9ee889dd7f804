"""The files of the web client: its own tests, its types, and what others made."""

import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from cnn_model.serving import quality
from cnn_model.serving.measures import SIDE
from constants import (
    BODY_SITES,
    DIAGNOSES,
    HEATMAP_NOTICE,
    KEPT_PHOTO_SIDE,
    MAX_PHOTO_BYTES,
    NOTICE,
    Modality,
    QualityIssue,
    Role,
    Status,
)
from resources.problem_types import PROBLEMS
from resources.web import WEB as SERVED
from schemas.response import wording

WEB = Path(__file__).parents[3] / "web"
COMPILER = WEB / "node_modules" / ".bin" / "tsc"
VENDORED: list[dict[str, str]] = json.loads((WEB / "vendor" / "manifest.json").read_text())
ENGLISH: dict[str, str] = json.loads((WEB / "locales" / "en.json").read_text())
# Errors that the web client cannot cause, or whose English detail says more.
UNTRANSLATED = {
    "bad-request", "content-too-large", "digest-mismatch", "header-too-large",
    "idempotency-key-reused", "invalid-form", "invalid-json", "length-required",
    "method-not-allowed", "request-superseded",
    "refresh-token-superseded", "request-timeout", "unsupported-content-encoding",
    "unsupported-media-type",
}  # fmt: skip


def text(path: str) -> str:
    return (WEB / path).read_text()


def number(content: str, pattern: str) -> float:
    found = re.search(pattern, content)
    assert found is not None, pattern
    return float(found[1])


def run(*command: str) -> None:
    result = subprocess.run(command, cwd=WEB, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")
def test_the_unit_tests_of_the_web_client() -> None:
    run("node", "--test", "tests/")


@pytest.mark.slow
@pytest.mark.skipif(
    shutil.which("node") is None or not COMPILER.exists(),
    reason="TypeScript is not installed (npm ci in web/)",
)
def test_the_types_of_the_web_client() -> None:
    run(str(COMPILER), "--noEmit")


@pytest.mark.parametrize("entry", VENDORED, ids=lambda entry: entry["file"])
def test_modules_of_others_are_as_published(entry: dict[str, str]) -> None:
    content = (WEB / "vendor" / entry["file"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    licence = (WEB / "vendor" / entry["licence_file"]).read_text()
    assert {"MIT": "MIT License", "Apache-2.0": "Apache License"}[entry["licence"]] in licence
    package = WEB / "node_modules" / entry["package"]
    if (package / entry["source"]).exists():
        version: dict[str, Any] = json.loads((package / "package.json").read_text())
        assert version["version"] == entry["version"]
        assert (package / entry["source"]).read_bytes() == content


def test_every_module_of_others_is_listed() -> None:
    listed = {entry["file"] for entry in VENDORED}
    assert {path.name for path in (WEB / "vendor").glob("*.js")} == listed


def test_the_english_texts_are_those_of_the_service() -> None:
    advice = {item.level: item for item in map(wording.advise, Status, [0.0] * len(Status))}
    for level, item in advice.items():
        assert ENGLISH[f"advice.{level}"] == item.text
        assert ENGLISH[f"time.{level}"] == item.time_frame
        premalignant = f"{item.text} {ENGLISH['advice.premalignant']}"
        status = {"urgent": Status.MALIGNANT, "soon": Status.UNCLEAR, "routine": Status.BENIGN}
        assert wording.advise(status[level], 1).text == premalignant
    for issue, remedy in wording.REMEDIES.items():
        assert ENGLISH[f"remedy.{issue}"] == remedy
    assert ENGLISH["notice"] == NOTICE
    assert ENGLISH["check.heatmap.notice"] == HEATMAP_NOTICE


def test_the_limits_are_those_of_the_service() -> None:
    hints = text("photo/hints.js")
    limits = {
        "dark": quality.DARK,
        "glare": quality.GLARE,
        "blurred": quality.BLURRED[Modality.CLINICAL],
        "small": quality.SMALL,
        "contrast": quality.LOW_CONTRAST,
        "offset": quality.OFF_CENTRE[Modality.CLINICAL],
    }
    assert {name: number(hints, rf"\b{name}: ([\d.]+)") for name in limits} == limits
    assert number(text("photo/live.js"), r"SIDE = (\d+)") == SIDE
    assert number(text("photo/scale.js"), r"MAX_SIDE = (\d+)") == KEPT_PHOTO_SIDE
    megabytes = number(text("state/outbox.js"), r"MAX_BYTES = (\d+) \* 1024 \* 1024")
    assert megabytes * 1024 * 1024 == MAX_PHOTO_BYTES
    mention = number(text("state/wording.js"), r"PREMALIGNANT = ([\d.]+)")
    assert mention == wording.PREMALIGNANT_MENTION


def test_every_code_of_the_api_has_a_text() -> None:
    codes = [
        *(f"{kind}.{issue}" for kind in ("issue", "retake") for issue in QualityIssue),
        *(f"{kind}.{status}" for kind in ("status", "meaning") for status in Status),
        *(f"site.{site}" for site in BODY_SITES),
        *(f"diagnosis.{code}" for code in DIAGNOSES),
        *(f"role.{role}" for role in Role),
    ]
    assert [code for code in codes if code not in ENGLISH] == []


def test_every_error_has_a_text_or_none_on_purpose() -> None:
    missing = {slug for slug in PROBLEMS if f"problem.{slug}" not in ENGLISH}
    assert missing <= UNTRANSLATED


def test_the_first_view_is_small() -> None:
    page = SERVED.files["index.html"].content.decode()
    named = [name for name in SERVED.files if f'"/web/{name}"' in page and name.endswith("s")]
    names = {*named, "index.html", "main.js", "locales/en.json"}
    sizes = [len(SERVED.files[name].packed or b"") for name in names]
    assert sum(sizes) < 60_000
