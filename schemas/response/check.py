"""Response schemas for checks."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, post_dump

from constants import API_PREFIX, DIAGNOSES, HEATMAP_NOTICE, NOTICE, Modality, Sex, Status
from schemas.fields import Cursor
from schemas.response.wording import advise, describe


class AdviceResponse(Schema):
    level = fields.String()
    text = fields.String()
    time_frame = fields.String()


class ReviewResponse(Schema):
    status = fields.Enum(Status, by_value=True)
    previous_status = fields.Enum(Status, by_value=True)
    created_at = fields.AwareDateTime(format="iso")


class ContextResponse(Schema):
    age = fields.Integer(allow_none=True)
    sex = fields.Enum(Sex, by_value=True, allow_none=True)
    body_site = fields.String(allow_none=True)


class RegionResponse(Schema):
    x = fields.Float()
    y = fields.Float()
    size = fields.Float()
    source = fields.String()


class OutlineResponse(Schema):
    mask = fields.String()
    confidence = fields.Float()
    area_fraction = fields.Float()


class PredictiveValuesResponse(Schema):
    prevalence = fields.Float()
    ppv = fields.Float(allow_none=True)
    npv = fields.Float(allow_none=True)


def ranked_diagnoses(probabilities: Mapping[str, float]) -> list[dict[str, Any]]:
    """Return all diagnoses with their names, the likeliest first."""
    ranked = sorted(probabilities.items(), key=lambda item: -item[1])
    return [{"code": c, "name": DIAGNOSES[c], "probability": p} for c, p in ranked]


class CheckResponse(Schema):
    id = fields.UUID()
    created_at = fields.AwareDateTime(format="iso")
    status = fields.Enum(Status, by_value=True)
    result = fields.Function(lambda check: f"{check.probability:.1%}")
    probability = fields.Float()
    interval = fields.Function(lambda check: [check.interval_low, check.interval_high])
    premalignant_probability = fields.Float()
    diagnoses = fields.Function(lambda check: ranked_diagnoses(check.probabilities))
    modality = fields.Enum(Modality, by_value=True, allow_none=True)
    context = fields.Nested(ContextResponse)
    context_used = fields.List(fields.String())
    conformal_set = fields.List(fields.String())
    predictive_values = fields.Nested(PredictiveValuesResponse, allow_none=True)
    description = fields.Function(
        lambda check: describe(
            check.status,
            ranked_diagnoses(check.probabilities)[0]["name"],
            check.quality["issues"],
        )
    )
    advice = fields.Function(
        lambda check: AdviceResponse().dump(advise(check.status, check.premalignant_probability))
    )
    quality = fields.Dict()
    region = fields.Nested(RegionResponse, allow_none=True)
    outline = fields.Nested(OutlineResponse, allow_none=True)
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
    """Dump the activation map of the central square: `values` has rows from top to bottom."""

    values = fields.List(fields.List(fields.Float()), attribute="activation_map")
    notice = fields.Constant(HEATMAP_NOTICE)


class CheckListResponse(Schema):
    checks = fields.List(fields.Nested(CheckResponse), attribute="items")
    next_cursor = Cursor(attribute="next_after")
