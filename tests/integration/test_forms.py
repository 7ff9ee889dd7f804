"""Uploads as browsers, phones and libraries send them."""

import base64
import gzip
import hashlib
import json

import orjson
import pybase64
import pytest
from werkzeug.test import TestResponse

from cnn_model.data.synthetic import jpeg, skin_photo
from models import Check
from tests.assertions import assert_problem, ok
from tests.client import Client
from tests.database import count

PHOTO = jpeg(skin_photo())
LINES = base64.encodebytes(PHOTO).decode()
BASE64 = pybase64.b64encode(PHOTO).decode()
END = b"--XyZ--\r\n"


def part(*lines: str, content: bytes = PHOTO, charset: str = "utf-8") -> bytes:
    head = "\r\n".join(lines).encode(charset)
    return b"--XyZ\r\n" + head + b"\r\n\r\n" + content + b"\r\n"


def text(name: str, value: str) -> bytes:
    return part(f'Content-Disposition: form-data; name="{name}"', content=value.encode())


def send(user: Client, body: bytes, boundary: str = "boundary=XyZ", **headers: str) -> TestResponse:
    return user.request(
        "POST",
        "/user/checks",
        data=body,
        content_type=f"multipart/form-data; {boundary}".rstrip("; "),
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


PHOTO_PART = part('Content-Disposition: form-data; name="photo"; filename="p.jpg"')
ACCEPTED = {
    "curl": part(
        'Content-Disposition: form-data; name="photo"; filename="p.jpg"',
        "Content-Type: image/jpeg",
    ),
    "a browser, with fields left blank": part(
        'Content-Disposition: form-data; name="photo"; filename="p.jpg"', "Content-Type: image/jpeg"
    )
    + text("age", "")
    + text("sex", "")
    + text("body_site", "")
    + text("region", ""),
    "OkHttp, without a file name": part(
        'Content-Disposition: form-data; name="photo"',
        "Content-Type: image/jpeg",
        f"Content-Length: {len(PHOTO)}",
    ),
    "OkHttp, with the encoding named": part(
        'Content-Disposition: form-data; name="photo"; filename="p.jpg"',
        "Content-Transfer-Encoding: binary",
        "Content-Type: image/*",
    ),
    ".NET, names without quotes": part(
        "Content-Type: image/jpeg",
        "Content-Disposition: form-data; name=photo; filename=p.jpg; filename*=utf-8''p.jpg",
    ),
    ".NET, bytes without a name": part("Content-Disposition: form-data; name=photo"),
    "Java, lower case and nothing else": part('content-disposition: form-data; name="photo"'),
    "a file name in Latin-1": part(
        'Content-Disposition: form-data; name="photo"; filename="mol\xe9.jpg"',
        "Content-Type: image/jpeg",
        charset="latin-1",
    ),
    "a file name in UTF-8": part(
        'Content-Disposition: form-data; name="photo"; filename="Muttermal \u00e4 \u75e3.jpg"'
    ),
    "a file name that is empty": part('Content-Disposition: form-data; name="photo"; filename=""'),
    "base64 as text": text("photo", BASE64),
    "base64 in lines, as text": text("photo", base64.encodebytes(PHOTO).decode()),
    "a preamble and an age": b"ignored\r\n" + PHOTO_PART + text("age", "72"),
    "an age as a fraction": PHOTO_PART + text("age", "72.0"),
    "the digest of the photo": PHOTO_PART
    + text("photo_sha256", hashlib.sha256(PHOTO).hexdigest().upper()),
}


@pytest.mark.parametrize("client", ACCEPTED)
def test_takes_forms_as_clients_send_them(user: Client, client: str) -> None:
    check = ok(send(user, ACCEPTED[client] + END))
    assert check["context"]["age"] == (72 if "age" in client.split() else None)


@pytest.mark.parametrize("boundary", ['boundary="XyZ"', "charset=utf-8; boundary=XyZ"])
def test_takes_boundaries_in_any_form(user: Client, boundary: str) -> None:
    ok(send(user, PHOTO_PART + END, boundary))


@pytest.mark.parametrize(
    ("body", "boundary", "words"),
    [
        (PHOTO_PART, "boundary=XyZ", "ends before its last boundary"),
        (PHOTO_PART[:-900], "boundary=XyZ", "ends before its last boundary"),
        (b"--XyZ\r\nContent-Dispo", "boundary=XyZ", "ends before its last boundary"),
        (PHOTO_PART + END, "boundary=other", "ends before its last boundary"),
        (PHOTO_PART + END, "", "names no boundary"),
        (b"--XyZ\r\nX: y\r\n\r\nz\r\n" + END, "boundary=XyZ", "Content-Disposition"),
        (b"".join(text(str(n), "1") for n in range(21)) + END, "boundary=XyZ", "segment count"),
    ],
    ids=["no end", "cut", "cut header", "other boundary", "none", "no name", "many"],
)
def test_says_why_a_form_cannot_be_read(
    user: Client, body: bytes, boundary: str, words: str
) -> None:
    problem = assert_problem(send(user, body, boundary), 400, "invalid-form")
    assert words in problem["detail"]
    assert count(Check) == 0


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (PHOTO_PART * 2, "photo"),
        (PHOTO_PART + text("age", "1") * 2, "age"),
        (part('Content-Disposition: form-data; name="photo"; filename=""', content=b""), "photo"),
        (text("age", "1"), "photo"),
        (PHOTO_PART + text("photo_sha256", "abc"), "photo_sha256"),
        (PHOTO_PART + part('Content-Disposition: form-data; name="sex"', content=b"\xff"), "sex"),
    ],
    ids=["two photos", "two ages", "no file chosen", "no photo", "no digest", "no text"],
)
def test_names_the_part_that_is_wrong(user: Client, body: bytes, field: str) -> None:
    problem = assert_problem(send(user, body + END), 422, "validation")
    assert field in problem["errors"]


