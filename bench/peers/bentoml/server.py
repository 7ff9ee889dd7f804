"""BentoML: one service with two workers, without metrics and the log of requests."""

from pathlib import Path

import bentoml
from peer_network import Networks


@bentoml.service(workers=2, metrics={"enabled": False}, logging={"access": {"enabled": False}})
class Lesions:
    def __init__(self) -> None:
        self._networks = Networks()

    @bentoml.api
    def predict(self, photo: Path) -> dict[str, list[float]]:
        return self._networks.answer(photo.read_bytes())
