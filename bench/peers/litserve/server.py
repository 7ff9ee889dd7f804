"""LitServe: two workers on the processor; photos in base64, as in its examples."""

import os
from typing import Any

import litserve
from peer_network import Networks


class Lesions(litserve.LitAPI):
    def setup(self, device: str) -> None:
        self._networks = Networks()

    def decode_request(self, request: dict[str, str]) -> str:
        return request["photo"]

    def predict(self, photo: str) -> dict[str, list[float]]:
        return self._networks.answer_base64(photo)

    def encode_response(self, output: dict[str, list[float]]) -> Any:
        return output


if __name__ == "__main__":
    server = litserve.LitServer(Lesions(), accelerator="cpu", workers_per_device=2)
    server.run(
        host="127.0.0.1",
        port=int(os.environ["PORT"]),
        generate_client_file=False,
        log_level="warning",
    )
