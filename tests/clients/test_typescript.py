"""The TypeScript client: its types are those of the document, and its own tests pass."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from flask import Flask

from cnn_model.data.synthetic import jpeg, skin_photo
from resources.openapi import openapi_document
from tests.breaking_proxy import Break, BreakingProxy

FOLDER = Path(__file__).parents[2] / "clients" / "typescript"
NODE, NPM = shutil.which("node"), shutil.which("npm")


def run(*command: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command,
        cwd=FOLDER,
        env={**os.environ, "NO_COLOR": "1", **environment},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


@pytest.fixture(scope="module")
def packages() -> Path:
    """Return the folder of the packages, which are installed if a registry answers."""
    folder = FOLDER / "node_modules"
    if not (NODE and NPM):
        pytest.skip("node and npm are not installed")
    if not (folder / ".bin" / "tsc").exists():
        installed = run(
            NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=0"
        )
        if installed.returncode:
            pytest.skip("no registry has the packages of clients/typescript")
    return folder


def test_the_types_are_those_of_the_document(app: Flask, packages: Path, tmp_path: Path) -> None:
    document, types = tmp_path / "openapi.json", tmp_path / "schema.d.ts"
    document.write_text(json.dumps(openapi_document(app)))
    generated = run(str(NODE), "types.mjs", str(document), str(types))
    assert generated.returncode == 0, generated.stderr
    # clients/typescript/README.md says how to write it anew.
    assert types.read_text() == (FOLDER / "src" / "schema.d.ts").read_text()


def test_works_with_the_service(
    packages: Path, url: str, proxy: BreakingProxy, tmp_path: Path
) -> None:
    built = tmp_path / "built"
    compiled = run(str(packages / ".bin" / "tsc"), "--outDir", str(built))
    assert compiled.returncode == 0, compiled.stdout
    # Packages are looked for in the folders above a module.
    (built / "node_modules").symlink_to(packages)
    shutil.copy(FOLDER / "package.json", built)
    proxy.breaks.extend([Break.BEFORE, Break.BEFORE_ANSWER, Break.IN_ANSWER])
    photo, dark = tmp_path / "photo.jpg", tmp_path / "dark.jpg"
    photo.write_bytes(jpeg(skin_photo()))
    dark.write_bytes(jpeg(skin_photo().point(lambda value: value // 8)))
    tested = run(
        str(NODE),
        "--test",
        str(built / "tests"),
        SERVICE_URL=url,
        PROXY_URL=proxy.url,
        PHOTO=str(photo),
        DARK_PHOTO=str(dark),
    )
    assert tested.returncode == 0, tested.stdout
    assert "# skipped 0" in tested.stdout
    assert "# pass 0" not in tested.stdout
