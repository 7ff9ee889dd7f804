"""Logging in."""

from marshmallow import fields, validate

from schemas.fields import Email, LoginPassword
from schemas.request.base import RequestSchema


class LoginRequest(RequestSchema):
    email = Email(required=True)
    password = LoginPassword(required=True)


class RefreshRequest(RequestSchema):
    refresh_token = fields.String(required=True, validate=validate.Length(max=200))
