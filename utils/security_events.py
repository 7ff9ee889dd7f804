"""Security events, in the words of the OWASP Logging Vocabulary."""

import logging
import sys
from enum import StrEnum
from uuid import UUID

NAME = "security"
# These lines are written whatever LOG_LEVEL is.
logging.getLogger(NAME).setLevel(logging.INFO)


class SecurityEvent(StrEnum):
    """What happened. `docs/logging.md` says what an operator does about it."""

    LOGIN_SUCCESS = "authn_login_success"
    LOGIN_FAIL = "authn_login_fail"
    PASSWORD_CHANGE = "authn_password_change"  # noqa: S105
    PASSWORD_CHANGE_FAIL = "authn_password_change_fail"  # noqa: S105
    TOKEN_REFUSED = "authn_token_refused"  # noqa: S105 - the vocabulary has no word for it
    TOKEN_REUSE = "authn_token_reuse"  # noqa: S105
    TOKEN_REVOKED = "authn_token_revoked"  # noqa: S105
    SESSION_CREATED = "session_created"
    SESSION_RENEWED = "session_renewed"
    SESSION_EXPIRED = "session_expired"
    ACCESS_DENIED = "authz_fail"
    ADMIN_ACTION = "authz_admin"
    ROLE_CHANGED = "privilege_permissions_changed"
    USER_CREATED = "user_created"
    USER_DELETED = "user_deleted"
    UPLOAD_COMPLETE = "upload_complete"
    PHOTO_REFUSED = "upload_validation"
    UPLOAD_DELETED = "upload_delete"
    CHECK_READ = "sensitive_read"
    CHECK_REVIEWED = "sensitive_update"
    RATE_LIMITED = "excess_rate_limit_exceeded"
    INVALID_INPUT = "input_validation_fail"
    STARTUP = "sys_startup"
    SHUTDOWN = "sys_shutdown"
    CRASH = "sys_crash"


LEVELS = {
    SecurityEvent.LOGIN_FAIL: logging.WARNING,
    SecurityEvent.PASSWORD_CHANGE_FAIL: logging.WARNING,
    SecurityEvent.TOKEN_REUSE: logging.CRITICAL,
    SecurityEvent.ACCESS_DENIED: logging.WARNING,
    SecurityEvent.ROLE_CHANGED: logging.WARNING,
    SecurityEvent.RATE_LIMITED: logging.WARNING,
    SecurityEvent.CRASH: logging.CRITICAL,
}
"""The levels other than `info`."""


def log_event(event: SecurityEvent, user_id: UUID | None = None, reason: str | None = None) -> None:
    """Log an event. `user_id` is the user that it is about; `reason` is a word of ours.

    The user who sent the request is in every line of the request.
    """
    # The name of the logger and the line are the place of the call.
    caller = logging.getLogger(f"{NAME}.{sys._getframe(1).f_globals['__name__']}")
    about = {"subject": str(user_id)} if user_id else {}
    extra = {"category": NAME, **about, **({"reason": reason} if reason else {})}
    caller.log(LEVELS.get(event, logging.INFO), event.value, extra=extra, stacklevel=2)
