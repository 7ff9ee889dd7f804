"""`flask model`: make, evaluate, install and choose models."""

from pathlib import Path

import click
from flask.cli import AppGroup
from flask_migrate import upgrade

from commands.base import managers, one_line_errors
from commands.lazy import LazyCommand
from managers.network import NetworkManager

model = AppGroup("model", help="Make, evaluate, install and choose models.")

for _name, _place, _help in (
    ("prepare", "cnn_model.data.prepare:prepare", "Prepare photos for training."),
    ("train", "cnn_model.training.train:train", "Train a network on labelled photos."),
    ("export", "cnn_model.release.export:export", "Export training runs as a model."),
    (
        "evaluate",
        "cnn_model.evaluation.evaluate:evaluate",
        "Evaluate a model on held-out photos.",
    ),
):
    model.add_command(LazyCommand(_name, _place, _help))


def _networks() -> NetworkManager:
    """Migrate the database and return the manager."""
    # A model can be chosen before the first start.
    upgrade()
    return managers().networks


@model.command("list")
def list_() -> None:
    """List the models: version, SHA-256 of the file, and role."""
    with one_line_errors():
        listed = _networks().versions()
    for item in listed:
        roles = ", ".join(item.roles)
        click.echo(f"{item.version:<16} {item.sha256[:12] or 'unusable':<12} {roles}".rstrip())
        if item.problem:
            click.echo(f"  {item.problem}")


@model.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def install(folder: Path) -> None:
    """Install the model that an export wrote to FOLDER, if it gives its known answer."""
    with one_line_errors():
        version = _networks().install(folder)
    click.echo(f"{version} is installed. `flask model activate {version}` makes it active.")


@model.command()
@click.argument("version", required=False)
@click.option("--bundled", is_flag=True, help="The model that comes with the service.")
def activate(version: str | None, bundled: bool) -> None:
    """Make the model VERSION the active one, on all machines and without a restart."""
    if bool(version) == bundled:
        raise click.UsageError("Name either a VERSION or --bundled.")
    with one_line_errors():
        active = _networks().activate(version)
    click.echo(f"{active} is active now.")


@model.command()
@click.argument("version", required=False)
@click.option("--none", "nobody", is_flag=True, help="Use no shadow.")
def shadow(version: str | None, nobody: bool) -> None:
    """Make the model VERSION the shadow: its predictions are stored and never shown."""
    if bool(version) == nobody:
        raise click.UsageError("Name either a VERSION or --none.")
    with one_line_errors():
        _networks().set_shadow(version)
    click.echo(f"{version} is the shadow now." if version else "There is no shadow now.")
