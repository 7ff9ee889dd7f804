"""Settings."""

import secrets
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from config import (
    DevelopmentSettings,
    ProductionSettings,
    Settings,
    SettingsError,
    TestingSettings,
    read_settings,
)
from tests.keys import KEY


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for item in fields(Settings):
        monkeypatch.delenv(item.name.upper(), raising=False)
    monkeypatch.delenv("APP_ENV", raising=False)
    empty = tmp_path / "empty.env"
    empty.touch()
    monkeypatch.setenv("ENV_FILE", str(empty))


def test_everything_has_a_default() -> None:
    settings = read_settings()
    assert isinstance(settings, DevelopmentSettings)
    assert settings.port == 5000
    assert settings.host == "127.0.0.1"


def test_the_environment_wins_over_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "my.env"
    file.write_text("PORT=6000\nTHREADS=2\n")
    monkeypatch.setenv("ENV_FILE", str(file))
    monkeypatch.setenv("PORT", "7000")
    assert (read_settings().port, read_settings().threads) == (7000, 2)
    assert read_settings({"PORT": "8000"}).port == 8000


def test_a_named_file_must_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENV_FILE", "/nowhere/.env")
    with pytest.raises(SettingsError, match="ENV_FILE"):
        read_settings()


def test_the_file_must_be_text(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "latin1.env"
    file.write_bytes("JWT_KEYS=1:geheimschlüssel".encode("latin-1"))
    monkeypatch.setenv("ENV_FILE", str(file))
    with pytest.raises(SettingsError, match=r"latin1\.env is not UTF-8 text\.$"):
        read_settings()


def test_refuses_the_home_folder_of_nobody() -> None:
    with pytest.raises(SettingsError, match="DATA_DIR names the home folder of somebody"):
        read_settings({"DATA_DIR": "~nobody-has-this-name/data"})


@pytest.mark.parametrize(
    ("name", "text"),
    [("JWT_KEYS", "1:" + "k" * 40 + "\udcfc"), ("DATABASE_URL", "postgresql://u:\udcfc@db/x")],
)
def test_secrets_are_text(name: str, text: str) -> None:
    """Python reads other bytes of the environment as halves of characters."""
    with pytest.raises(SettingsError, match=f"{name} must be UTF-8 text") as caught:
        read_settings({name: text})
    assert "udcfc" not in str(caught.value)


def test_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        read_settings().port = 1  # type: ignore[misc]


def test_reports_all_problems_together_and_no_secret() -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings(
            {
                "PORT": "0",
                "WORKERS": "many",
                "DATABASE_URL": "mysql://x",
                "S3_ENDPOINT_URL": "minio",
                "JWT_KEYS": "a:tooshort",
                "NETWORK_ENGINE": "abacus",
            }
        )
    assert len(caught.value.problems) == 6
    assert "tooshort" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2"])
def test_names_the_driver(scheme: str) -> None:
    url = read_settings({"DATABASE_URL": f"{scheme}://u:p@db/x?sslmode=require"}).database_url
    assert url == "postgresql+psycopg2://u:p@db/x?sslmode=require"


@pytest.mark.parametrize(
    "url", ["postgresql://u:secret@h:port/x", "postgresql:x", "x", "mysql://h"]
)
def test_refuses_what_is_no_address(url: str) -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL must") as caught:
        read_settings({"DATABASE_URL": url})
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        *(
            "minio",
            "minio:9000",
            "ftp://minio",
            "http://",
            "http:///x",
            "https://a b",
            "http://host\n",
            "http://ho\nst",
            " http://host",
            "http://\u0661",
            "http://a_b",
        ),
        *(
            "http://host:port",
            "http://host:70000",
            "http://[::1",
            "http://-a.example",
            "http://a..b",
        ),
        *("http://user:secret@host", "http://host/?x=1", "http://host/#x", "//host"),
    ],
)
def test_refuses_what_is_no_endpoint(url: str) -> None:
    with pytest.raises(SettingsError, match="S3_ENDPOINT_URL must look like") as caught:
        read_settings({"S3_ENDPOINT_URL": url})
    assert len(caught.value.problems) == 1
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["https://s3.example.com", "http://127.0.0.1:9000", "http://[::1]:9000", "http://minio"]
)
def test_takes_endpoints(url: str) -> None:
    assert read_settings({"S3_ENDPOINT_URL": f"{url}/"}).s3_endpoint_url == url


@pytest.mark.parametrize("text", ["0", "1", "-0.1", "nan", "inf", "1 %", ""])
def test_refuses_what_is_no_prevalence(text: str) -> None:
    with pytest.raises(SettingsError, match="PREVALENCE must be a number between 0 and 1"):
        read_settings({"PREVALENCE": text})


def test_reads_the_prevalence() -> None:
    assert read_settings().prevalence == 0.01
    assert read_settings({"PREVALENCE": "0.05"}).prevalence == 0.05


