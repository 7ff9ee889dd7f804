"""What the network that answers is, and what it is good for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cnn_model.model_run import Network, NetworkUnavailableError
from cnn_model.serving.card import card_texts, measured_performance
from cnn_model.serving.description import Description
from managers.errors import ServiceUnavailableError


@dataclass(frozen=True)
class ModelCard:
    """`engine` runs the file with the digest `sha256`; `texts` as in `card_texts`; `performance`
    is None where this network was not judged.
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
        """Return the card of the network that answers. Raise ServiceUnavailableError."""
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
