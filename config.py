"""The settings of the service, read once from the environment and one `.env` file."""

import hashlib
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, ClassVar

from decouple import Config, RepositoryEmpty, RepositoryEnv, UndefinedValueError
from limits import RateLimitItem

from utils.setting_values import (
    between,
    http_url,
    keys,
    names,
    one_of,
    origins,
    postgres_url,
    proportion,
    rate_limits,
    redis_url,
    yes_or_no,
)

PROJECT = Path(__file__).parent
_DESCRIPTION = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))
VERSION: str = _DESCRIPTION["project"]["version"]
"""The version of the service. The model has its own version."""
ENVIRONMENTS = ("development", "testing", "production")


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


def _setting(default: str | Callable[[], str], help_text: str, cast: Callable[[str], Any]) -> Any:
    return field(metadata={"default": default, "help": help_text, "cast": cast})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings of the service. The variable of a field is its name in capitals."""

    testing: ClassVar[bool] = False
    json_logs: ClassVar[bool] = False
    required: ClassVar[tuple[str, ...]] = ()

    host: str = _setting("127.0.0.1", "Address that the server listens on.", str)
    port: int = _setting("5000", "Port that the server listens on.", between(1, 65535))
    workers: int = _setting("2", "Number of server processes.", between(1, 64))
    threads: int = _setting(
        "4", "Number of requests that each process serves at the same time.", between(1, 64)
    )
    log_level: str = _setting(
        "info", "Lowest level that is logged.", one_of("debug", "info", "warning", "error")
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
        between(0, 1_000_000),
    )
    database_url: str = _setting(
        "", "PostgreSQL 13 or later, `postgresql://…`. Empty: the embedded server.", postgres_url
    )
    jwt_keys: dict[str, str] = _setting(
        "",
        "Keys for access tokens, `id:secret,…`. The first key signs, all keys verify. Empty: a key "
        "is generated and stored in `DATA_DIR`.",
        keys,
    )
    access_token_minutes: int = _setting(
        "15", "Lifetime of an access token, in minutes.", between(1, 1440)
    )
    refresh_token_days: int = _setting(
        "30", "Lifetime of an unused refresh token, in days.", between(1, 365)
    )
    session_days: int = _setting(
        "90", "Lifetime of a login, in days, however often it is refreshed.", between(1, 365)
    )
    trusted_proxies: int = _setting(
        "0",
        "Number of reverse proxies before the service, whose X-Forwarded-For and -Proto are "
        "believed.",
        between(0, 10),
    )
    allowed_hosts: tuple[str, ...] = _setting(
        "", "Host names that requests may have, separated by commas. Empty: any.", names
    )
    cors_origins: tuple[str, ...] = _setting(
        "",
        "Origins whose pages may call the service from a browser, such as "
        "`https://app.example.com`, separated by commas. Empty: none.",
        origins,
    )
    rate_limits_enabled: bool = _setting(
        "true", "`false` turns all rate limits off, for load tests.", yes_or_no
    )
    rate_limit_redis_url: str = _setting(
        "", "Redis for the counters of the rate limits, `redis://…`. Empty: PostgreSQL.", redis_url
    )
    rate_limit_login: tuple[RateLimitItem, ...] = _setting(
        "30 per minute", "Wrong passwords from one address.", rate_limits
    )
    rate_limit_guess: tuple[RateLimitItem, ...] = _setting(
        "10 per minute", "Wrong passwords of one account from one address.", rate_limits
    )
    rate_limit_stranger_guess: tuple[RateLimitItem, ...] = _setting(
        "60 per minute",
        "Wrong passwords of one account from all addresses that its owner does not use.",
        rate_limits,
    )
    rate_limit_register: tuple[RateLimitItem, ...] = _setting(
        "120 per hour", "Registrations from one address.", rate_limits
    )
    rate_limit_refresh: tuple[RateLimitItem, ...] = _setting(
        "300 per minute", "Refreshes of tokens from one address.", rate_limits
    )
    rate_limit_session_refresh: tuple[RateLimitItem, ...] = _setting(
        "20 per minute", "Refreshes of the tokens of one login.", rate_limits
    )
    rate_limit_password: tuple[RateLimitItem, ...] = _setting(
        "20 per minute",
        "Changes of the password, and deletions of the account, from one address.",
        rate_limits,
    )
    rate_limit_upload: tuple[RateLimitItem, ...] = _setting(
        "1000 per hour; 3000 per day", "Uploads of one user.", rate_limits
    )
    rate_limit_upload_megabytes: tuple[RateLimitItem, ...] = _setting(
        "5000 per day", "Megabytes of the uploads of one user.", rate_limits
    )
    s3_bucket: str = _setting("", "S3 bucket for the photos. Empty: a folder in `DATA_DIR`.", str)
    s3_endpoint_url: str = _setting("", "Address of an S3 server other than Amazon's.", http_url)
    s3_region: str = _setting("us-east-1", "Region of the bucket.", str)
    network_file: Path = _setting(
        "cnn_model/skin_cancer_model.tflite", "File of the bundled model.", _absolute
    )
    network_engine: str = _setting(
        "litert",
        "Inference engine: `litert` for a `.tflite` file, `keras` for a `.keras` file (needs "
        "TensorFlow: `make install`).",
        one_of("litert", "keras"),
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
        proportion,
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