def json_of(**changes: object) -> bytes:
    return orjson.dumps({"photo": BASE64, **changes})


ACCEPTED_JSON = {
    "a byte order mark": b"\xef\xbb\xbf" + json_of(),
    "an age as a fraction": json_of(age=72.0),
    "lines of base64": json_of(photo=LINES),
    "lines as Windows breaks them": json_of(photo=LINES.replace("\n", "\r\n")),
    "blanks around": json_of(photo=f"  {BASE64}\n"),
    "a data URL": json_of(photo=f"data:image/jpeg;base64,{BASE64}"),
    "a data URL with a parameter": json_of(photo=f"data:image/jpeg;charset=utf-8;base64,{BASE64}"),
    "a data URL with a name": json_of(photo=f'data:image/jpeg;name="a b.jpg";base64,{BASE64}'),
    "a data URL of any image": json_of(photo=f"data:image/*;base64,{BASE64}"),
    "a data URL without a type": json_of(photo=f"data:;base64,{BASE64}"),
    "a data URL in capitals": json_of(photo=f"DATA:IMAGE/JPEG;BASE64,{BASE64}"),
    "the digest of the photo": json_of(photo_sha256=hashlib.sha256(PHOTO).hexdigest()),
}  # fmt: skip


@pytest.mark.parametrize("kind", ACCEPTED_JSON)
def test_takes_json_as_clients_send_it(user: Client, kind: str) -> None:
    answer = user.request(
        "POST", "/user/checks", data=ACCEPTED_JSON[kind], content_type="application/json"
    )
    assert ok(answer)["context"]["age"] == (72 if "age" in kind.split() else None)


@pytest.mark.parametrize("age", [45.5, "45.5", "4 5", True, 1e300, "72.0.0"])
def test_ages_that_are_none(user: Client, age: object) -> None:
    assert_problem(user.upload(PHOTO, {"age": age}), 422, "validation")


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "gzip, identity"])
def test_the_error_for_compressed_bodies_lists_what_is_accepted(user: Client, coding: str) -> None:
    answer = user.request(
        "POST",
        "/user/checks",
        data=gzip.compress(json_of()),
        content_type="application/json",
        headers={"Content-Encoding": coding},
    )
    assert_problem(answer, 415, "unsupported-content-encoding")
    assert answer.headers["Accept-Encoding"] == "identity"


def digest_of(content: bytes, algorithm: str = "sha-256") -> str:
    made = hashlib.new(algorithm.replace("-", ""), content).digest()
    return f"{algorithm}=:{base64.b64encode(made).decode()}:"


