"""Ray Serve: two replicas, each with one processor; without the dashboard."""

import os
import signal

import ray
from peer_network import Networks
from ray import serve
from starlette.requests import Request

OBJECT_STORE = 80 * 2**20
"""The smallest that Ray accepts, nearly: nothing is stored there."""


@serve.deployment(num_replicas=2, ray_actor_options={"num_cpus": 1})
class Lesions:
    def __init__(self) -> None:
        self._networks = Networks()

    async def __call__(self, request: Request) -> dict[str, list[float]]:
        return self._networks.answer(await request.body())


if __name__ == "__main__":
    # The system's default leaves one processor to the actors of Ray itself.
    ray.init(
        num_cpus=3,
        include_dashboard=False,
        object_store_memory=OBJECT_STORE,
        log_to_driver=False,
        runtime_env={"env_vars": {"PYTHONPATH": os.environ["PYTHONPATH"]}},
    )
    serve.start(http_options={"host": "127.0.0.1", "port": int(os.environ["PORT"])})
    serve.run(Lesions.bind(), name="lesions", route_prefix="/")
    signal.pause()
