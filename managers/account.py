"""The rows of accounts."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from constants import Role
from managers.errors import NotFoundError
from models import User
from schemas.request.user import Registration
from utils.email_address import spellings


def find_user(session: Session, email: str) -> User | None:
    """Return the account of a normalised address, None if there is none."""
    # Accounts from before addresses were normalised may have another spelling.
    found = session.scalars(select(User).where(User.email.in_(spellings(email)))).all()
    return max(found, key=lambda user: user.email == email, default=None)


def locked_user(session: Session, user_id: UUID) -> User:
    user = session.get(User, user_id, with_for_update=True)
    if user is None:
        raise NotFoundError("There is no such user.")
    return user


def locked_administrators(session: Session) -> Sequence[UUID]:
    """Return the ids of all administrators, who stay administrators until the commit."""
    # In one order, so that two changes do not wait for each other.
    query = select(User.id).where(User.role == Role.ADMIN).order_by(User.id)
    return session.scalars(query.with_for_update()).all()


def words_of(person: Registration | User) -> tuple[str, ...]:
    """Return what an attacker knows of a person."""
    names = (person.email, person.first_name, person.last_name)
    return tuple(filter(None, names))
