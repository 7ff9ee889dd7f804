"""Judges a network on photos that were held out: `python -m cnn_model.evaluation.evaluate DATA`.

Writes a folder with `report.md`, `report.json` and pictures; with `--refresh` also `metrics.json`
and `evaluation.png` beside the network, and its card.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import click

from cnn_model.data.dataset import Example, read_examples, split
from cnn_model.evaluation.api_client import ApiClient, ApiError
from cnn_model.evaluation.pipeline import EvaluationBudget, refresh, write_report
from cnn_model.evaluation.report import figures_table
from cnn_model.evaluation.sources import API, EngineAnswers, answers_of_network, answers_of_service
from cnn_model.model_run import Network, NetworkUnavailableError
from cnn_model.serving.description import BUNDLED, NAME
from cnn_model.serving.engines import KERAS, LITERT
from cnn_model.serving.registry import SUFFIXES

PASSWORD = "EVALUATION_PASSWORD"  # noqa: S105 - the name of a variable


@dataclass(frozen=True)
class Service:
    """A running service, and who asks it: without `email`, an account made for this."""

    url: str
    email: str | None
    password: str | None

    @classmethod
    def of(cls, url: str, email: str | None) -> "Service":
        password = os.environ.get(PASSWORD) if email else None
        if email and not password:
            password = click.prompt("Password", hide_input=True)
        return cls(url, email, password)

    def ask(self, examples: list[Example]) -> EngineAnswers:
        """Raises click.ClickException."""
        try:
            with ApiClient(self.url, self.email, self.password) as client:
                return answers_of_service(client, examples)
        except ApiError as error:
            raise click.ClickException(str(error)) from error


def load_network(folder: Path, engine: str) -> Network:
    """The network in `folder`. Raises click.ClickException."""
    try:
        return Network.load(folder / f"{NAME}{SUFFIXES[engine]}", engine)
    except NetworkUnavailableError as error:
        raise click.ClickException(str(error)) from error


def engines(chosen: tuple[str, ...], everything: bool, url: str | None) -> list[str]:
    """Which to ask, each once: all, or in the order of the command line.

    Raises click.UsageError for a service without an address.
    """
    if everything:
        return [LITERT, KERAS, *([API] if url else [])]
    if API in chosen and not url:
        raise click.UsageError("The engine api needs --url.")
    return list(dict.fromkeys(chosen)) or [API if url else LITERT]


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--to",
    "folder",
    default="runs/evaluation",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the report goes.",
)
@click.option(
    "--engine",
    "chosen",
    multiple=True,
    type=click.Choice([LITERT, KERAS, API]),
    help="What answers; may be repeated, and the first is reported in full. litert unless told.",
)
@click.option("--all", "everything", is_flag=True, help="All engines; api where --url is given.")
@click.option("--url", help="A running service, such as http://127.0.0.1:5000, for the engine api.")
@click.option(
    "--email",
    help=f"An account there, its password in {PASSWORD} or typed; otherwise one is made and "
    "deleted again.",
)
@click.option(
    "--models",
    default=BUNDLED,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Where the network is; beside this module unless told.",
)
@click.option("--refresh", "refreshing", is_flag=True, help="Renew the figures beside the network.")
@click.option(
    "--explained",
    default=40,
    show_default=True,
    type=click.IntRange(min=0),
    help="On how many cancers the activation map is tried.",
)
@click.option(
    "--robustness",
    default=200,
    show_default=True,
    type=click.IntRange(min=0),
    help="On how many photos of each modality the altered copies are tried.",
)
def evaluate(
    data: Path,
    folder: Path,
    chosen: tuple[str, ...],
    everything: bool,
    url: str | None,
    email: str | None,
    models: Path,
    refreshing: bool,
    explained: int,
    robustness: int,
) -> None:
    """Judge a network on the held-out photos of DATA."""
    wanted = engines(chosen, everything, url)
    if refreshing and wanted[0] == API:
        raise click.UsageError("Only the figures of a network file can stand beside it.")
    networks = {engine: load_network(models, engine) for engine in wanted if engine != API}
    service = Service.of(url, email) if url and API in wanted else None
    folder.mkdir(parents=True, exist_ok=True)
    examples = split(read_examples(data))["test"]
    asked = {
        engine: answers_of_network(network, engine, examples)
        for engine, network in networks.items()
    }
    if service:
        asked[API] = service.ask(examples)
    engine_answers = [asked[engine] for engine in wanted]
    network = next(iter(networks.values()), None)
    report = write_report(
        engine_answers, network, data, folder, EvaluationBudget(explained, robustness)
    )
    if refreshing:
        figures = report["engines"][engine_answers[0].engine] | {"external": report["external"]}
        refresh(engine_answers[0], figures, models)
    click.echo(figures_table(report))
    click.echo(f"The report is in {folder}.")


if __name__ == "__main__":
    evaluate()
