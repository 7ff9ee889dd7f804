"""Liveness and readiness, for load balancers and operators."""

from flask import Response

from config import VERSION
from resources.base import BaseResource, public, respond

RETRY = {"Retry-After": "5"}


class LivenessResource(BaseResource):
    @public
    def get(self) -> Response:
        if self.managers.health.is_alive():
            return respond({"status": "ok", "version": VERSION})
        reasons = {"database": "It is down. It is started again within seconds."}
        return respond({"status": "not alive", "version": VERSION, "reasons": reasons}, 503, RETRY)


class ReadinessResource(BaseResource):
    @public
    def get(self) -> Response:
        problems = self.managers.health.check()
        checks = {part: problem is None for part, problem in problems.items()}
        if all(checks.values()):
            return respond({"status": "ok", "checks": checks})
        reasons = {part: problem for part, problem in problems.items() if problem}
        return respond({"status": "not ready", "checks": checks, "reasons": reasons}, 503, RETRY)
