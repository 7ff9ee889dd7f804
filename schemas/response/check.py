"""Checks."""

from typing import Any

from marshmallow import Schema, fields, post_dump

from constants import API_PREFIX, HEATMAP_NOTICE, NOTICE, Sex, Status
from schemas.fields import Cursor


class DiagnosisResponse(Schema):
    code = fields.String()
    name = fields.String()
    probability = fields.Float()


class AdviceResponse(Schema):
    level = fields.String()
    text = fields.String()
    time_frame = fields.String()


class ReviewResponse(Schema):
    status = fields.Enum(Status, by_value=True)
    previous_status = fields.Enum(Status, by_value=True)
    created_at = fields.AwareDateTime(format="iso")


class ToldResponse(Schema):
    age = fields.Integer(allow_none=True)
    sex = fields.Enum(Sex, by_value=True, allow_none=True)
    body_site = fields.String(allow_none=True)


class PredictiveValuesResponse(Schema):
    prevalence = fields.Float()
    ppv = fields.Float(allow_none=True)
    npv = fields.Float(allow_none=True)


class CheckResponse(Schema):
    id = fields.UUID()
    created_at = fields.AwareDateTime(format="iso")
    status = fields.Enum(Status, by_value=True)
    result = fields.Function(lambda check: f"{check.probability:.1%}")
    probability = fields.Float()
    interval = fields.Function(lambda check: [check.interval_low, check.interval_high])
    premalignant_probability = fields.Float()
    diagnoses = fields.List(fields.Nested(DiagnosisResponse))
    kind = fields.String(allow_none=True)
    told = fields.Nested(ToldResponse)
    context_used = fields.List(fields.String())
    conformal_set = fields.List(fields.String())
    predictive_values = fields.Nested(PredictiveValuesResponse, allow_none=True)
    description = fields.String()
    advice = fields.Nested(AdviceResponse)
    quality = fields.Dict()
    review = fields.Nested(ReviewResponse, allow_none=True)
    model = fields.Function(
        lambda check: {"name": check.model_name, "version": check.model_version}
    )
    notice = fields.Constant(NOTICE)

    @post_dump
    def add_links(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        address = f"{API_PREFIX}/user/checks/{data['id']}"
        return {**data, "photo_url": f"{address}/photo", "heatmap_url": f"{address}/heatmap"}


class HeatmapResponse(Schema):
    """`values`: rows from the top, left to right, of the central square of the photo."""

    values = fields.List(fields.List(fields.Float()), attribute="activation_map")
    notice = fields.Constant(HEATMAP_NOTICE)


class CheckListResponse(Schema):
    checks = fields.List(fields.Nested(CheckResponse), attribute="items")
    next_cursor = Cursor(attribute="next_after")
