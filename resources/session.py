"""The user's own sessions."""

from uuid import UUID

from flask import Response

from resources.base import BaseResource, current_identity, current_user, no_content, respond
from schemas.response.session import SessionResponse


class SessionListResource(BaseResource):
    def get(self) -> Response:
        sessions = self.managers.sessions.list(current_user().id)
        schema = SessionResponse(current_identity().session_id)
        return respond({"sessions": schema.dump(sessions, many=True)})


class SessionResource(BaseResource):
    def delete(self, session_id: UUID) -> Response:
        self.managers.sessions.end(current_user().id, session_id)
        return no_content()
