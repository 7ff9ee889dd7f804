"""What the rules of this package ask of the world, so that they are written once.

The rules are generators that yield effects. `Client` carries them out and waits, `AsyncClient`
carries them out in an event loop.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx

T = TypeVar("T")


@dataclass(frozen=True)
class Send:
    """Send the request and read the whole answer. Gives the httpx.Response."""

    request: httpx.Request


@dataclass(frozen=True)
class Wait:
    seconds: float


@dataclass(frozen=True)
class Work:
    """Call a function that takes time, such as one that reads a file. Gives what it returns."""

    function: Callable[[], Any]


@dataclass(frozen=True)
class Alone:
    """Run a flow while no other request of this client runs one so. Gives what it returns."""

    flow: "Flow[Any]"


Effect = Send | Wait | Work | Alone
Flow = Generator[Effect, Any, T]
