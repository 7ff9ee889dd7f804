"""Response schemas for accounts and logins."""

from marshmallow import fields

from constants import Role
from schemas.described_fields import moment, string
from schemas.fields import Cursor
from schemas.response.base import ResponseSchema


class UserResponse(ResponseSchema):
    id = fields.UUID()
    email = string("In lower case, with an international domain in Unicode.")
    first_name = fields.String(allow_none=True)
    last_name = fields.String(allow_none=True)
    role = fields.Enum(Role, by_value=True)
    created_at = moment("When the account was registered.")


class TokensResponse(ResponseSchema):
    token = string("The access token, for the header Authorization: Bearer.")
    refresh_token = string(
        "For /token/refresh. It can be used once. null for a browser that asked for a cookie.",
        allow_none=True,
    )
    expires_in = fields.Integer(
        metadata={"description": "Lifetime of the access token, in seconds."}
    )
    user = fields.Nested(UserResponse)


class UserListResponse(ResponseSchema):
    users = fields.List(fields.Nested(UserResponse), attribute="items")
    next_cursor = Cursor(attribute="next_after", allow_none=True)
