"""The card of the active model."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cnn_model.model_run import Network, NetworkUnavailableError
from cnn_model.serving.card import card_texts, measured_performance
from cnn_model.serving.description import Description
from managers.errors import ServiceUnavailableError


@dataclass(frozen=True)
class ModelCard:
    """The facts and texts about a model.

    `engine` runs the file with the digest `sha256`. `texts` are those of `card_texts`.
    `performance` is None if this model was not evaluated.
    """

    description: Description
    engine: str
    sha256: str
    texts: dict[str, Any]
    performance: dict[str, Any] | None


class ModelManager:
    def __init__(self, network: Callable[[], Network]) -> None:
        self._network = network

    def card(self) -> ModelCard:
        """Return the card of the active model. Raise ServiceUnavailableError."""
        try:
            network = self._network()
        except NetworkUnavailableError as error:
            raise ServiceUnavailableError from error
        description, digest = network.description, network.sha256
        return ModelCard(
            description=description,
            engine=next(name for name, d in description.sha256.items() if d == digest),
            sha256=digest,
            texts=card_texts(),
            performance=measured_performance(description),
        )
