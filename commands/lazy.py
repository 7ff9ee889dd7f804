"""Commands whose modules are imported when they run."""

from importlib import import_module
from typing import Any

import click


class LazyCommand(click.Command):
    """Stands for the click command `place` ("module:name"), and is imported only to be run or to
    show its own help: `--help` of the group needs neither TensorFlow nor the time to import it.
    """

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
                f"The module {error.name} is missing: make install"
            ) from error
        return command
