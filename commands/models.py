"""`flask models`: make, evaluate, install and choose models."""

from dataclasses import asdict
from pathlib import Path

import click

from commands.base import OperatorGroup, managers
from commands.lazy import LazyCommand
from commands.output import json_option, write_list, write_result
from constants import NetworkRole
from managers.network import Listed

models = OperatorGroup("models", help="Make, evaluate, install and choose models.")

COLUMNS = {"version": 16, "sha256": 12, "roles": 0}

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
    models.add_command(LazyCommand(_name, _place, _help))


@models.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the models: version, SHA-256 of the file, and role."""
    listed = managers().networks.versions()
    if as_json:
        write_list("models", map(_document, listed), COLUMNS, as_json=True)
        return
    write_list("models", map(_row, listed), COLUMNS, as_json=False)
    for item in listed:
        if item.problem:
            click.echo(f"{item.version}: {item.problem}")


@models.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@json_option
def install(folder: Path, as_json: bool) -> None:
    """Install the model that an export wrote to FOLDER, if it gives its known answer."""
    version = managers().networks.install(folder)
    message = f"{version} is installed. `flask models activate {version}` makes it active."
    write_result({"version": version}, message, as_json=as_json)


@models.command()
@click.argument("version", required=False)
@click.option("--bundled", is_flag=True, help="The model that comes with the service.")
@json_option
def activate(version: str | None, bundled: bool, as_json: bool) -> None:
    """Make the model VERSION the active one, on all machines and without a restart."""
    if bool(version) == bundled:
        raise click.UsageError("Name either a VERSION or --bundled.")
    active = managers().networks.activate(version)
    document = {"role": NetworkRole.ACTIVE, "version": active}
    write_result(document, f"{active} is active now.", as_json=as_json)


@models.command()
@click.argument("version", required=False)
@click.option("--none", "nobody", is_flag=True, help="Use no shadow.")
@json_option
def shadow(version: str | None, nobody: bool, as_json: bool) -> None:
    """Make the model VERSION the shadow: its predictions are stored and never shown."""
    if bool(version) == nobody:
        raise click.UsageError("Name either a VERSION or --none.")
    managers().networks.set_shadow(version)
    message = f"{version} is the shadow now." if version else "There is no shadow now."
    write_result({"role": NetworkRole.SHADOW, "version": version}, message, as_json=as_json)


def _document(item: Listed) -> dict[str, object]:
    missing = {"sha256": item.sha256 or None, "problem": item.problem or None}
    return asdict(item) | missing


def _row(item: Listed) -> dict[str, object]:
    """Return what people compare: the beginning of the digest."""
    return {
        "version": item.version,
        "sha256": item.sha256[:12] or "unusable",
        "roles": list(item.roles),
    }
