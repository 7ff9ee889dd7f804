"""Request schemas for login and refresh."""

from dataclasses import dataclass, field

from marshmallow import fields, validate

from schemas.fields import NO_NUL, Email, LoginPassword
from schemas.request.base import RequestSchema


@dataclass(frozen=True)
class Credentials:
    """The credentials of a login: `email` is normalised, `password` is as it was typed."""

    email: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Refresh:
    refresh_token: str = field(repr=False)


class LoginRequest(RequestSchema[Credentials]):
    target = Credentials

    email = Email(required=True)
    password = LoginPassword(required=True)


class RefreshRequest(RequestSchema[Refresh]):
    target = Refresh

    refresh_token = fields.String(
        required=True, validate=validate.Length(max=200), metadata={"pattern": NO_NUL}
    )
