"""Accounts: registration, login, change of the password, erasure and administration."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from constants import Role
from db import unit_of_work, violated_constraint
from managers.errors import (
    EmailTakenError,
    NotFoundError,
    WeakPasswordError,
    WrongCredentialsError,
)
from managers.page import Page, page_of, page_query
from managers.photo import PhotoManager
from managers.token import TokenManager, Tokens, revoke_families
from models import Check, PhotoDeletion, User
from schemas.request.page import PageRequest
from schemas.request.token import Credentials
from schemas.request.user import PasswordChange, Registration
from utils.email_address import spellings
from utils.passwords import hash_password, is_common, verify_password

WRONG_LOGIN = "The e-mail address or the password is wrong. Check both."
EMAIL_TAKEN = "This e-mail address already has an account. Log in, or use another address."


class UserManager:
    def __init__(self, tokens: TokenManager, photos: PhotoManager) -> None:
        self._tokens = tokens
        self._photos = photos

    def register(self, registration: Registration, role: Role = Role.USER) -> Tokens:
        """Create an account and return its first tokens.

        Raise EmailTakenError, WeakPasswordError.
        """
        user = User(
            email=registration.email,
            password_hash=_accepted(registration.password, registration.email),
            first_name=registration.first_name,
            last_name=registration.last_name,
            role=role,
        )
        with unit_of_work() as session:
            if _find(session, registration.email):
                raise EmailTakenError(EMAIL_TAKEN)
            session.add(user)
            try:
                session.flush()
            except IntegrityError as error:
                if violated_constraint(error) != "uq_users_email":
                    raise
                raise EmailTakenError(EMAIL_TAKEN) from error
            tokens = self._tokens.issue(session, user)
            session.commit()
            return tokens

    def login(self, credentials: Credentials) -> Tokens:
        """Return the tokens of a new login.

        Raise WrongCredentialsError. An unknown address and a wrong password are indistinguishable
        in content and timing.
        """
        with unit_of_work() as session:
            user = _find(session, credentials.email)
        password_hash = user.password_hash if user else None
        if not verify_password(credentials.password, password_hash) or user is None:
            raise WrongCredentialsError(WRONG_LOGIN)
        # No connection was held during hashing: the account may have been deleted since, or its
        # password changed.
        unchanged = select(User).where(User.id == user.id, User.password_hash == user.password_hash)
        with unit_of_work() as session:
            if session.scalar(unchanged.with_for_update(read=True)) is None:
                raise WrongCredentialsError(WRONG_LOGIN)
            tokens = self._tokens.issue(session, user)
            session.commit()
            return tokens

    def change_password(self, user: User, change: PasswordChange) -> Tokens:
        """Set the new password, end all logins of the user and return the tokens of a new one.

        Raise WrongCredentialsError, WeakPasswordError.
        """
        if not verify_password(change.old_password, user.password_hash):
            raise WrongCredentialsError("The old password is wrong. Check it and try again.")
        new_hash = _accepted(change.new_password, user.email)
        with unit_of_work() as session:
            current = _locked(session, user.id)
            current.password_hash = new_hash
            revoke_families(session, current.id)
            tokens = self._tokens.issue(session, current)
            session.commit()
            return tokens

    def erase(self, user_id: UUID) -> None:
        """Delete the account with all checks, photos and logins. Raise NotFoundError."""
        with unit_of_work() as session:
            user = _locked(session, user_id)
            # The rows are locked: a concurrent deletion of a check marks its photo itself.
            own = select(Check.photo_key).where(Check.user_id == user_id).with_for_update()
            keys = session.scalars(own).all()
            session.add_all(PhotoDeletion(photo_key=key) for key in keys)
            session.delete(user)
            session.commit()
        self._photos.delete(keys)

    def get(self, user_id: UUID) -> User:
        """Return the account. Raise NotFoundError."""
        with unit_of_work() as session:
            user = session.get(User, user_id)
        if user is None:
            raise NotFoundError("There is no such user.")
        return user

    def list(self, wanted: PageRequest) -> Page[User]:
        """Return a page of all accounts, newest first."""
        with unit_of_work() as session:
            rows = session.scalars(page_query(select(User), wanted)).all()
        return page_of(rows, wanted.limit)

    def set_role(self, email: str, role: Role) -> None:
        """Set the role of the account of a normalised address. Raise NotFoundError."""
        with unit_of_work() as session:
            user = _find(session, email)
            if user is None:
                raise NotFoundError("There is no such user.")
            user.role = role
            session.commit()


def _find(session: Session, email: str) -> User | None:
    """Return the account of a normalised address, None if there is none."""
    # Accounts from before addresses were normalised may have another spelling.
    found = session.scalars(select(User).where(User.email.in_(spellings(email)))).all()
    return max(found, key=lambda user: user.email == email, default=None)


def _accepted(password: str, email: str) -> str:
    """Return the hash of a password. Raise WeakPasswordError."""
    if is_common(password) or password.casefold() == email.casefold():
        raise WeakPasswordError(
            "This password is one of the first that an attacker tries. Choose another one, for "
            "example four random words."
        )
    return hash_password(password)


def _locked(session: Session, user_id: UUID) -> User:
    user = session.get(User, user_id, with_for_update=True)
    if user is None:
        raise NotFoundError("There is no such user.")
    return user
