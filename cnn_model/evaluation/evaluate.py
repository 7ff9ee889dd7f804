"""Evaluate a network on held-out photos: `python -m cnn_model.evaluation.evaluate DATA`.

Writes a folder with `report.md`, `report.json` and plots; with `--refresh` also `metrics.json`,
`evaluation.png` and the model card beside the network.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import click

from cnn_model.data.dataset import Example, read_examples, split
from cnn_model.evaluation.api_client import ApiClient, ApiError
from cnn_model.evaluation.pipeline import EvaluationBudget, refresh, write_report
from cnn_model.evaluation.report import estimate_tables
from cnn_model.evaluation.sources import API, EngineAnswers, answers_of_network, answers_of_service
from cnn_model.model_run import Network, NetworkUnavailableError
from cnn_model.serving.description import BUNDLED, NAME
from cnn_model.serving.engines import KERAS, LITERT
from cnn_model.serving.registry import SUFFIXES

PASSWORD = "EVALUATION_PASSWORD"  # noqa: S105 - the name of a variable


@dataclass(frozen=True)
class Service:
    """A running service and the account that uses it; without `email`, a temporary account."""

    url: str
    email: str | None
    password: str | None

    @classmethod
    def with_password(cls, url: str, email: str | None) -> "Service":
        """Return the service with the password of the environment, or typed."""
        password = os.environ.get(PASSWORD) if email else None
        if email and not password:
            password = click.prompt("Password", hide_input=True)
        return cls(url, email, password)

    def answers(self, examples: list[Example]) -> EngineAnswers:
        """Return the answers to the examples. Raises click.ClickException."""
        try:
            with ApiClient(self.url, self.email, self.password) as client:
                return answers_of_service(client, examples)
        except ApiError as error:
            raise click.ClickException(str(error)) from error


def load_network(folder: Path, engine: str) -> Network:
    """Return the network in `folder`. Raises click.ClickException."""
    try:
        return Network.load(folder / f"{NAME}{SUFFIXES[engine]}", engine)
    except NetworkUnavailableError as error:
        raise click.ClickException(str(error)) from error


def engines(chosen: tuple[str, ...], is_all: bool, url: str | None) -> list[str]:
    """Return the engines to evaluate, each once, in the order of the command line.

    Raises click.UsageError for the engine `api` without `url`.
    """
    if is_all:
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
    help="The folder of the report.",
)
@click.option(
    "--engine",
    "chosen",
    multiple=True,
    type=click.Choice([LITERT, KERAS, API]),
    help="May be repeated; the first engine is reported in full. The default is litert.",
)
@click.option("--all", "is_all", is_flag=True, help="All engines; api only with --url.")
@click.option("--url", help="A running service, such as http://127.0.0.1:5000, for the engine api.")
@click.option(
    "--email",
    help=f"An account of the service, its password in {PASSWORD} or typed. Without it a temporary "
    "account is registered.",
)
@click.option(
    "--models",
    default=BUNDLED,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder of the network; the bundled one by default.",
)
@click.option(
    "--refresh", "is_refresh", is_flag=True, help="Also write the figures beside the network."
)
@click.option(
    "--explained",
    "saliency",
    default=40,
    show_default=True,
    type=click.IntRange(min=0),
    help="Number of cancers for the evaluation of the activation map.",
)
@click.option(
    "--robustness",
    default=200,
    show_default=True,
    type=click.IntRange(min=0),
    help="Number of photos of each modality for the perturbations.",
)
def evaluate(
    data: Path,
    folder: Path,
    chosen: tuple[str, ...],
    is_all: bool,
    url: str | None,
    email: str | None,
    models: Path,
    is_refresh: bool,
    saliency: int,
    robustness: int,
) -> None:
    """Evaluate a network on the held-out photos of DATA."""
    names = engines(chosen, is_all, url)
    if is_refresh and names[0] == API:
        raise click.UsageError("--refresh needs a network file as the first engine, not api.")
    networks = {name: load_network(models, name) for name in names if name != API}
    service = Service.with_password(url, email) if url and API in names else None
    folder.mkdir(parents=True, exist_ok=True)
    examples = split(read_examples(data))["test"]
    answers = {
        name: answers_of_network(network, name, examples) for name, network in networks.items()
    }
    if service:
        answers[API] = service.answers(examples)
    report = write_report(
        [answers[name] for name in names],
        next(iter(networks.values()), None),
        models,
        data,
        folder,
        EvaluationBudget(saliency, robustness),
    )
    if is_refresh:
        metrics = report["engines"][names[0]] | {"external": report["external"]}
        refresh(answers[names[0]], metrics, models)
    click.echo(estimate_tables(report))
    click.echo(f"The report is in {folder}.")


if __name__ == "__main__":
    evaluate()
