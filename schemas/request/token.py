"""Logging in."""

from marshmallow import fields, validate

from schemas.fields import email, login_password
from schemas.request.base import RequestSchema


class LoginRequest(RequestSchema):
    email = email()
    password = login_password()


class RefreshRequest(RequestSchema):
    refresh_token = fields.String(required=True, validate=validate.Length(max=200))
