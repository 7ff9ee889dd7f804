"""Liveness and readiness, for load balancers and operators."""

from flask import Response

from config import VERSION
from resources.base import BaseResource, public, respond
from resources.operation import Operation, describes
from schemas.response.health import LivenessResponse, ReadinessResponse

RETRY = {"Retry-After": "5"}


class LivenessResource(BaseResource):
    @describes(
        Operation(id="getLiveness", response=LivenessResponse, failures={503: LivenessResponse})
    )
    @public
    def get(self) -> Response:
        """Tell whether the process works. It is restarted if not."""
        if self.managers.health.is_alive():
            return respond({"status": "ok", "version": VERSION, "reasons": {}})
        reasons = {"database": "It is down. It is started again within seconds."}
        return respond({"status": "not alive", "version": VERSION, "reasons": reasons}, 503, RETRY)


class ReadinessResource(BaseResource):
    @describes(
        Operation(id="getReadiness", response=ReadinessResponse, failures={503: ReadinessResponse})
    )
    @public
    def get(self) -> Response:
        """Tell whether photos can be assessed."""
        problems = self.managers.health.check()
        checks = {part: problem is None for part, problem in problems.items()}
        if all(checks.values()):
            return respond({"status": "ok", "checks": checks, "reasons": {}})
        reasons = {part: problem for part, problem in problems.items() if problem}
        return respond({"status": "not ready", "checks": checks, "reasons": reasons}, 503, RETRY)
