"""The settings of the service, read once from the environment and one `.env` file."""

import hashlib
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from decouple import Config, RepositoryEmpty, RepositoryEnv, UndefinedValueError
from limits import RateLimitItem, parse_many
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

PROJECT = Path(__file__).parent
_DESCRIPTION = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))
VERSION: str = _DESCRIPTION["project"]["version"]
"""The version of the service. The model has its own version."""
ENVIRONMENTS = ("development", "testing", "production")
MIN_KEY_BYTES = 32
# Seconds.
MAX_WINDOW = 366 * 24 * 3600
# A random secret in hexadecimal digits has fewer than this once in a million times.
MIN_DISTINCT = 9
PLACEHOLDERS = ("secret", "change", "example", "password", "12345678", "abcdefgh", "replace")
NEW_KEY = 'Make one: python3 -c "import secrets; print(secrets.token_hex(32))"'
HOST = re.compile(r"(?:(?!-)[a-z\d-]{1,63}(?<!-)\.)*(?!-)[a-z\d-]{1,63}(?<!-)|[\da-f]*:[\da-f:.]+")


class SettingsError(Exception):
    """One or more settings are invalid; the message names each of them."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("Invalid settings:\n" + "\n".join(f"  - {p}" for p in problems))
        self.problems = problems


def _default_data_dir() -> str:
    """Return the default of DATA_DIR: a folder beside the code, for root one below /var/lib."""
    # PostgreSQL cannot run as root. Its own user cannot enter a folder below a private home such as
    # /root.
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        name = hashlib.sha256(str(PROJECT.resolve()).encode()).hexdigest()[:8]
        return f"/var/lib/skin-cancer-detector/{name}"
    return str(PROJECT / ".data")


def _absolute(text: str) -> Path:
    try:
        path = Path(text).expanduser()
    except RuntimeError:
        raise ValueError(
            "names the home folder of somebody who has no account on this machine"
        ) from None
    return (PROJECT / path).absolute()


def _between(low: int, high: int) -> Callable[[str], int]:
    """Return a cast to a whole number from `low` to `high`."""

    def cast(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return int(text)

    return cast


def _yes_or_no(text: str) -> bool:
    try:
        return {"true": True, "false": False}[text.lower()]
    except KeyError:
        raise ValueError("must be true or false") from None


def _rate_limits(text: str) -> tuple[RateLimitItem, ...]:
    """Return limits such as `20 per minute; 500 per day`."""
    try:
        limits = parse_many(text)
    except ValueError:
        limits = []
    # Nothing would be allowed, or the database could not add the window to the time.
    if not limits or not all(item.amount and item.get_expiry() <= MAX_WINDOW for item in limits):
        raise ValueError("must look like 20 per minute; 500 per day, in windows of at most a year")
    return tuple(limits)


def _redis_url(text: str) -> str:
    """Return the URL of a Redis server, or "" for none."""
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        # `port` raises ValueError if it is invalid.
        is_right = parts.scheme in ("redis", "rediss", "redis+unix") and (parts.port or 1) > 0
    except ValueError:
        is_right = False
    if not is_right:
        # The message must not repeat the password.
        raise ValueError("must look like redis://127.0.0.1:6379/0")
    if find_spec("redis") is None:
        raise ValueError("needs the package redis: .venv/bin/python -m pip install redis")
    return text


def _names(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (name.strip() for name in text.split(","))))


def _proportion(text: str) -> float:
    problem = "must be a number between 0 and 1, both excluded"
    try:
        value = float(text)
    except ValueError:
        raise ValueError(problem) from None
    if not 0 < value < 1:
        raise ValueError(problem)
    return value


def _one_of(*choices: str) -> Callable[[str], str]:
    """Return a cast that accepts only these texts."""

    def cast(text: str) -> str:
        if text not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return text

    return cast


def _require_utf8(text: str) -> None:
    """Raise ValueError if the text cannot be encoded in UTF-8."""
    # Python decodes other bytes of the environment to lone surrogates.
    try:
        text.encode()
    except UnicodeEncodeError:
        # The message of the original error would repeat a part of the secret.
        raise ValueError("must be UTF-8 text") from None


def _postgres_url(text: str) -> str:
    """Return the URL with the name of the driver, or "" for no URL."""
    # SQLAlchemy reads `postgresql://` as a driver that is not installed here.
    if not text:
        return ""
    _require_utf8(text)
    scheme, separator, rest = text.partition("://")
    if not separator or scheme not in ("postgres", "postgresql", "postgresql+psycopg2"):
        raise ValueError("must start with postgresql://")
    url = f"postgresql+psycopg2://{rest}"
    try:
        make_url(url)
    except (ArgumentError, ValueError):
        # The message of the original error would repeat the password.
        raise ValueError("must look like postgresql://user:password@host:5432/name") from None
    return url


def _http_url(text: str) -> str:
    """Return an HTTP or HTTPS URL without a slash at its end, or "" for no URL."""
    # These are the rules of boto3, which applies them at the first request only.
    if not text:
        return ""
    problem = "must look like https://s3.example.com or http://127.0.0.1:9000"
    try:
        parts = urlsplit(text)
        # `port` raises ValueError if it is invalid.
        is_right = parts.scheme in ("http", "https") and (parts.port or 1) > 0
    except ValueError:
        raise ValueError(problem) from None
    # `urlsplit` accepts line breaks and blanks, but they would break every request.
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError(problem)
    if not is_right or not HOST.fullmatch(parts.hostname or ""):
        raise ValueError(problem)
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError(problem)
    return text.rstrip("/")


def _is_weak(secret: str) -> bool:
    """Return whether a secret was evidently not drawn at random."""
    is_periodic = secret in (secret + secret)[1:-1]
    has_word = any(word in secret.lower() for word in PLACEHOLDERS)
    return is_periodic or has_word or len(set(secret)) < MIN_DISTINCT


def require_drawn(secret: str) -> None:
    """Raise ValueError, without the secret, if it is short or was evidently not drawn at random."""
    if len(secret.encode()) < MIN_KEY_BYTES:
        raise ValueError(f"needs secrets of at least {MIN_KEY_BYTES} bytes. {NEW_KEY}")
    if _is_weak(secret):
        raise ValueError(f"has a secret that is easy to guess. {NEW_KEY}")


def _keys(text: str) -> dict[str, str]:
    """Return the secrets by id. No error message repeats a secret."""
    _require_utf8(text)
    keys: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        name, separator, secret = pair.partition(":")
        if not separator or not name:
            raise ValueError("must be id:secret pairs, separated by commas")
        require_drawn(secret)
        keys[name] = secret
    return keys


def _setting(default: str | Callable[[], str], help_text: str, cast: Callable[[str], Any]) -> Any:
    return field(metadata={"default": default, "help": help_text, "cast": cast})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings of the service. The variable of a field is its name in capitals."""

    testing: ClassVar[bool] = False
    json_logs: ClassVar[bool] = False
    required: ClassVar[tuple[str, ...]] = ()

    host: str = _setting("127.0.0.1", "Address that the server listens on.", str)
    port: int = _setting("5000", "Port that the server listens on.", _between(1, 65535))
    workers: int = _setting("2", "Number of server processes.", _between(1, 64))
    threads: int = _setting(
        "4", "Number of requests that each process serves at the same time.", _between(1, 64)
    )
    log_level: str = _setting(
        "info", "Lowest level that is logged.", _one_of("debug", "info", "warning", "error")
    )
    data_dir: Path = _setting(
        _default_data_dir,
        "Folder of the embedded database, the local photos and the generated signing key.",
        _absolute,
    )
    temp_dir: Path = _setting(
        "temp_files",
        "Folder of uploads in progress, and of photos that wait for the photo storage.",
        _absolute,
    )
    min_free_disk_mb: int = _setting(
        "200",
        "Megabytes that uploads leave free on the disks of `DATA_DIR` and `TEMP_DIR`, at most a "
        "quarter of the disk.",
        _between(0, 1_000_000),
    )
    database_url: str = _setting(
        "", "PostgreSQL 13 or later, `postgresql://…`. Empty: the embedded server.", _postgres_url
    )
    jwt_keys: dict[str, str] = _setting(
        "",
        "Keys for access tokens, `id:secret,…`. The first key signs, all keys verify. Empty: a key "
        "is generated and stored in `DATA_DIR`.",
        _keys,
    )
    access_token_minutes: int = _setting(
        "15", "Lifetime of an access token, in minutes.", _between(1, 1440)
    )
    refresh_token_days: int = _setting(
        "30", "Lifetime of an unused refresh token, in days.", _between(1, 365)
    )
    session_days: int = _setting(
        "90", "Lifetime of a login, in days, however often it is refreshed.", _between(1, 365)
    )
    trusted_proxies: int = _setting(
        "0",
        "Number of reverse proxies before the service, whose X-Forwarded-For and -Proto are "
        "believed.",
        _between(0, 10),
    )
    allowed_hosts: tuple[str, ...] = _setting(
        "", "Host names that requests may have, separated by commas. Empty: any.", _names
    )
    rate_limits_enabled: bool = _setting(
        "true", "`false` turns all rate limits off, for load tests.", _yes_or_no
    )
    rate_limit_redis_url: str = _setting(
        "", "Redis for the counters of the rate limits, `redis://…`. Empty: PostgreSQL.", _redis_url
    )
    rate_limit_login: tuple[RateLimitItem, ...] = _setting(
        "30 per minute", "Wrong passwords from one address.", _rate_limits
    )
    rate_limit_guess: tuple[RateLimitItem, ...] = _setting(
        "10 per minute", "Wrong passwords of one account from one address.", _rate_limits
    )
    rate_limit_stranger_guess: tuple[RateLimitItem, ...] = _setting(
        "60 per minute",
        "Wrong passwords of one account from all addresses that its owner does not use.",
        _rate_limits,
    )
    rate_limit_register: tuple[RateLimitItem, ...] = _setting(
        "120 per hour", "Registrations from one address.", _rate_limits
    )
    rate_limit_refresh: tuple[RateLimitItem, ...] = _setting(
        "300 per minute", "Refreshes of tokens from one address.", _rate_limits
    )
    rate_limit_session_refresh: tuple[RateLimitItem, ...] = _setting(
        "20 per minute", "Refreshes of the tokens of one login.", _rate_limits
    )
    rate_limit_password: tuple[RateLimitItem, ...] = _setting(
        "20 per minute",
        "Changes of the password, and deletions of the account, from one address.",
        _rate_limits,
    )
    rate_limit_upload: tuple[RateLimitItem, ...] = _setting(
        "1000 per hour; 3000 per day", "Uploads of one user.", _rate_limits
    )
    rate_limit_upload_megabytes: tuple[RateLimitItem, ...] = _setting(
        "5000 per day", "Megabytes of the uploads of one user.", _rate_limits
    )
    s3_bucket: str = _setting("", "S3 bucket for the photos. Empty: a folder in `DATA_DIR`.", str)
    s3_endpoint_url: str = _setting("", "Address of an S3 server other than Amazon's.", _http_url)
    s3_region: str = _setting("us-east-1", "Region of the bucket.", str)
    network_file: Path = _setting(
        "cnn_model/skin_cancer_model.tflite", "File of the bundled model.", _absolute
    )
    network_engine: str = _setting(
        "litert",
        "Inference engine: `litert` for a `.tflite` file, `keras` for a `.keras` file (needs "
        "TensorFlow: `make install`).",
        _one_of("litert", "keras"),
    )
    networks_dir: Path | None = _setting(
        "",
        "Folder of the installed models, one subfolder for each version. Empty: `networks` in "
        "`DATA_DIR`.",
        lambda text: _absolute(text) if text else None,
    )
    prevalence: float = _setting(
        "0.01",
        "Proportion of cancers among the photographed lesions, for the predictive values.",
        _proportion,
    )


