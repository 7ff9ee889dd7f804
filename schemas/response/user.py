"""Response schemas for accounts and logins."""

from marshmallow import Schema, fields

from constants import Role
from schemas.fields import Cursor


class UserResponse(Schema):
    id = fields.UUID()
    email = fields.String()
    first_name = fields.String()
    last_name = fields.String()
    role = fields.Enum(Role, by_value=True)
    created_at = fields.AwareDateTime(format="iso")


class TokensResponse(Schema):
    token = fields.String()
    refresh_token = fields.String()
    expires_in = fields.Integer()
    user = fields.Nested(UserResponse)


class UserListResponse(Schema):
    users = fields.List(fields.Nested(UserResponse), attribute="items")
    next_cursor = Cursor(attribute="next_after")
