"""Accounts."""

from marshmallow import fields, validate

from schemas.fields import Cursor, email, login_password, new_password, page_limit
from schemas.request.base import RequestSchema


class RegistrationRequest(RequestSchema):
    email = email()
    password = new_password()
    first_name = fields.String(validate=validate.Length(min=1, max=100))
    last_name = fields.String(validate=validate.Length(min=1, max=100))


class PasswordChangeRequest(RequestSchema):
    old_password = login_password()
    new_password = new_password()


class UserListQuery(RequestSchema):
    limit = page_limit()
    cursor = Cursor()
