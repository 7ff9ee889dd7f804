"""The limit: decode at a reduced scale, resize, run the network; no framework at all."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from peer_network import Networks

networks = Networks()


def app(request: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    length = int(request.get("CONTENT_LENGTH") or 0)
    answer = networks.answer(request["wsgi.input"].read(length)) if length else {}
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(answer).encode()]