BODY = PHOTO_PART + END
RIGHT = [
    digest_of(BODY),
    digest_of(BODY, "sha-512"),
    f"{digest_of(BODY)}, {digest_of(BODY, 'sha-512')}",
    f"md5=:AAAA:,{digest_of(BODY)};note=1",
    "md5=:AAAA:",
]


@pytest.mark.parametrize("digest", RIGHT)
def test_a_body_that_is_as_it_was_sent(user: Client, digest: str) -> None:
    ok(send(user, BODY, Content_Digest=digest))


@pytest.mark.parametrize(
    "digest",
    [
        digest_of(b"another"),
        digest_of(b"another", "sha-512"),
        f"{digest_of(BODY)}, {digest_of(b'another', 'sha-512')}",
        "sha-256=:AAAA:",
        "sha-256=::",
    ],
)
def test_a_body_that_was_changed_is_refused(user: Client, digest: str) -> None:
    problem = assert_problem(send(user, BODY, Content_Digest=digest), 400, "digest-mismatch")
    assert "Send it again" in problem["detail"]
    assert count(Check) == 0


@pytest.mark.parametrize(
    "digest", ["", "sha-256", "sha-256=abc", "sha-256=:a:", "sha-256=:%%%:", "SHA-256=:AAAA:"]
)
def test_a_digest_that_cannot_be_read(user: Client, digest: str) -> None:
    assert_problem(send(user, BODY, Content_Digest=digest), 400, "bad-request")


@pytest.mark.parametrize("is_right", [True, False])
def test_a_part_may_have_its_own_digest(user: Client, is_right: bool) -> None:
    digest = digest_of(PHOTO if is_right else b"another")
    body = part(
        'Content-Disposition: form-data; name="photo"; filename="p.jpg"',
        f"Content-Digest: {digest}",
    )
    answer = send(user, body + END)
    if is_right:
        ok(answer)
    else:
        assert_problem(answer, 400, "digest-mismatch")


@pytest.mark.parametrize("way", ["json", "form"])
def test_a_photo_of_another_digest_is_refused(user: Client, way: str) -> None:
    digest = {"photo_sha256": hashlib.sha256(b"another").hexdigest()}
    send_it = user.upload if way == "json" else user.upload_file
    assert_problem(send_it(PHOTO, context=digest), 400, "digest-mismatch")
    assert count(Check) == 0


def test_other_requests_may_have_a_digest_too(user: Client) -> None:
    body = json.dumps({"email": "x@example.com", "password": "four random words"}).encode()
    for content, status in ((body, 201), (b"another", 400)):
        answer = user.request(
            "POST",
            "/register",
            data=body,
            content_type="application/json",
            headers={"Content-Digest": digest_of(content)},
        )
        assert answer.status_code == status


@pytest.mark.parametrize("extension", ["jpg", ".heic", "PNG"])
def test_takes_uploads_of_clients_of_the_first_version(user: Client, extension: str) -> None:
    """The extension may be wrong: the photo is a JPEG by its content."""
    by_json = ok(user.post("/user/checks", {"photo": BASE64, "photo_extension": extension}))
    by_form = ok(send(user, PHOTO_PART + text("photo_extension", extension) + END))
    assert by_json["probability"] == by_form["probability"]
    assert "photo_extension" not in by_json


@pytest.mark.parametrize("extension", ["..", "tar.gz", "../../etc", "12345678901", "jp g"])
@pytest.mark.parametrize("way", ["json", "form"])
def test_refuses_an_extension_that_is_none(user: Client, extension: str, way: str) -> None:
    send_it = user.upload if way == "json" else user.upload_file
    answer = send_it(PHOTO, context={"photo_extension": extension})
    problem = assert_problem(answer, 422, "validation")
    assert list(problem["errors"]) == ["photo_extension"]
    assert "at most 10 characters" in problem["errors"]["photo_extension"][0]
    assert count(Check) == 0


def test_an_extension_left_blank_in_a_form_is_left_out(user: Client) -> None:
    ok(send(user, PHOTO_PART + text("photo_extension", "") + END))


def test_another_extension_is_the_same_upload(user: Client) -> None:
    key = {"Idempotency-Key": "3f0d9c1e"}
    answers = [
        ok(user.upload(PHOTO, fields, headers=key))
        for fields in ({}, {"photo_extension": "jpg"}, {"photo_extension": ".png"})
    ]
    assert answers[0] == answers[1] == answers[2]
