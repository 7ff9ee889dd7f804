"""Sources of answers: a network on this machine, or a running service."""

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from tqdm import tqdm

from cnn_model.data.dataset import Example
from cnn_model.data.images import read_photo
from cnn_model.evaluation.answers import REFUSED, Answers, PhotoAnswer, collect
from cnn_model.evaluation.api_client import ApiClient, photo_answer
from cnn_model.model_run import Assessment, Network, assess

API = "api"

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, eq=False)
class EngineAnswers:
    """The answers of one engine to the examples.

    `with_context` are those with age, body site and, for dermoscopic photos, sex of the labels;
    `image_only` those to the photos alone, None if they were not measured.
    """

    engine: str
    model: dict[str, Any]
    examples: list[Example]
    with_context: Answers
    image_only: Answers | None = None


def in_parallel(
    function: Callable[[Item], Result], items: Sequence[Item], label: str, unit: str = "photo"
) -> list[Result]:
    """Return `function` of each item, in order; one thread per processor, with a progress bar."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs: Iterable[Result] = pool.map(function, items)
        return list(tqdm(jobs, total=len(items), desc=label, unit=unit))


def answers_of_network(network: Network, engine: str, examples: list[Example]) -> EngineAnswers:
    """Return what the service would answer, by the same function."""

    def answers_of(example: Example) -> tuple[PhotoAnswer, PhotoAnswer]:
        photo = read_photo(example)
        return (
            _photo_answer(assess(network, photo, example.context)),
            _photo_answer(assess(network, photo)),
        )

    pairs = in_parallel(answers_of, examples, f"Network ({engine})")
    return EngineAnswers(
        engine=engine,
        model={"name": network.name, "version": network.version, "sha256": network.sha256},
        examples=examples,
        with_context=collect(examples, [with_context for with_context, _ in pairs]),
        image_only=collect(examples, [image_only for _, image_only in pairs]),
    )


def answers_of_service(client: ApiClient, examples: list[Example]) -> EngineAnswers:
    """Return the answers to one upload per photo. Raises ApiError."""
    bodies = [
        client.check(example.path, example.context)
        for example in tqdm(examples, desc="Service", unit="photo")
    ]
    models = [body["model"] for body in bodies if body]
    return EngineAnswers(
        engine=API,
        model={**(models[0] if models else {"name": None, "version": None}), "sha256": None},
        examples=examples,
        with_context=collect(examples, [photo_answer(body) for body in bodies]),
    )


def _photo_answer(assessment: Assessment) -> PhotoAnswer:
    answer = assessment.answer
    return PhotoAnswer(
        status=assessment.status or REFUSED,
        probabilities=tuple(answer.probabilities.values()),
        probability=answer.probability,
        premalignant=answer.premalignant_probability,
        interval=answer.interval,
        conformal_set=answer.conformal_set,
        sharpness=assessment.quality.measured["sharpness"],
    )
