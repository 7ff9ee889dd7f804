"""Mosec: two workers, each with one photo at a time; the body is the file."""

from mosec import Server, Worker
from peer_network import Networks


class Lesions(Worker):
    def __init__(self) -> None:
        super().__init__()
        self._networks = Networks()

    def deserialize(self, data: bytes) -> bytes:
        return data

    def forward(self, data: bytes) -> dict[str, list[float]]:
        return self._networks.answer(data)


if __name__ == "__main__":
    server = Server()
    server.append_worker(Lesions, num=2)
    server.run()
