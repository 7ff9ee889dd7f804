"""Access and refresh tokens."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from constants import Role
from db import unit_of_work
from managers import idempotency
from managers.errors import ForbiddenError, NotAuthenticatedError, RefreshSupersededError
from managers.idempotency import KeyedRequest, Operation, RequestKey, keyed
from managers.session import end_sessions, limit_sessions
from models import IdempotencyKey, LoginSession, User
from utils.clock import now
from utils.security_events import SecurityEvent, log_event

# RFC 9068: the type keeps tokens apart that were made for something else with the same key.
ALGORITHM, TYPE = "HS256", "at+jwt"
ISSUER, AUDIENCE = "skin-cancer-detector", "skin-cancer-detector-api"
REQUIRED_CLAIMS = ["exp", "iat", "iss", "aud", "sub", "jti", "sid"]
# The clocks of machines that share the keys differ.
LEEWAY = timedelta(seconds=10)
# Two requests of one client may refresh at the same time. The slower one is not a theft.
GRACE = timedelta(seconds=10)
INVALID = "The access token is not valid. Log in again."


@dataclass(frozen=True)
class Tokens:
    """The tokens of a login; `expires_in` is the lifetime of the access token in seconds."""

    token: str
    refresh_token: str
    expires_in: int
    user: User


@dataclass(frozen=True)
class Identity:
    """The user of a request, and the login that the access token belongs to."""

    user: User
    session_id: UUID


class TokenManager:
    def __init__(
        self, keys: dict[str, str], access_minutes: int, refresh_days: int, session_days: int
    ) -> None:
        """Set the secrets by id: the first key signs, all keys verify, so that keys can rotate.

        A login ends `refresh_days` after its last refresh, and in any case after `session_days`.
        """
        self._keys = keys
        self._access_life = timedelta(minutes=access_minutes)
        self._refresh_life = timedelta(days=refresh_days)
        self._session_life = timedelta(days=session_days)

    @property
    def refresh_seconds(self) -> int:
        """Return how long a refresh token that is not used is valid, in seconds."""
        return int(self._refresh_life.total_seconds())

    def issue(
        self,
        session: Session,
        user: User,
        device: str | None = None,
        key: IdempotencyKey | None = None,
    ) -> Tokens:
        """Start a new login, in the transaction of `session`.

        It replaces the login that an earlier answer to a request with the same `key` started. The
        tokens of that answer are not stored, and its client may not have got them.
        """
        login = LoginSession(id=uuid4(), selector=uuid4(), user_id=user.id, device=device)
        if key:
            session.execute(delete(LoginSession).where(LoginSession.id == key.session_id))
            key.session_id = login.id
        session.add(login)
        tokens = self._renew(login, user)
        limit_sessions(session, user.id)
        log_event(SecurityEvent.SESSION_CREATED, user.id)
        return tokens

    def identify(
        self, access_token: str, *roles: Role, repeated: RequestKey | None = None
    ) -> Identity:
        """Return the user and the login that an access token belongs to.

        `repeated` is the Idempotency-Key of a change of the password. It ended the login if it was
        made before, and may be repeated all the same. Raise NotAuthenticatedError if the token is
        forged, expired or revoked or the account was deleted, ForbiddenError if the user has none
        of `roles`.
        """
        claims = self._claims(access_token)
        with unit_of_work() as session:
            user = session.scalar(
                select(User)
                .join(LoginSession, LoginSession.user_id == User.id)
                .where(User.id == claims["sub"], LoginSession.id == claims["sid"])
                # The leeway is for clocks, and no longer life.
                .where(LoginSession.expires_at > now())
            )
            if user is None and repeated:
                user = _ended_by(session, claims, repeated)
        if user is None:
            log_event(SecurityEvent.TOKEN_REFUSED, reason="ended")
            raise NotAuthenticatedError("This login has ended. Log in again.")
        if roles and user.role not in roles:
            log_event(SecurityEvent.ACCESS_DENIED, user.id, reason="role")
            raise ForbiddenError("Your role does not allow this.")
        if roles:
            log_event(SecurityEvent.ADMIN_ACTION, user.id, reason=user.role)
        return Identity(user, claims["sid"])

    def refresh(self, refresh_token: str, key: RequestKey | None = None) -> Tokens:
        """Return new tokens for a refresh token, which is used up.

        A token that was used before is treated as stolen: its login ends (RFC 9700, section
        4.14.2), unless it was used with the same Idempotency-Key and its successor was not used.
        Raise NotAuthenticatedError, IdempotencyKeyReusedError, and RefreshSupersededError if it was
        used a moment ago, which a client may do that sends two requests at once.
        """
        selector, secret = _parse(refresh_token)
        with unit_of_work() as session:
            if key:
                _lock_owner(session, selector)
            login = session.scalar(
                select(LoginSession).where(LoginSession.selector == selector).with_for_update()
            )
            if login is None or login.expires_at <= now():
                log_event(SecurityEvent.TOKEN_REFUSED, reason="unknown or expired")
                raise NotAuthenticatedError("This refresh token has expired. Log in again.")
            request = _refresh_request(login, secret, key)
            is_newest = hmac.compare_digest(login.token_hash, _hash(secret))
            if not is_newest and not _is_repeated(session, login, secret, request):
                if _was_just_used(login, _hash(secret)):
                    raise RefreshSupersededError
                log_event(SecurityEvent.TOKEN_REUSE, login.user_id)
                session.delete(login)
                session.commit()
                raise NotAuthenticatedError("This refresh token was used before. Log in again.")
            user = session.get_one(User, login.user_id)
            if request:
                idempotency.claim_login(session, request, user.id)
            tokens = self._renew(login, user, secret)
            session.commit()
        log_event(SecurityEvent.SESSION_RENEWED, user.id)
        return tokens

    def revoke(self, identity: Identity) -> None:
        """End the login of `identity`."""
        with unit_of_work() as session:
            session.execute(delete(LoginSession).where(LoginSession.id == identity.session_id))
            session.commit()
        log_event(SecurityEvent.TOKEN_REVOKED, identity.user.id)

    def revoke_all(self, user_id: UUID) -> None:
        with unit_of_work() as session:
            end_sessions(session, user_id)
            session.commit()
        log_event(SecurityEvent.TOKEN_REVOKED, user_id)

    def remove_expired(self) -> None:
        with unit_of_work() as session:
            expired = delete(LoginSession).where(LoginSession.expires_at <= now())
            owners = session.scalars(expired.returning(LoginSession.user_id)).all()
            session.commit()
        for owner in owners:
            log_event(SecurityEvent.SESSION_EXPIRED, owner, reason="not used for too long")

    def _renew(self, login: LoginSession, user: User, used: str | None = None) -> Tokens:
        """Return new tokens of a login. `used` is the secret of the refresh token that is used."""
        moment, secret = now(), secrets.token_urlsafe(32)
        login.previous_hash = _hash(used) if used is not None else None
        login.token_hash = _hash(secret)
        login.created_at, login.last_used_at = login.created_at or moment, moment
        end = login.created_at + self._session_life
        login.expires_at = min(moment + self._refresh_life, end)
        expiry = min(moment + self._access_life, end)
        return Tokens(
            token=self._access_token(user.id, login.id, expiry),
            refresh_token=f"{login.selector.hex}.{secret}",
            expires_in=int((expiry - moment).total_seconds()),
            user=user,
        )

    def _access_token(self, user_id: UUID, session_id: UUID, expiry: datetime) -> str:
        name, secret = next(iter(self._keys.items()))
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(user_id),
            "sid": str(session_id),
            "jti": uuid4().hex,
            "iat": now(),
            "exp": expiry,
        }
        return jwt.encode(claims, secret, ALGORITHM, headers={"kid": name, "typ": TYPE})

    def _claims(self, access_token: str) -> dict[str, Any]:
        try:
            header = jwt.get_unverified_header(access_token)
            claims = jwt.decode(
                access_token,
                self._keys[header["kid"]],
                algorithms=[ALGORITHM],
                issuer=ISSUER,
                audience=AUDIENCE,
                leeway=LEEWAY,
                options={"require": REQUIRED_CLAIMS},
            )
            # The signature covers the header.
            if header["typ"] != TYPE:
                raise jwt.InvalidTokenError
            return {**claims, "sub": UUID(claims["sub"]), "sid": UUID(claims["sid"])}
        except jwt.ExpiredSignatureError as error:
            log_event(SecurityEvent.TOKEN_REFUSED, reason="expired")
            raise NotAuthenticatedError(
                "The access token has expired. Refresh it, or log in again."
            ) from error
        # A forged token can contain any value under any name.
        except (jwt.PyJWTError, KeyError, ValueError, TypeError, AttributeError) as error:
            log_event(SecurityEvent.TOKEN_REFUSED, reason="invalid")
            raise NotAuthenticatedError(INVALID) from error


def _was_just_used(login: LoginSession, presented: bytes) -> bool:
    """Return whether this is the previous refresh token, used up within GRACE."""
    return _is_previous(login, presented) and now() - login.last_used_at <= GRACE


def _is_previous(login: LoginSession, presented: bytes) -> bool:
    return login.previous_hash is not None and hmac.compare_digest(login.previous_hash, presented)


def _lock_owner(session: Session, selector: UUID) -> None:
    """Lock the user of a login as the row of a key does."""
    # Whatever ends logins locks the user first. In another order, both would wait for each other.
    owner = select(User.id).join(LoginSession, LoginSession.user_id == User.id)
    owner = owner.where(LoginSession.selector == selector)
    session.execute(owner.with_for_update(read=True, key_share=True, of=User))


def _refresh_request(
    login: LoginSession, secret: str, key: RequestKey | None
) -> KeyedRequest | None:
    # The secret is random: nobody can guess it from its digest.
    return keyed(Operation.REFRESH, key, (_hash(secret),), login.id) if key else None


def _is_repeated(
    session: Session, login: LoginSession, secret: str, request: KeyedRequest | None
) -> bool:
    """Return whether the previous refresh token was used with the same key.

    A thief of the token does not know the key, which was drawn for that request.
    """
    if request is None or not _is_previous(login, _hash(secret)):
        return False
    return idempotency.find_key(session, request) is not None


def _ended_by(session: Session, claims: dict[str, Any], key: RequestKey) -> User | None:
    """Return the user of a login that a change of the password with this key ended."""
    request = keyed(Operation.CHANGE_PASSWORD, key, owner=claims["sub"])
    if not idempotency.was_caller(session, request, claims["sid"]):
        return None
    return session.get(User, claims["sub"])


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _parse(refresh_token: str) -> tuple[UUID, str]:
    selector, _, secret = refresh_token.partition(".")
    try:
        return UUID(selector), secret
    except ValueError as error:
        log_event(SecurityEvent.TOKEN_REFUSED, reason="invalid")
        raise NotAuthenticatedError("The refresh token is not valid. Log in again.") from error