def test_production_makes_nothing_up() -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({"APP_ENV": "production"})
    assert [p.split()[0] for p in caught.value.problems] == ["DATABASE_URL", "JWT_KEYS"]
    values = {"DATABASE_URL": "postgresql://db/x", "JWT_KEYS": f"1:{KEY}"}
    assert isinstance(read_settings({"APP_ENV": "production", **values}), ProductionSettings)


def test_testing_is_testing() -> None:
    assert isinstance(read_settings({"APP_ENV": "testing"}), TestingSettings)
    assert read_settings({"APP_ENV": "testing"}).testing


def test_refuses_an_unknown_environment() -> None:
    with pytest.raises(SettingsError, match="APP_ENV"):
        read_settings({"APP_ENV": "staging"})


def test_reads_several_keys_in_order() -> None:
    keys = read_settings({"JWT_KEYS": f"2:{KEY[::-1]}, 1:{KEY}"}).jwt_keys
    assert list(keys) == ["2", "1"]


@pytest.mark.parametrize(
    "secret",
    [
        "k" * 40,
        "0123456789" * 4,
        "changeme-and-do-it-before-you-start-this",
        "ThisIsTheSecretKeyOfOurFineService",
        "aabbccddaabbccddaabbccddeeffeeffaa",
    ],
)
def test_a_key_that_was_not_drawn_is_refused(secret: str) -> None:
    with pytest.raises(SettingsError, match="JWT_KEYS") as caught:
        read_settings({"JWT_KEYS": f"1:{secret}"})
    assert secret not in str(caught.value)
    assert "secrets.token_hex" in str(caught.value)


def test_a_key_that_was_drawn_is_accepted() -> None:
    for make in (secrets.token_hex, secrets.token_urlsafe):
        for _ in range(100):
            assert read_settings({"JWT_KEYS": f"1:{make(32)}"}).jwt_keys


@pytest.mark.parametrize(
    "text",
    ["", "20", "0 per minute", "20 per fortnight", "-1 per day", "5 per minute, 0 per day",
     "5 per 2 years", "5 per 99999999999999 days"],
)  # fmt: skip
def test_refuses_what_is_no_rate_limit(text: str) -> None:
    with pytest.raises(SettingsError, match="RATE_LIMIT_LOGIN must look like 20 per minute"):
        read_settings({"RATE_LIMIT_LOGIN": text})


def test_reads_rate_limits() -> None:
    settings = read_settings({"RATE_LIMIT_LOGIN": "5/minute; 7 per 2 hours"})
    windows = [(item.amount, item.get_expiry()) for item in settings.rate_limit_login]
    assert windows == [(5, 60), (7, 7200)]


@pytest.mark.parametrize(("text", "value"), [("true", True), ("False", False)])
def test_reads_whether_there_are_rate_limits(text: str, value: bool) -> None:
    assert read_settings({"RATE_LIMITS_ENABLED": text}).rate_limits_enabled is value


@pytest.mark.parametrize("text", ["", "0", "nope"])
def test_refuses_an_unclear_answer(text: str) -> None:
    with pytest.raises(SettingsError, match="RATE_LIMITS_ENABLED must be true or false"):
        read_settings({"RATE_LIMITS_ENABLED": text})


@pytest.mark.parametrize("text", ["localhost:6379", "http://host", "redis://:se/cret@host:port"])
def test_refuses_what_is_no_redis(text: str) -> None:
    with pytest.raises(SettingsError, match="RATE_LIMIT_REDIS_URL must look like") as caught:
        read_settings({"RATE_LIMIT_REDIS_URL": text})
    assert "cret" not in str(caught.value)


@pytest.mark.parametrize("installed", [True, False])
def test_redis_needs_its_package(monkeypatch: pytest.MonkeyPatch, installed: bool) -> None:
    monkeypatch.setattr("utils.setting_values.find_spec", lambda _: object() if installed else None)
    values = {"RATE_LIMIT_REDIS_URL": "redis://127.0.0.1:6379/0"}
    if installed:
        assert read_settings(values).rate_limit_redis_url == values["RATE_LIMIT_REDIS_URL"]
    else:
        with pytest.raises(SettingsError, match="needs the package redis"):
            read_settings(values)


@pytest.mark.parametrize("text", ["-1", "11", "yes", "1.0"])
def test_refuses_what_is_no_number_of_proxies(text: str) -> None:
    with pytest.raises(SettingsError, match="TRUSTED_PROXIES must be a whole number"):
        read_settings({"TRUSTED_PROXIES": text})


def test_reads_the_names_of_the_service() -> None:
    assert read_settings().allowed_hosts == ()
    settings = read_settings({"ALLOWED_HOSTS": " api.example.com, .example.org,"})
    assert settings.allowed_hosts == ("api.example.com", ".example.org")
