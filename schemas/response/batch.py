"""Response schema for several photos at once."""

from marshmallow import fields

from schemas.response.base import ResponseSchema
from schemas.response.check import CheckResponse
from schemas.response.problem import ProblemResponse


class BatchResultResponse(ResponseSchema):
    """The outcome of one photo: a check, or a problem as any other answer would have it."""

    index = fields.Integer(metadata={"minimum": 0, "description": "Position in the request."})
    status = fields.Integer(
        metadata={"description": "The HTTP status that the photo would have had alone."}
    )
    check = fields.Nested(CheckResponse, allow_none=True)
    problem = fields.Nested(ProblemResponse, allow_none=True)
    retry_after = fields.Integer(
        allow_none=True,
        metadata={"minimum": 0, "description": "Seconds after which to send this photo again."},
    )


class BatchResultsResponse(ResponseSchema):
    results = fields.List(fields.Nested(BatchResultResponse))
