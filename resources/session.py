"""The user's own sessions."""

from uuid import UUID

from flask import Response

from resources.base import (
    OWN_DATA,
    BaseResource,
    current_identity,
    current_user,
    no_content,
    respond,
)
from resources.operation import Operation, describes
from schemas.response.session import SessionListResponse


class SessionListResource(BaseResource):
    cached = OWN_DATA

    @describes(
        Operation(
            id="listSessions",
            response=SessionListResponse,
            links={"endSession": {"session_id": "$response.body#/sessions/0/id"}},
        )
    )
    def get(self) -> Response:
        """List the logins of the user, the last used first."""
        sessions = self.managers.sessions.list(current_user().id)
        current = current_identity().session_id
        marked = [{"session": row, "current": row.id == current} for row in sessions]
        return respond(SessionListResponse().dump({"sessions": marked}))


class SessionResource(BaseResource):
    @describes(Operation(id="endSession", status=204))
    def delete(self, session_id: UUID) -> Response:
        """End one login of the user."""
        self.managers.sessions.end(current_user().id, session_id)
        return no_content()
