"""Access and refresh tokens."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from constants import Role
from db import unit_of_work
from managers.errors import ForbiddenError, NotAuthenticatedError
from models import TokenFamily, User
from utils.clock import now

ALGORITHM = "HS256"
REQUIRED_CLAIMS = ["exp", "iat", "sub", "jti", "sid"]
# Two requests of one client may refresh at the same time. The slower one is not a theft.
GRACE = timedelta(seconds=10)


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
    family_id: UUID


class TokenManager:
    def __init__(self, keys: dict[str, str], access_minutes: int, refresh_days: int) -> None:
        """Set the secrets by id: the first key signs, all keys verify, so that keys can rotate."""
        self._keys = keys
        self._access_life = timedelta(minutes=access_minutes)
        self._refresh_life = timedelta(days=refresh_days)

    def issue(self, session: Session, user: User) -> Tokens:
        """Start a new family of tokens, in the transaction of `session`."""
        family = TokenFamily(id=uuid4(), user_id=user.id)
        session.add(family)
        return self._renew(family, user, secrets.token_urlsafe(32))

    def identify(self, access_token: str, *roles: Role) -> Identity:
        """Return the user and the login that an access token belongs to.

        Raise NotAuthenticatedError if the token is forged, expired or revoked or the account was
        deleted, ForbiddenError if the user has none of `roles`.
        """
        claims = self._claims(access_token)
        with unit_of_work() as session:
            user = session.scalar(
                select(User)
                .join(TokenFamily, TokenFamily.user_id == User.id)
                .where(User.id == claims["sub"], TokenFamily.id == claims["sid"])
            )
        if user is None:
            raise NotAuthenticatedError("This login has ended. Log in again.")
        if roles and user.role not in roles:
            raise ForbiddenError("Your role does not allow this.")
        return Identity(user, claims["sid"])

    def refresh(self, refresh_token: str) -> Tokens:
        """Return new tokens for a refresh token, which is used up.

        A token that was used before is treated as stolen: its whole family is revoked (RFC 9700,
        section 4.14.2). Raise NotAuthenticatedError.
        """
        family_id, secret = _parse(refresh_token)
        with unit_of_work() as session:
            family = session.scalar(
                select(TokenFamily).where(TokenFamily.id == family_id).with_for_update()
            )
            if family is None or family.expires_at <= now():
                raise NotAuthenticatedError("This refresh token has expired. Log in again.")
            if not _is_good(family, _hash(secret)):
                session.delete(family)
                session.commit()
                raise NotAuthenticatedError("This refresh token was used before. Log in again.")
            user = session.get_one(User, family.user_id)
            tokens = self._renew(family, user, self._successor(secret))
            session.commit()
            return tokens

    def revoke(self, identity: Identity) -> None:
        """End the login of `identity`."""
        with unit_of_work() as session:
            session.execute(delete(TokenFamily).where(TokenFamily.id == identity.family_id))
            session.commit()

    def revoke_all(self, user_id: UUID) -> None:
        with unit_of_work() as session:
            revoke_families(session, user_id)
            session.commit()

    def remove_expired(self) -> None:
        with unit_of_work() as session:
            session.execute(delete(TokenFamily).where(TokenFamily.expires_at <= now()))
            session.commit()

    def _renew(self, family: TokenFamily, user: User, secret: str) -> Tokens:
        if family.token_hash != _hash(secret):
            family.previous_hash, family.token_hash = family.token_hash, _hash(secret)
            family.rotated_at = now()
        family.expires_at = now() + self._refresh_life
        return Tokens(
            token=self._access_token(user, family.id),
            refresh_token=f"{family.id.hex}.{secret}",
            expires_in=int(self._access_life.total_seconds()),
            user=user,
        )

    def _successor(self, secret: str) -> str:
        """Return the secret that follows a secret."""
        # It is derived and not random, so that parallel requests of one client get the same token.
        key = next(iter(self._keys.values())).encode()
        return hmac.new(key, b"refresh" + secret.encode(), hashlib.sha256).hexdigest()

    def _access_token(self, user: User, family_id: UUID) -> str:
        name, secret = next(iter(self._keys.items()))
        claims = {
            "sub": str(user.id),
            "sid": str(family_id),
            "jti": uuid4().hex,
            "iat": now(),
            "exp": now() + self._access_life,
        }
        return jwt.encode(claims, secret, ALGORITHM, headers={"kid": name})

    def _claims(self, access_token: str) -> dict[str, Any]:
        try:
            key = self._keys[jwt.get_unverified_header(access_token)["kid"]]
            claims = jwt.decode(
                access_token, key, algorithms=[ALGORITHM], options={"require": REQUIRED_CLAIMS}
            )
            return {**claims, "sub": UUID(claims["sub"]), "sid": UUID(claims["sid"])}
        except jwt.ExpiredSignatureError as error:
            raise NotAuthenticatedError(
                "The access token has expired. Refresh it, or log in again."
            ) from error
        # A forged token can contain any value under any name.
        except (jwt.PyJWTError, KeyError, ValueError, TypeError, AttributeError) as error:
            raise NotAuthenticatedError("The access token is not valid. Log in again.") from error


def revoke_families(session: Session, user_id: UUID) -> None:
    """End all logins of a user, in the transaction of `session`."""
    session.execute(delete(TokenFamily).where(TokenFamily.user_id == user_id))


def _is_good(family: TokenFamily, presented: bytes) -> bool:
    """Return whether this is the newest token of its family, or the previous one within GRACE."""
    if hmac.compare_digest(family.token_hash, presented):
        return True
    return (
        family.previous_hash is not None
        and hmac.compare_digest(family.previous_hash, presented)
        and now() - family.rotated_at <= GRACE
    )


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _parse(refresh_token: str) -> tuple[UUID, str]:
    family, _, secret = refresh_token.partition(".")
    try:
        return UUID(family), secret
    except ValueError as error:
        raise NotAuthenticatedError("The refresh token is not valid. Log in again.") from error
