"""Response schemas for sessions."""

from marshmallow import fields

from schemas.described_fields import moment, string
from schemas.response.base import ResponseSchema


class SessionResponse(ResponseSchema):
    """Dump a `session`, and whether it is the `current` one of the request."""

    id = fields.UUID(attribute="session.id")
    device = string(
        "What the client called itself at the login.", attribute="session.device", allow_none=True
    )
    created_at = moment("When the user logged in.", attribute="session.created_at")
    last_used_at = moment("When tokens were last issued.", attribute="session.last_used_at")
    expires_at = moment("When the login ends.", attribute="session.expires_at")
    current = fields.Boolean(metadata={"description": "Whether it is the login of this request."})


class SessionListResponse(ResponseSchema):
    sessions = fields.List(fields.Nested(SessionResponse))
