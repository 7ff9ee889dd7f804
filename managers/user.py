"""Accounts: registration, login, change of the password, erasure and administration."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from constants import Role
from db import unit_of_work, violated_constraint
from managers.account import find_user, locked_administrators, locked_user, words_of
from managers.errors import (
    EmailTakenError,
    IdempotencyKeyReusedError,
    LastAdministratorError,
    NotFoundError,
    WrongCredentialsError,
)
from managers.idempotency import (
    OTHER_REQUEST,
    KeyedRequest,
    Operation,
    RequestKey,
    claim_login,
    find_key,
    is_used,
    keyed,
)
from managers.page import Page, page_of, page_query, stream
from managers.password import accepted_hash, newer_hash
from managers.photo import PhotoManager
from managers.precondition import Known, require_known
from managers.session import end_sessions
from managers.token import Identity, TokenManager, Tokens
from models import Check, PhotoDeletion, User
from schemas.request.page import PageRequest
from schemas.request.token import Credentials
from schemas.request.user import PasswordChange, Registration
from utils.passwords import verify_password
from utils.security_events import SecurityEvent, log_event

WRONG_LOGIN = "The e-mail address or the password is wrong. Check both."
CHANGE_REFUSED = "The old password is wrong. Check it and try again."
EMAIL_TAKEN = "This e-mail address already has an account. Log in, or use another address."


class UserManager:
    def __init__(self, tokens: TokenManager, photos: PhotoManager) -> None:
        self._tokens = tokens
        self._photos = photos

    def register(
        self,
        registration: Registration,
        role: Role = Role.USER,
        device: str | None = None,
        key: RequestKey | None = None,
    ) -> Tokens:
        """Create an account and return its first tokens.

        If the Idempotency-Key was used for the same registration, return new tokens of that account
        instead of the first ones. Raise EmailTakenError, WeakPasswordError, BusyError,
        IdempotencyKeyReusedError.
        """
        person = (registration.email, registration.first_name, registration.last_name)
        request = keyed(Operation.REGISTER, key, person) if key else None
        if request and is_used(request):
            return self._again(request, registration.password, device)
        try:
            return self._create(registration, role, device, request)
        except EmailTakenError:
            # A faster request with the same key may have taken it.
            if request and is_used(request):
                return self._again(request, registration.password, device)
            raise

    def _create(
        self,
        registration: Registration,
        role: Role,
        device: str | None,
        request: KeyedRequest | None,
    ) -> Tokens:
        user = User(
            email=registration.email,
            password_hash=accepted_hash(registration.password, words_of(registration)),
            first_name=registration.first_name,
            last_name=registration.last_name,
            role=role,
        )
        with unit_of_work() as session:
            if find_user(session, registration.email):
                raise EmailTakenError(EMAIL_TAKEN)
            session.add(user)
            try:
                session.flush()
            except IntegrityError as error:
                if violated_constraint(error) != "uq_users_email":
                    raise
                raise EmailTakenError(EMAIL_TAKEN) from error
            key = claim_login(session, request, user.id) if request else None
            tokens = self._tokens.issue(session, user, device, key)
            session.commit()
        log_event(SecurityEvent.USER_CREATED, user.id)
        return tokens

    def login(
        self, credentials: Credentials, device: str | None = None, key: RequestKey | None = None
    ) -> Tokens:
        """Return the tokens of a new login, by the `device` as it calls itself.

        The login replaces that of an earlier request with the same Idempotency-Key. Raise
        WrongCredentialsError, BusyError, IdempotencyKeyReusedError. An unknown address and a wrong
        password are indistinguishable in content and timing.
        """
        # No connection is held during hashing. The account may have been deleted meanwhile, its
        # password changed or its hash renewed by another login: what is there now is verified.
        request = keyed(Operation.LOGIN, key, (credentials.email,)) if key else None
        while True:
            user = _verified(credentials)
            if tokens := self._start(user, credentials.password, device, request):
                log_event(SecurityEvent.LOGIN_SUCCESS, tokens.user.id)
                return tokens

    def _start(
        self, user: User, password: str, device: str | None, request: KeyedRequest | None
    ) -> Tokens | None:
        """Return the tokens of a new login, None if the hash is not that of `user` any more."""
        new_hash = newer_hash(password, user.password_hash)
        unchanged = select(User).where(User.id == user.id, User.password_hash == user.password_hash)
        with unit_of_work() as session:
            current = session.scalar(unchanged.with_for_update())
            if current is None:
                return None
            current.password_hash = new_hash
            key = claim_login(session, request, current.id) if request else None
            tokens = self._tokens.issue(session, current, device, key)
            session.commit()
        return tokens

    def _again(self, request: KeyedRequest, password: str, device: str | None) -> Tokens:
        """Return new tokens instead of those that the first answer to the request had.

        Raise IdempotencyKeyReusedError if the password is not that of the account: no digest of a
        password is stored but its hash. Raise BusyError.
        """
        while True:
            with unit_of_work() as session:
                key = find_key(session, request)
                user = session.get(User, key.user_id) if key else None
            if not verify_password(password, user.password_hash if user else None) or not user:
                log_event(SecurityEvent.LOGIN_FAIL, user.id if user else None)
                raise IdempotencyKeyReusedError(OTHER_REQUEST)
            if tokens := self._start(user, password, device, request):
                return tokens

    def change_password(
        self,
        identity: Identity,
        change: PasswordChange,
        device: str | None = None,
        key: RequestKey | None = None,
    ) -> Tokens:
        """Set the new password, end all logins of the user and return the tokens of a new one.

        If the Idempotency-Key was used for the same change, only replace the login of its answer.
        Raise WrongCredentialsError, WeakPasswordError, BusyError, IdempotencyKeyReusedError.
        """
        request = keyed(Operation.CHANGE_PASSWORD, key, owner=identity.user.id) if key else None
        if request and is_used(request):
            return self._again(request, change.new_password, device)
        try:
            return self._change(identity, change, device, request)
        except WrongCredentialsError:
            # A faster request with the same key may have changed it.
            if request and is_used(request):
                return self._again(request, change.new_password, device)
            raise

    def _change(
        self,
        identity: Identity,
        change: PasswordChange,
        device: str | None,
        request: KeyedRequest | None,
    ) -> Tokens:
        user = identity.user
        if not verify_password(change.old_password, user.password_hash):
            log_event(SecurityEvent.PASSWORD_CHANGE_FAIL, user.id)
            raise WrongCredentialsError(CHANGE_REFUSED)
        new_hash = accepted_hash(change.new_password, words_of(user))
        with unit_of_work() as session:
            current = locked_user(session, user.id)
            # No connection was held during hashing: the password may have been changed meanwhile.
            if current.password_hash != user.password_hash:
                raise WrongCredentialsError(CHANGE_REFUSED)
            current.password_hash = new_hash
            end_sessions(session, current.id)
            key = (
                claim_login(session, request, current.id, identity.session_id) if request else None
            )
            tokens = self._tokens.issue(session, current, device, key)
            session.commit()
        log_event(SecurityEvent.PASSWORD_CHANGE, user.id)
        return tokens

    def erase(self, user_id: UUID, is_known: Known[User] = None) -> None:
        """Delete the account with all checks, photos and logins.

        Raise NotFoundError, PreconditionFailedError.
        """
        with unit_of_work() as session:
            user = locked_user(session, user_id)
            require_known(user, is_known)
            # The rows are locked: a concurrent deletion of a check marks its photo itself.
            own = select(Check.photo_key).where(Check.user_id == user_id).with_for_update()
            keys = session.scalars(own).all()
            session.add_all(PhotoDeletion(photo_key=key) for key in keys)
            session.delete(user)
            session.commit()
        log_event(SecurityEvent.USER_DELETED, user_id)
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

    def set_role(self, user_id: UUID, role: Role, is_known: Known[User] = None) -> User:
        """Set the role of an account, end its logins and return it.

        Raise NotFoundError, PreconditionFailedError, LastAdministratorError.
        """
        with unit_of_work() as session:
            administrators = locked_administrators(session)
            user = locked_user(session, user_id)
            require_known(user, is_known)
            if role is not Role.ADMIN and administrators == [user_id]:
                raise LastAdministratorError
            user.role = role
            # The rights of a login are those of its start.
            end_sessions(session, user_id)
            session.commit()
        log_event(SecurityEvent.ROLE_CHANGED, user_id, reason=role)
        return user

    def find(self, email: str) -> User:
        """Return the account of a normalised address. Raise NotFoundError."""
        with unit_of_work() as session:
            user = find_user(session, email)
        if user is None:
            raise NotFoundError("There is no such user.")
        return user

    def all(self, role: Role | None = None) -> Iterator[Mapping[str, Any]]:
        """Yield id, time of creation, role and address of all accounts, newest first."""
        query = select(User.id, User.created_at, User.role, User.email)
        if role:
            query = query.where(User.role == role)
        return stream(query.order_by(User.created_at.desc(), User.id.desc()))

    def set_password(self, user: User, new_password: str) -> None:
        """Set a password that an operator chose, and end all logins of the user.

        Raise NotFoundError, WeakPasswordError, BusyError.
        """
        new_hash = accepted_hash(new_password, words_of(user))
        with unit_of_work() as session:
            locked_user(session, user.id).password_hash = new_hash
            end_sessions(session, user.id)
            session.commit()
        log_event(SecurityEvent.PASSWORD_CHANGE, user.id)


def _verified(credentials: Credentials) -> User:
    """Return the account of right credentials. Raise WrongCredentialsError, BusyError."""
    with unit_of_work() as session:
        user = find_user(session, credentials.email)
    password_hash = user.password_hash if user else None
    if not verify_password(credentials.password, password_hash) or user is None:
        log_event(SecurityEvent.LOGIN_FAIL, user.id if user else None)
        raise WrongCredentialsError(WRONG_LOGIN)
    return user
