"""Request schemas for accounts."""

from dataclasses import dataclass, field

from marshmallow import fields

from constants import Role
from schemas.fields import Email, LoginPassword, Name, NewPassword
from schemas.request.base import RequestSchema


@dataclass(frozen=True)
class Registration:
    """A new account: `email` is normalised, `password` is prepared for hashing."""

    email: str
    password: str = field(repr=False)
    first_name: str | None = None
    last_name: str | None = None


@dataclass(frozen=True)
class PasswordChange:
    """A new password: `old_password` is as typed, `new_password` is prepared for hashing."""

    old_password: str = field(repr=False)
    new_password: str = field(repr=False)


@dataclass(frozen=True)
class RoleChange:
    """A new role of an account."""

    role: Role


class RegistrationRequest(RequestSchema[Registration]):
    target = Registration

    email = Email(required=True)
    password = NewPassword(required=True)
    first_name = Name()
    last_name = Name()


class PasswordChangeRequest(RequestSchema[PasswordChange]):
    target = PasswordChange

    old_password = LoginPassword(required=True)
    new_password = NewPassword(required=True)


class RoleChangeRequest(RequestSchema[RoleChange]):
    target = RoleChange

    role = fields.Enum(
        Role, by_value=True, required=True, metadata={"description": "What the account may do."}
    )
