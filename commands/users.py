"""`flask users`: administrators and roles."""

from typing import cast

import click
from flask.cli import AppGroup
from flask_migrate import upgrade
from marshmallow import ValidationError

from commands.base import managers, one_line_errors
from constants import Role
from managers import Managers
from schemas.request.user import RegistrationRequest
from utils.email_address import normalise

users = AppGroup("users", help="Create administrators and set roles.")


def _managers() -> Managers:
    """Migrate the database and return the managers."""
    # The first administrator can be created before the first start.
    upgrade()
    return managers()


@users.command("create-admin")
@click.option("--email", prompt=True)
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
def create_admin(email: str, password: str) -> None:
    """Create the account of an administrator."""
    try:
        registration = RegistrationRequest().load({"email": email, "password": password})
    except ValidationError as error:
        problems = cast(dict[str, list[str]], error.messages)
        raise click.ClickException(
            "; ".join(f"{name}: {' '.join(texts)}" for name, texts in problems.items())
        ) from error
    with one_line_errors():
        _managers().users.register(registration, Role.ADMIN)
    click.echo(f"{email} is now an administrator.")


@users.command("set-role")
@click.argument("email")
@click.argument("role", type=click.Choice([role.value for role in Role]))
def set_role(email: str, role: str) -> None:
    """Set the role of the account of EMAIL to ROLE."""
    with one_line_errors():
        _managers().users.set_role(normalise(email), Role(role))
    click.echo(f"{email} is now {role}.")