@dataclass(frozen=True, kw_only=True)
class DevelopmentSettings(Settings):
    """Every setting has a default; missing parts are embedded."""


@dataclass(frozen=True, kw_only=True)
class TestingSettings(Settings):
    testing: ClassVar[bool] = True
    __test__: ClassVar[bool] = False


@dataclass(frozen=True, kw_only=True)
class ProductionSettings(Settings):
    """The settings that several machines must share have no default."""

    json_logs: ClassVar[bool] = True
    required: ClassVar[tuple[str, ...]] = ("database_url", "jwt_keys")


_CLASSES: dict[str, type[Settings]] = dict(
    zip(ENVIRONMENTS, (DevelopmentSettings, TestingSettings, ProductionSettings), strict=True)
)


def read_settings(overrides: Mapping[str, str] | None = None) -> Settings:
    """Return the settings from `overrides`, the environment and one file, in this order.

    The file is the one that ENV_FILE names, or `.env` beside this module. Raise SettingsError with
    all problems at once.
    """
    source = _source()

    def read(name: str, default: str) -> str:
        if overrides is not None and name in overrides:
            return overrides[name]
        try:
            return str(source(name, default=default)).strip()
        except UndefinedValueError:
            return default

    environment = read("APP_ENV", "development")
    if environment not in _CLASSES:
        raise SettingsError([f"APP_ENV must be one of {', '.join(ENVIRONMENTS)}."])
    return _build(_CLASSES[environment], read)


def _source() -> Config:
    named = os.environ.get("ENV_FILE")
    path = Path(named) if named else PROJECT / ".env"
    if path.is_file():
        try:
            return Config(RepositoryEnv(str(path)))
        except UnicodeDecodeError:
            raise SettingsError([f"{path} is not UTF-8 text."]) from None
    if named:
        raise SettingsError([f"ENV_FILE names {named}, which is not a file."])
    return Config(RepositoryEmpty())


def _build(kind: type[Settings], read: Callable[[str, str], str]) -> Settings:
    values: dict[str, Any] = {}
    problems: list[str] = []
    for item in fields(kind):
        name, default = item.name.upper(), item.metadata["default"]
        text = read(name, default() if callable(default) else default)
        if not text and item.name in kind.required:
            problems.append(f"{name} must be set in production.")
            continue
        try:
            values[item.name] = item.metadata["cast"](text)
        except ValueError as error:
            problems.append(f"{name} {error}.")
    if problems:
        raise SettingsError(problems)
    return kind(**values)
