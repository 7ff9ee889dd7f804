"""Response schemas for checks."""

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, validate

from constants import (
    API_PREFIX,
    BODY_SITES,
    DIAGNOSES,
    HEATMAP_NOTICE,
    MAX_AGE,
    NOTICE,
    Modality,
    QualityIssue,
    RegionSource,
    Sex,
    Status,
)
from schemas.described_fields import Computed, choice, moment, proportion, string
from schemas.fields import Cursor
from schemas.response.base import ResponseSchema
from schemas.response.wording import LEVELS, advise, describe

CONTEXT_ITEMS = ("age", "sex", "body_site")
CLASSES = ("malignant", "not_malignant")


class AdviceResponse(ResponseSchema):
    level = choice("Urgency", LEVELS, "How urgent it is.")
    text = string("What to do.")
    time_frame = string("Until when to do it.")


class ReviewResponse(ResponseSchema):
    status = fields.Enum(Status, by_value=True)
    previous_status = fields.Enum(Status, by_value=True)
    created_at = moment("When the status was changed.")


class ContextResponse(ResponseSchema):
    age = fields.Integer(
        allow_none=True,
        validate=validate.Range(0, MAX_AGE),
        metadata={"description": "In whole years."},
    )
    sex = fields.Enum(Sex, by_value=True, allow_none=True)
    body_site = choice("BodySite", BODY_SITES, allow_none=True)


class RegionResponse(ResponseSchema):
    x = proportion("The centre, as a fraction of the width from the left.")
    y = proportion("The centre, as a fraction of the height from the top.")
    size = proportion("The side, as a fraction of the shorter side of the photo.")
    source = choice(
        "RegionSource",
        RegionSource,
        "`upload`: the upload named it. `outline`: a small lesion was found there. `centre`: it is "
        "the central square.",
    )


class OutlineResponse(ResponseSchema):
    mask = string(
        "512 bytes in base64, with a bit for each of 64 by 64 cells of the whole photo, row by "
        "row, the highest bit first."
    )
    confidence = proportion("Mean probability of the cells in the outline.")
    area_fraction = proportion("Area as a fraction of the photo.")


class PredictiveValuesResponse(ResponseSchema):
    prevalence = proportion("Assumed proportion of cancers among the photographed lesions.")
    ppv = proportion(
        "Probability of cancer if the status is `malignant` or `unclear`.", allow_none=True
    )
    npv = proportion("Probability of no cancer if the status is `benign`.", allow_none=True)


class DiagnosisResponse(ResponseSchema):
    code = choice("DiagnosisCode", DIAGNOSES, "The code of ISIC 2019.")
    name = fields.String()
    probability = proportion("The probability of this diagnosis.")


class QualityResponse(ResponseSchema):
    measured = fields.Dict(
        fields.String(),
        fields.Float(),
        metadata={
            "description": "Measures of the image quality by name. The documentation explains each."
        },
    )
    issues = fields.List(
        choice("QualityIssue", QualityIssue),
        metadata={"description": "What makes the result uncertain."},
    )


class CheckModelResponse(ResponseSchema):
    name = fields.String(attribute="model_name")
    version = fields.String(attribute="model_version")


def ranked_diagnoses(probabilities: Mapping[str, float]) -> list[dict[str, Any]]:
    """Return all diagnoses with their names, the likeliest first."""
    ranked = sorted(probabilities.items(), key=lambda item: -item[1])
    return [{"code": c, "name": DIAGNOSES[c], "probability": p} for c, p in ranked]


def _description(check: Any) -> str:
    likeliest = ranked_diagnoses(check.probabilities)[0]["name"]
    return describe(check.status, likeliest, check.quality["issues"])


def _link(name: str) -> fields.String:
    text = f"Address of the {name}, on this service. It needs the same access token."
    return fields.String(metadata={"format": "uri-reference", "description": text})


def _address(check: Any) -> str:
    return f"{API_PREFIX}/user/checks/{check.id}"


class CheckResponse(ResponseSchema):
    id = fields.UUID()
    created_at = moment("When the photo was assessed.")
    status = fields.Enum(
        Status,
        by_value=True,
        metadata={"description": "After a review, the status that the reviewer set."},
    )
    result = Computed(
        lambda check: f"{check.probability:.1%}", string("`probability` as a percentage.")
    )
    probability = proportion(
        "Calibrated probability of cancer: melanoma, basal cell or squamous cell carcinoma."
    )
    interval = Computed(
        lambda check: [check.interval_low, check.interval_high],
        fields.List(
            proportion("A limit."),
            validate=validate.Length(equal=2),
            metadata={
                "description": "95 % interval of the proportion of cancers among photos with this "
                "probability."
            },
        ),
    )
    premalignant_probability = proportion("Probability of an actinic keratosis.")
    diagnoses = Computed(
        lambda check: ranked_diagnoses(check.probabilities),
        fields.List(
            fields.Nested(DiagnosisResponse),
            metadata={"description": "All eight diagnoses, the likeliest first."},
        ),
    )
    modality = fields.Enum(
        Modality,
        by_value=True,
        allow_none=True,
        metadata={"description": "Detected by the model. null for checks from before version 2."},
    )
    context = fields.Nested(
        ContextResponse, metadata={"description": "The clinical metadata that were supplied."}
    )
    context_used = fields.List(
        choice("ContextItem", CONTEXT_ITEMS),
        metadata={"description": "The items of the context that shifted the probabilities."},
    )
    conformal_set = fields.List(
        choice("ConformalClass", CLASSES),
        metadata={"description": "The classes that cannot be ruled out."},
    )
    predictive_values = fields.Nested(
        PredictiveValuesResponse,
        allow_none=True,
        metadata={"description": "null for checks from before version 2."},
    )
    description = Computed(_description, string("What the result means."))
    advice = Computed(
        lambda check: advise(check.status, check.premalignant_probability),
        fields.Nested(AdviceResponse),
    )
    quality = fields.Nested(QualityResponse)
    region = fields.Nested(
        RegionResponse,
        allow_none=True,
        metadata={"description": "The square that was assessed; null for older checks."},
    )
    outline = fields.Nested(
        OutlineResponse,
        allow_none=True,
        metadata={"description": "The outline of the lesion; null if none can be found."},
    )
    review = fields.Nested(
        ReviewResponse,
        allow_none=True,
        metadata={"description": "The latest change of the status by a person."},
    )
    model = Computed(lambda check: check, fields.Nested(CheckModelResponse))
    notice = fields.Constant(NOTICE)
    photo_url = Computed(lambda check: f"{_address(check)}/photo", _link("photo"))
    heatmap_url = Computed(lambda check: f"{_address(check)}/heatmap", _link("activation map"))


class HeatmapResponse(ResponseSchema):
    """Dump the activation map of the assessed square."""

    values = fields.List(
        fields.List(fields.Float()),
        attribute="activation_map",
        metadata={
            "description": "The evidence of each cell for cancer, on the scale of log-odds; rows "
            "from top to bottom, values from left to right."
        },
    )
    notice = fields.Constant(HEATMAP_NOTICE)


class CheckListResponse(ResponseSchema):
    checks = fields.List(fields.Nested(CheckResponse), attribute="items")
    next_cursor = Cursor(attribute="next_after", allow_none=True)
