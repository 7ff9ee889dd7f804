"""The logins of a user."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from db import unit_of_work
from managers.errors import NotFoundError
from models import LoginSession
from utils.clock import now
from utils.security_events import SecurityEvent, log_event

# More devices than a person has. The login that was not used for the longest time ends first.
MAX_SESSIONS = 50


class SessionManager:
    def list(self, user_id: UUID) -> Sequence[LoginSession]:
        """Return the logins of a user that have not ended, the last used first."""
        query = select(LoginSession).where(
            LoginSession.user_id == user_id, LoginSession.expires_at > now()
        )
        with unit_of_work() as session:
            return session.scalars(query.order_by(LoginSession.last_used_at.desc())).all()

    def end(self, user_id: UUID, session_id: UUID) -> None:
        """End one login of a user. Raise NotFoundError."""
        own = delete(LoginSession).where(
            LoginSession.id == session_id, LoginSession.user_id == user_id
        )
        with unit_of_work() as session:
            ended = session.execute(own.returning(LoginSession.id)).all()
            session.commit()
        if not ended:
            raise NotFoundError("You have no session with this id.")
        log_event(SecurityEvent.TOKEN_REVOKED, user_id)

    def get(self, session_id: UUID) -> LoginSession:
        """Return a login of any user, also one that has expired. Raise NotFoundError."""
        with unit_of_work() as session:
            login = session.get(LoginSession, session_id)
        if login is None:
            raise NotFoundError("There is no session with this id.")
        return login


def end_sessions(session: Session, user_id: UUID) -> None:
    """End all logins of a user, in the transaction of `session`."""
    session.execute(delete(LoginSession).where(LoginSession.user_id == user_id))


def limit_sessions(session: Session, user_id: UUID) -> None:
    """End the logins above MAX_SESSIONS, in the transaction of `session`."""
    own = select(LoginSession.id).where(LoginSession.user_id == user_id)
    surplus = own.order_by(LoginSession.last_used_at.desc()).offset(MAX_SESSIONS)
    session.execute(delete(LoginSession).where(LoginSession.id.in_(surplus)))
