"""Both Python clients behind one interface, so that one test runs with both."""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

from anyio.from_thread import BlockingPortal, start_blocking_portal

from skin_cancer_client import AsyncClient, Client, Retries

EMAIL = "me@example.com"
# Tests need not wait long.
QUICK = Retries(attempts=4, first_wait=0.01, longest_wait=3)
MakeClient = Callable[..., Client]


@contextmanager
def blocking_clients(name: str) -> Iterator[MakeClient]:
    """Yield a function that makes clients of this class, which are closed in the end."""
    made: list[Client] = []
    with start_blocking_portal() as portal:

        def make(*arguments: Any, **options: Any) -> Client:
            if name == "AsyncClient":
                client = AsyncClient(*arguments, **options)
                made.append(cast(Client, _Blocking(client, portal)))
            else:
                made.append(Client(*arguments, **options))
            return made[-1]

        yield make
        for client in made:
            client.close()


class _Blocking:
    """An AsyncClient whose methods wait."""

    def __init__(self, client: AsyncClient, portal: BlockingPortal) -> None:
        self._client = client
        self._portal = portal

    def __repr__(self) -> str:
        return repr(self._client)

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)
        if not callable(method):
            return method

        def call(*arguments: Any, **options: Any) -> Any:
            async def run() -> Any:
                result = method(*arguments, **options)
                if inspect.isasyncgen(result):
                    return [item async for item in result]
                return await result

            return self._portal.call(run)

        return call
