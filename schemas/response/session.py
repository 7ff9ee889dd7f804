"""Response schemas for sessions."""

from typing import Any
from uuid import UUID

from marshmallow import Schema, fields


class SessionResponse(Schema):
    """A login; `current` is the one of the request."""

    id = fields.UUID()
    device = fields.String()
    created_at = fields.AwareDateTime(format="iso")
    last_used_at = fields.AwareDateTime(format="iso")
    expires_at = fields.AwareDateTime(format="iso")
    current = fields.Method("is_current")

    def __init__(self, current: UUID, **options: Any) -> None:
        """Set the id of the session of the request."""
        super().__init__(**options)
        self._current = current

    def is_current(self, session: Any) -> bool:
        return bool(session.id == self._current)
