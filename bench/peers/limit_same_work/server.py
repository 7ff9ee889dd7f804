"""The limit of our work: the functions of this service that an upload needs, and nothing else.

No login, no process of its own for the decoder, no validation, and one plain statement for the row.
"""

import json
import os
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg2

from cnn_model.model_run import Network, assess
from cnn_model.serving.description import BUNDLED, NAME
from utils.files import write_private
from utils.photo import encode, normalise

CREATE = "CREATE TABLE IF NOT EXISTS limit_of_our_work (id uuid PRIMARY KEY, result json)"
INSERT = "INSERT INTO limit_of_our_work (id, result) VALUES (%s, %s)"
folder = Path(os.environ["PHOTO_FOLDER"])
network = Network.load(BUNDLED / f"{NAME}.tflite")
database = psycopg2.connect(os.environ["DATABASE_URL"].replace("+psycopg2", ""))
with database, database.cursor() as cursor:
    cursor.execute("SELECT pg_advisory_xact_lock(1)")
    cursor.execute(CREATE)


def app(request: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    length = int(request.get("CONTENT_LENGTH") or 0)
    body = _check(request["wsgi.input"].read(length)) if length else b"{}"
    start_response("200 OK", [("Content-Type", "application/json")])
    return [body]


def _check(content: bytes) -> bytes:
    photo, key = normalise(content), str(uuid4())
    kept = encode(photo.image)
    assessment = assess(network, photo.image, file_issues=photo.issues)
    write_private(folder / f"{key}.jpg", kept)
    answer = asdict(assessment.answer)
    answer["activation_map"] = answer["activation_map"].tolist()
    answer["operating_point"] = dict(answer["operating_point"])
    body = json.dumps({**answer, "quality": dict(assessment.quality.measured)})
    with database, database.cursor() as cursor:
        cursor.execute(INSERT, (key, body))
    return body.encode()
