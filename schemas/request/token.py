"""Logging in."""

from marshmallow import fields, validate

from schemas.request.base import RequestSchema
from schemas.fields import email, login_password


class LoginRequest(RequestSchema):
    email = email()
    password = login_password()


class RefreshRequest(RequestSchema):
    refresh_token = fields.String(required=True, validate=validate.Length(max=200))
