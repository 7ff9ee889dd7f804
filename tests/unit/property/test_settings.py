"""Settings: usable, or refused in words that tell no secret."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from botocore.utils import is_valid_endpoint_url, is_valid_ipv6_endpoint_url
from hypothesis import given
from hypothesis import strategies as st

from config import Settings, SettingsError, read_settings

NAMES = [item.name.upper() for item in fields(Settings)]
# Python reads bytes of the environment that are no UTF-8 as surrogates.
HALVES = st.characters(min_codepoint=0xDC80, max_codepoint=0xDCFF)
TEXTS = st.text() | st.text(HALVES | st.characters(codec="ascii"), max_size=60)
PARTS = st.sampled_from(
    (
        *("postgresql", "http", "https", "://", ":", "@", "/", "[::1]", ".", "%", "?", "#", "="),
        *("&", "~", "host", "5432", "99999", " ", "\n", "-", ",", "k" * 32, "\udc80", "0.5"),
        *("1e-9", "9" * 5000),
    )
)
VALUES = TEXTS | st.lists(PARTS | st.text(max_size=5), max_size=8).map("".join)
MARK = "geheim"


@pytest.fixture(autouse=True, scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty file of settings, instead of any that this machine has."""
    file = tmp_path_factory.mktemp("settings") / "empty.env"
    file.touch()
    with pytest.MonkeyPatch.context() as patch:
        for name in (*NAMES, "APP_ENV"):
            patch.delenv(name, raising=False)
        patch.setenv("ENV_FILE", str(file))
        yield file


def problems(values: dict[str, str]) -> list[str]:
    """Return what is wrong with the settings, nothing where they can be used."""
    try:
        read_settings(values)
    except SettingsError as error:
        return error.problems
    return []


@pytest.mark.parametrize("name", NAMES)
@given(value=VALUES)
def test_any_text_is_a_setting_or_refused_by_its_name(name: str, value: str) -> None:
    found = problems({name: value})
    assert len(found) <= 1
    assert all(problem.startswith(f"{name} ") and problem.endswith(".") for problem in found)


@given(st.dictionaries(st.sampled_from([*NAMES, "APP_ENV"]), VALUES))
def test_any_settings_are_refused_together(values: dict[str, str]) -> None:
    names = [problem.split()[0] for problem in problems(values)]
    assert len(names) == len(set(names))


SECRETS = TEXTS.map(lambda text: f"{MARK}{text}{MARK}")
URLS = st.tuples(VALUES, SECRETS, VALUES).map("".join) | st.builds(
    "postgresql://u:{}@{}".format, SECRETS, VALUES
)
KEYS = st.lists(st.builds("{}:{}".format, st.text(max_size=3), SECRETS) | SECRETS).map(",".join)


@given(KEYS, URLS)
def test_no_problem_repeats_a_secret(keys: str, url: str) -> None:
    for values in ({"JWT_KEYS": keys}, {"DATABASE_URL": url}):
        assert MARK not in "".join(problems(values))


@given(st.text(st.characters(min_codepoint=0x80), min_size=1), st.integers(0, 40))
def test_not_even_a_letter_of_a_secret_is_revealed(letters: str, length: int) -> None:
    values = {"JWT_KEYS": f"1:{letters}" + "k" * length, "DATABASE_URL": f"postgresql://{letters}"}
    assert not set(letters) & set("".join(problems(values)))


@given(VALUES)
def test_whatever_signs_can_be_sent_and_is_long_enough(text: str) -> None:
    try:
        keys = read_settings({"JWT_KEYS": f"1:{text}"}).jwt_keys
    except SettingsError:
        return
    assert all(name and len(secret.encode()) >= 32 for name, secret in keys.items())


HOSTS = st.text("ab-.1[]:é \n@", min_size=1, max_size=12) | VALUES


@given(st.sampled_from(("http://", "https://", "")), HOSTS)
def test_an_endpoint_that_is_taken_is_one_for_boto3(scheme: str, rest: str) -> None:
    try:
        url = read_settings({"S3_ENDPOINT_URL": scheme + rest}).s3_endpoint_url
    except SettingsError:
        return
    assert not url or is_valid_endpoint_url(url) or is_valid_ipv6_endpoint_url(url)


@given(st.integers(1, 65535))
def test_every_port_is_taken(port: int) -> None:
    assert read_settings({"PORT": str(port)}).port == port


@given(st.floats(0, 1, exclude_min=True, exclude_max=True))
def test_every_share_is_taken(share: float) -> None:
    assert read_settings({"PREVALENCE": repr(share)}).prevalence == share


LINES = st.builds(
    lambda name, text: f"{name}={text}".encode(errors="surrogateescape"),
    st.sampled_from(NAMES),
    TEXTS,
)


@given(content=st.binary() | st.lists(LINES).map(b"\n".join))
def test_any_file_is_read_or_refused(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    try:
        problems({})
    finally:
        file.write_bytes(b"")
