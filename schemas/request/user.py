"""Accounts."""

from schemas.fields import Cursor, Email, LoginPassword, Name, NewPassword, page_limit
from schemas.request.base import RequestSchema


class RegistrationRequest(RequestSchema):
    email = Email(required=True)
    password = NewPassword(required=True)
    first_name = Name()
    last_name = Name()


class PasswordChangeRequest(RequestSchema):
    old_password = LoginPassword(required=True)
    new_password = NewPassword(required=True)


class UserListQuery(RequestSchema):
    limit = page_limit()
    cursor = Cursor()
