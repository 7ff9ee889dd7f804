"""Response schemas for liveness and readiness."""

from marshmallow import fields

from schemas.described_fields import choice
from schemas.response.base import ResponseSchema

REASONS = {"description": "Why a part does not work, by part. Empty if all parts work."}


class LivenessResponse(ResponseSchema):
    status = choice("LivenessStatus", ("ok", "not alive"))
    version = fields.String(metadata={"description": "The version of the service."})
    reasons = fields.Dict(fields.String(), fields.String(), metadata=REASONS)


class ReadinessResponse(ResponseSchema):
    status = choice("ReadinessStatus", ("ok", "not ready"))
    checks = fields.Dict(
        fields.String(),
        fields.Boolean(),
        metadata={"description": "Whether each part works: database, storage, network."},
    )
    reasons = fields.Dict(fields.String(), fields.String(), metadata=REASONS)
