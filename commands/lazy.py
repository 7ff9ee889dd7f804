"""Commands whose modules are imported only when the command runs."""

from importlib import import_module
from typing import Any

import click


class LazyCommand(click.Command):
    """A stand-in for the click command `place` ("module:name").

    The module is imported only to run the command or to show its help.
    """

    # `--help` of the group therefore needs neither TensorFlow nor the time to import it.

    def __init__(self, name: str, place: str, short_help: str) -> None:
        super().__init__(name, short_help=short_help)
        self._place = place

    def make_context(
        self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any
    ) -> click.Context:
        return self._command().make_context(info_name, args, parent, **extra)

    def _command(self) -> click.Command:
        module, _, name = self._place.partition(":")
        try:
            command: click.Command = getattr(import_module(module), name)
        except ModuleNotFoundError as error:
            raise click.ClickException(
                f"The module {error.name} is missing. Run: make install"
            ) from error
        return command
