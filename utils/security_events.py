"""Security events, in the words of the OWASP Logging Vocabulary."""

import logging
from enum import StrEnum
from uuid import UUID

logger = logging.getLogger("security")


class SecurityEvent(StrEnum):
    """What happened. `docs/logging.md` says what an operator does about it."""

    LOGIN_SUCCESS = "authn_login_success"
    LOGIN_FAIL = "authn_login_fail"
    PASSWORD_CHANGE = "authn_password_change"  # noqa: S105
    PASSWORD_CHANGE_FAIL = "authn_password_change_fail"  # noqa: S105
    TOKEN_REFUSED = "authn_token_refused"  # noqa: S105 - the vocabulary has no word for it
    TOKEN_REUSE = "authn_token_reuse"  # noqa: S105
    TOKEN_REVOKED = "authn_token_revoked"  # noqa: S105
    ACCESS_DENIED = "authz_fail"
    ROLE_CHANGED = "privilege_permissions_changed"
    USER_CREATED = "user_created"
    USER_DELETED = "user_deleted"
    RATE_LIMITED = "excess_rate_limit_exceeded"
    INVALID_INPUT = "input_validation_fail"
    PHOTO_REFUSED = "upload_validation"
    STARTUP = "sys_startup"
    SHUTDOWN = "sys_shutdown"
    DATABASE_CRASH = "sys_crash"


WARNINGS = {
    SecurityEvent.LOGIN_FAIL,
    SecurityEvent.PASSWORD_CHANGE_FAIL,
    SecurityEvent.TOKEN_REUSE,
    SecurityEvent.ACCESS_DENIED,
    SecurityEvent.ROLE_CHANGED,
    SecurityEvent.RATE_LIMITED,
    SecurityEvent.DATABASE_CRASH,
}


def log_event(event: SecurityEvent, user_id: UUID | None = None, reason: str | None = None) -> None:
    """Log an event. `user_id` is the user that it is about; `reason` is a word of ours."""
    level = logging.WARNING if event in WARNINGS else logging.INFO
    about = {"subject": str(user_id)} if user_id else {}
    extra = {"category": "security", **about, **({"reason": reason} if reason else {})}
    logger.log(level, event.value, extra=extra, stacklevel=2)
