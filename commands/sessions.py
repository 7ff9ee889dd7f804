"""`flask sessions`: the logins of users."""

from uuid import UUID

import click

from commands.base import OperatorGroup, managers
from commands.output import confirm, json_option, write_list, write_result, yes_option
from commands.values import EmailAddress
from models import LoginSession

sessions = OperatorGroup("sessions", help="List and end the sessions of an account.")

COLUMNS = {"id": 36, "created_at": 20, "last_used_at": 20, "expires_at": 20, "device": 0}


@sessions.command("list")
@click.argument("email", type=EmailAddress())
@json_option
def list_(email: str, as_json: bool) -> None:
    """List the sessions of the account of EMAIL, the last used first."""
    user = managers().users.find(email)
    rows = map(_row, managers().sessions.list(user.id))
    write_list("sessions", rows, COLUMNS, as_json=as_json)


@sessions.command()
@click.argument("session_id", type=click.UUID)
@yes_option
@json_option
def end(session_id: UUID, is_confirmed: bool, as_json: bool) -> None:
    """End the session SESSION_ID: its device must log in again."""
    session = managers().sessions.get(session_id)
    confirm(f"End the session {session_id}?", is_confirmed=is_confirmed)
    managers().sessions.end(session.user_id, session_id)
    document = {"id": session_id, "user_id": session.user_id}
    write_result(document, f"The session {session_id} has ended.", as_json=as_json)


@sessions.command("end-all")
@click.argument("email", type=EmailAddress())
@yes_option
@json_option
def end_all(email: str, is_confirmed: bool, as_json: bool) -> None:
    """End all sessions of the account of EMAIL: its devices must log in again."""
    user = managers().users.find(email)
    number = len(managers().sessions.list(user.id))
    confirm(f"End {number} sessions of {user.email}?", is_confirmed=is_confirmed)
    managers().tokens.revoke_all(user.id)
    document = {"user_id": user.id, "sessions": number}
    write_result(document, f"{number} sessions of {user.email} have ended.", as_json=as_json)


def _row(session: LoginSession) -> dict[str, object]:
    return {name: getattr(session, name) for name in COLUMNS}
