"""`flask keys`: the keys that sign access tokens."""

from dataclasses import asdict

import click

from commands.base import OperatorGroup, managers
from commands.output import json_option, write_list, write_result

# Keys must be changeable while the database is down.
keys = OperatorGroup(
    "keys", help="List, make and rotate the keys of access tokens.", needs_database=False
)

COLUMNS = {"id": 24, "signs": 5, "source": 0}


@keys.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the ids of the keys in the settings or in DATA_DIR. No secret is shown."""
    rows = map(asdict, managers().keys.list())
    write_list("keys", rows, COLUMNS, as_json=as_json)


@keys.command()
@json_option
def generate(as_json: bool) -> None:
    """Print a new key as id:secret, for the setting JWT_KEYS. It is stored nowhere."""
    name, secret = managers().keys.generate()
    write_result({"id": name, "secret": secret}, f"{name}:{secret}", as_json=as_json)


@keys.command()
@click.option(
    "--forget-old",
    is_flag=True,
    help="Only the new key verifies tokens, for a key that others may know.",
)
@json_option
def rotate(forget_old: bool, as_json: bool) -> None:
    """Make a new key in DATA_DIR that signs from the next start of the service on.

    The key that has signed so far verifies until the next rotation. No session ends: clients
    refresh tokens that are not verified any more.
    """
    managers().keys.rotate(forget_old=forget_old)
    listed = managers().keys.list()
    message = f"The key {listed[0].id} signs from the next start on. Restart the service now."
    write_result({"keys": [asdict(key) for key in listed]}, message, as_json=as_json)
