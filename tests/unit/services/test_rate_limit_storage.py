"""PostgreSQL counts as the storages of the library do, and instead of a Redis that fails."""

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from limits import parse_many
from limits.errors import StorageError
from limits.storage import MemoryStorage, Storage
from sqlalchemy import text

from db import db
from managers.errors import TooManyRequestsError
from managers.rate_limit import Limit, RateLimitManager
from models import RateLimit
from services.rate_limit_storage import (
    REDIS_REST,
    FallbackRateLimitStorage,
    PostgresRateLimitStorage,
)
from tests.database import count, only
from tests.rate_limits import pass_time


class FailingStorage(MemoryStorage):
    """Stands for Redis. It fails while `error` is set."""

    STORAGE_SCHEME = ["failing"]
    error: Exception | None = None

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        if self.error:
            raise self.error
        return super().incr(key, expiry, amount)


@pytest.fixture(params=["memory", "postgres", "fallback"])
def storage(request: pytest.FixtureRequest, app: Flask) -> Storage:
    """Ours, and one of the library to compare it with."""
    postgres = PostgresRateLimitStorage()
    return {
        "memory": MemoryStorage(),
        "postgres": postgres,
        "fallback": FallbackRateLimitStorage(postgres, postgres),
    }[request.param]


def test_keeps_the_contract(storage: Storage) -> None:
    assert storage.check()
    assert storage.get("a") == 0
    assert [storage.incr("a", 60), storage.incr("a", 60, amount=3)] == [1, 4]
    assert storage.incr("a", 60, amount=-1) == storage.get("a") == 3
    assert storage.incr("b", 10) == 1
    assert 0 < storage.get_expiry("a") - storage.get_expiry("b") < 51
    storage.clear("a")
    assert (storage.get("a"), storage.get("b")) == (0, 1)
    storage.reset()
    assert storage.get("b") == 0
    assert abs(storage.get_expiry("b") - storage.get_expiry("a")) < 1


def test_a_window_that_has_ended_counts_from_the_start(app: Flask) -> None:
    storage = PostgresRateLimitStorage()
    storage.incr("a", 60, amount=5)
    pass_time(50)
    assert storage.incr("a", 60) == 6
    pass_time(10)
    assert storage.get("a") == 0
    assert storage.incr("a", 60) == 1
    assert storage.get_expiry("a") > storage.get_expiry("b") + 50


def test_expired_counters_are_removed(app: Flask) -> None:
    storage = PostgresRateLimitStorage()
    storage.incr("a", 60)
    storage.incr("b", 61)
    pass_time(60)
    storage.remove_expired()
    assert only(RateLimit).key == "b"


def test_connections_that_count_together_lose_nothing(app: Flask) -> None:
    storage = PostgresRateLimitStorage()

    def add(_: int) -> int:
        with app.app_context():
            return storage.incr("a", 60)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(add, range(100))) == list(range(1, 101))


def test_the_table_is_not_logged(app: Flask) -> None:
    with db.engine.connect() as connection:
        query = text("SELECT relpersistence FROM pg_class WHERE relname = 'rate_limits'")
        assert connection.execute(query).scalar_one() == "u"


def test_the_database_counts_while_redis_fails(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first = FailingStorage()
    storage = FallbackRateLimitStorage(first, PostgresRateLimitStorage())
    first.error = StorageError(ConnectionError("redis://:secret@host"))
    assert [storage.incr("a", 60), storage.incr("a", 60)] == [1, 2]
    [record] = caplog.records
    assert record.levelno == logging.ERROR
    assert "secret" not in caplog.text
    assert first.get("a") == 0
    assert count(RateLimit) == 1
    # It has rested, and works.
    first.error = None
    monkeypatch.setattr(storage, "_rests_until", 0.0)
    assert storage.incr("a", 60) == first.get("a") == 1
    pass_time(60)
    storage.remove_expired()
    assert count(RateLimit) == 0


def test_redis_that_fails_is_left_alone_for_a_while(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = 100.0
    monkeypatch.setattr("services.rate_limit_storage.time.monotonic", lambda: clock)
    first = FailingStorage()
    storage = FallbackRateLimitStorage(first, PostgresRateLimitStorage())
    first.error = StorageError(ConnectionError())
    storage.incr("a", 60)
    first.error = None
    clock += REDIS_REST - 1
    storage.incr("a", 60)
    assert first.get("a") == 0
    clock += 1
    storage.incr("a", 60)
    assert first.get("a") == 1


def test_a_storage_that_fails_keeps_nobody_out(app: Flask) -> None:
    class Failing(MemoryStorage):
        STORAGE_SCHEME = ["failing"]

        def _fail(self, *_: object, **__: object) -> Any:
            raise StorageError(ConnectionError())

        incr = get = get_expiry = clear = _fail

    limits = {limit: tuple(parse_many("1 per minute")) for limit in Limit}
    storage = FallbackRateLimitStorage(Failing(), PostgresRateLimitStorage())
    manager = RateLimitManager(limits, storage, b"secret")
    for _ in range(3):
        with manager.guess("203.0.113.1", "user@example.com"):
            pass
    # Guesses are limited all the same.
    manager.require(Limit.GUESS, "a")
    with pytest.raises(TooManyRequestsError):
        manager.require(Limit.GUESS, "a")
