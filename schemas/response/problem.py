"""The response schema for problems."""

from marshmallow import EXCLUDE, Schema, fields

from constants import QualityIssue


class ProblemResponse(Schema):
    """Describe problem details (RFC 9457) with the members that this service adds."""

    class Meta:
        unknown = EXCLUDE

    type = fields.String(
        required=True,
        metadata={
            "format": "uri-reference",
            "description": "Address of a page about problems of this type.",
        },
    )
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True, metadata={"description": "What to do."})
    instance = fields.String(required=True, metadata={"description": "The path of the request."})
    request_id = fields.String(
        required=True, metadata={"description": "To quote in a report, as in X-Request-ID."}
    )
    errors = fields.Dict(
        fields.String(),
        fields.Raw(),
        metadata={"description": "The reasons by field; only for /problems/validation."},
    )
    reasons = fields.List(
        fields.Enum(QualityIssue, by_value=True),
        metadata={"description": "Issues of the photo; only for /problems/photo-not-assessable."},
    )
