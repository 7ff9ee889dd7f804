"""`flask users`: accounts and roles."""

import click

from commands.base import OperatorGroup, managers
from commands.output import (
    ask,
    confirm,
    json_option,
    write_item,
    write_list,
    write_result,
    yes_option,
)
from commands.values import EmailAddress
from constants import Role
from models import User
from schemas.fields import NewPassword
from schemas.request.user import RegistrationRequest

users = OperatorGroup("users", help="Create, list, change and delete accounts.")

ROLES = click.Choice([role.value for role in Role])
COLUMNS = {"id": 36, "created_at": 20, "role": 6, "email": 0}
ASKED = "The command asks if it is not given. Other users of the machine can see options."


@users.command("list")
@click.option("--role", type=ROLES, help="Only accounts with this role.")
@json_option
def list_(role: str | None, as_json: bool) -> None:
    """List the accounts, newest first."""
    rows = managers().users.all(Role(role) if role else None)
    write_list("users", rows, COLUMNS, as_json=as_json)


@users.command()
@click.argument("email", type=EmailAddress())
@json_option
def show(email: str, as_json: bool) -> None:
    """Show the account of EMAIL."""
    user = managers().users.find(email)
    names = {"first_name": user.first_name, "last_name": user.last_name}
    write_item(_account(user) | names | _belongings(user), as_json=as_json)


@users.command("create-admin")
@click.option("--email", help="The address; the command asks if it is not given.")
@click.option("--password", help=ASKED)
@json_option
def create_admin(email: str | None, password: str | None, as_json: bool) -> None:
    """Create the account of an administrator."""
    email, password = ask(email, "Email"), ask(password, "Password", is_secret=True)
    registration = RegistrationRequest().load({"email": email, "password": password})
    user = managers().users.register(registration, Role.ADMIN).user
    # Nobody has the tokens of the session that a registration begins.
    managers().tokens.revoke_all(user.id)
    write_result(_account(user), f"{user.email} is now an administrator.", as_json=as_json)


@users.command("set-role")
@click.argument("email", type=EmailAddress())
@click.argument("role", type=ROLES)
@json_option
def set_role(email: str, role: str, as_json: bool) -> None:
    """Set the role of the account of EMAIL to ROLE, and end its sessions."""
    user = managers().users.set_role(managers().users.find(email).id, Role(role))
    write_result(_account(user), f"{user.email} is now {role}.", as_json=as_json)


@users.command("set-password")
@click.argument("email", type=EmailAddress())
@click.option("--password", help=ASKED)
@json_option
def set_password(email: str, password: str | None, as_json: bool) -> None:
    """Set the password of the account of EMAIL, and end its sessions."""
    user = managers().users.find(email)
    typed = ask(password, "New password", is_secret=True)
    managers().users.set_password(user, NewPassword().deserialize(typed, "password"))
    message = f"{user.email} has a new password. All sessions have ended."
    write_result(_account(user), message, as_json=as_json)


@users.command()
@click.argument("email", type=EmailAddress())
@yes_option
@json_option
def delete(email: str, is_confirmed: bool, as_json: bool) -> None:
    """Delete the account of EMAIL with its checks, photos and sessions."""
    user = managers().users.find(email)
    belongings = _belongings(user)
    question = f"Delete {user.email} with {belongings['checks']} checks and their photos?"
    confirm(question, is_confirmed=is_confirmed)
    managers().users.erase(user.id)
    message = f"{user.email} and {belongings['checks']} checks are deleted."
    write_result(_account(user) | belongings, message, as_json=as_json)


def _account(user: User) -> dict[str, object]:
    return {
        "id": user.id,
        "email": user.email,
        "role": user.role,
        "created_at": user.created_at,
    }


def _belongings(user: User) -> dict[str, object]:
    """Return the numbers of checks and sessions of a user."""
    return {
        "checks": managers().all_checks.count(user.id),
        "sessions": len(managers().sessions.list(user.id)),
    }
