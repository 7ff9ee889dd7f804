"""Every command explains itself, and all have the same options."""

from collections.abc import Iterator

import click
import pytest
from flask import Flask

from commands import GROUPS, register_commands
from commands.base import OperatorGroup
from commands.lazy import LazyCommand

COMMANDS = {
    f"{group.name} {name}": command for group in GROUPS for name, command in group.commands.items()
}
FOR_RESEARCHERS = {name for name, command in COMMANDS.items() if isinstance(command, LazyCommand)}
FOR_OPERATORS = {name: command for name, command in COMMANDS.items() if name not in FOR_RESEARCHERS}
CANNOT_BE_UNDONE = {"users delete", "checks delete", "sessions end", "sessions end-all"}


def with_subcommands(command: click.Command) -> Iterator[click.Command]:
    yield command
    if isinstance(command, click.Group):
        yield from command.commands.values()


def assert_explained(command: click.Command) -> None:
    assert command.get_short_help_str(limit=200)
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name


def options_of(command: click.Command) -> set[str]:
    return {text for parameter in command.params for text in parameter.opts}


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_every_group_has_a_help_text(group: OperatorGroup) -> None:
    assert group.help


@pytest.mark.parametrize("name", FOR_OPERATORS)
def test_every_command_and_option_has_a_help_text(name: str) -> None:
    assert_explained(FOR_OPERATORS[name])


@pytest.mark.training
@pytest.mark.parametrize("name", sorted(FOR_RESEARCHERS))
def test_so_have_those_for_researchers(name: str) -> None:
    lazy = COMMANDS[name]
    assert isinstance(lazy, LazyCommand)
    for command in with_subcommands(lazy._command()):
        assert_explained(command)


@pytest.mark.parametrize("name", FOR_OPERATORS)
def test_every_command_can_print_json(name: str) -> None:
    assert "--json" in options_of(FOR_OPERATORS[name])


def test_what_cannot_be_undone_can_be_confirmed() -> None:
    confirmed = {name for name in FOR_OPERATORS if "--yes" in options_of(FOR_OPERATORS[name])}
    assert confirmed == CANNOT_BE_UNDONE


def test_the_earlier_name_of_a_group_works_and_is_not_listed() -> None:
    app = Flask(__name__)
    register_commands(app)
    earlier = app.cli.commands["model"]
    assert isinstance(earlier, OperatorGroup)
    assert earlier.hidden
    assert earlier.commands is app.cli.commands["models"].commands  # type: ignore[attr-defined]
