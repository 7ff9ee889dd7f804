"""Rows for the tests."""

from functools import cache
from typing import Any, ClassVar, cast
from uuid import uuid4

from factory.alchemy import SQLAlchemyModelFactory
from factory.declarations import LazyFunction, Sequence

from cnn_model.serving.description import NAME
from constants import DIAGNOSES, PhotoState, Role, Status
from db import db
from models import Check, User
from utils.passwords import hash_password

PASSWORD = "four random words"


@cache
def password_hash() -> str:
    """Made once: it is slow on purpose."""
    return hash_password(PASSWORD)


class Factory(SQLAlchemyModelFactory):
    class Meta:
        abstract = True
        sqlalchemy_session_factory = lambda: db.session  # noqa: E731
        sqlalchemy_session_persistence = "commit"


class UserFactory(Factory):
    class Meta:
        model = User

    email = Sequence(lambda n: f"person{n}@example.com")
    password_hash = LazyFunction(password_hash)
    role = Role.USER


class CheckFactory(Factory):
    class Meta:
        model = Check

    status = Status.UNCLEAR
    probability = 0.2
    interval_low = 0.1
    interval_high = 0.3
    premalignant_probability = 0.05
    probabilities = dict.fromkeys(DIAGNOSES, 0.125)
    activation_map = [[0.0, 1.0], [0.5, -1.0]]
    context_used: ClassVar[Any] = []
    conformal_set: ClassVar[Any] = ["malignant", "not_malignant"]
    quality: ClassVar[Any] = {"measured": {}, "issues": []}
    model_name = NAME
    model_version = "0"
    photo_key = LazyFunction(lambda: uuid4().hex)
    photo_state = PhotoState.STORED
    upload_sha256 = b"\0" * 32


def make_user(**values: Any) -> User:
    return cast(User, UserFactory.create(**values))


def make_check(**values: Any) -> Check:
    return cast(Check, CheckFactory.create(**values))
