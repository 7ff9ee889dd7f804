"""Where answers come from: a network on this machine, or a running service."""

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
from cnn_model.model_run import Assessment, Network
from cnn_model.serving.context import NO_CONTEXT
from cnn_model.serving.quality import check_quality

API = "api"

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, eq=False)
class EngineAnswers:
    """What one engine answered about the examples: `told` with age, body site and, on dermoscopic
    photos, sex as the labels tell them, `image_only` with nothing told; None where it was not
    asked so.
    """

    engine: str
    model: dict[str, Any]
    examples: list[Example]
    told: Answers
    image_only: Answers | None = None


def in_parallel(
    function: Callable[[Item], Result], items: Sequence[Item], label: str, unit: str = "photo"
) -> list[Result]:
    """`function` of each item, in the same order, one thread a processor, with a progress bar."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs: Iterable[Result] = pool.map(function, items)
        return list(tqdm(jobs, total=len(items), desc=label, unit=unit))


def answers_of_network(network: Network, engine: str, examples: list[Example]) -> EngineAnswers:
    """One forward pass a photo, and the quality rules of the service."""

    def ask(example: Example) -> tuple[PhotoAnswer, PhotoAnswer]:
        photo = read_photo(example)
        maps = network.maps(photo)
        told, bare = network.read(maps, example.context), network.read(maps, NO_CONTEXT)
        quality = check_quality(photo, told)  # no context changes it
        return _summary(Assessment(told, quality)), _summary(Assessment(bare, quality))

    pairs = in_parallel(ask, examples, f"Network ({engine})")
    return EngineAnswers(
        engine=engine,
        model={"name": network.name, "version": network.version, "sha256": network.sha256},
        examples=examples,
        told=collect(examples, [told for told, _ in pairs]),
        image_only=collect(examples, [bare for _, bare in pairs]),
    )


def answers_of_service(client: ApiClient, examples: list[Example]) -> EngineAnswers:
    """One upload a photo, one after the other. Raises ApiError."""
    bodies = [
        client.check(example.path, example.context)
        for example in tqdm(examples, desc="Service", unit="photo")
    ]
    models = [body["model"] for body in bodies if body]
    return EngineAnswers(
        engine=API,
        model={**(models[0] if models else {"name": None, "version": None}), "sha256": None},
        examples=examples,
        told=collect(examples, [photo_answer(body) for body in bodies]),
    )


def _summary(assessment: Assessment) -> PhotoAnswer:
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
