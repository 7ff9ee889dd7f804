"""For load balancers and operators."""

from flask import Response

from resources.base import BaseResource, respond


class Live(BaseResource):
    def get(self) -> Response:
        return respond({"status": "ok"})


class Ready(BaseResource):
    def get(self) -> Response:
        parts = self.managers.health.check()
        ready = all(parts.values())
        body = {"status": "ok" if ready else "not ready", "checks": parts}
        return respond(body, 200 if ready else 503)
