"""Response schemas for the active model."""

from marshmallow import fields, validate

from constants import DIAGNOSES, NOTICE, Modality
from schemas.described_fields import Computed, choice, proportion, string
from schemas.fields import Pattern
from schemas.response.base import ResponseSchema

MODALITY = choice("Modality", Modality)
SHA256 = Pattern("^[0-9a-f]{64}$")
# A line is a slope and an offset.
LINES = fields.List(fields.List(fields.Float(), validate=validate.Length(equal=2)))


def _by_diagnosis(name: str, description: str) -> Computed:
    """Return a field that gives each diagnosis its value of a list."""
    by_diagnosis = fields.Dict(
        fields.String(), fields.Float(), metadata={"description": description}
    )
    return Computed(
        lambda calibration: dict(zip(DIAGNOSES, getattr(calibration, name), strict=True)),
        by_diagnosis,
    )


class OperatingPointResponse(ResponseSchema):
    sensitivity = proportion("Proportion of the cancers that are flagged. Never 0 or 1.")
    specificity = proportion("Proportion of the benign lesions that are not. Never 0 or 1.")


class CalibrationResponse(ResponseSchema):
    temperature = fields.Float()
    bias = _by_diagnosis("bias", "What is added to the logits.")
    diagnosis_weights = _by_diagnosis(
        "diagnosis_weights", "How the diagnoses of a group share its probability."
    )
    unclear_threshold = proportion("From this probability of cancer on a lesion is `unclear`.")
    malignant_threshold = proportion("From this probability on it is `malignant`.")
    premalignant_threshold = proportion(
        "From this probability of a premalignant lesion on it is `unclear`."
    )
    operating_point = fields.Nested(OperatingPointResponse)
    evidence = fields.Dict(
        fields.String(),
        fields.Dict(fields.String(), fields.List(fields.Float())),
        attribute="evidence.tables",
        metadata={"description": "What the context adds to the logits, by item and value."},
    )
    max_energy = fields.Float(
        allow_none=True,
        metadata={"description": "Photos whose logits have more energy are `unfamiliar`."},
    )
    source_lines = LINES
    unfamiliar_lines = LINES


class TitledTextResponse(ResponseSchema):
    title = fields.String()
    text = fields.String()


class DataResponse(ResponseSchema):
    part = fields.String()
    source = fields.String()
    licence = fields.String()
    photos = fields.Integer()
    trained_on = fields.Integer()
    validation = fields.Integer()
    held_out = fields.Integer()


class LesionLimitsResponse(ResponseSchema):
    refused_below = proportion("Below this lesion probability no lesion is in view.")
    doubtful_below = proportion("Below this lesion probability the lesion is uncertain.")
    off_centre_beyond = fields.Dict(
        MODALITY,
        fields.Float(),
        metadata={"description": "In half sides, for each modality."},
    )


class TrainingResponse(ResponseSchema):
    method = fields.String(attribute="texts.training.method")
    cost = fields.String(attribute="texts.training.cost")
    settings = fields.Dict(attribute="description.training")


class FigureResponse(ResponseSchema):
    value = fields.Float(allow_none=True)
    interval = fields.List(
        fields.Float(allow_none=True),
        allow_none=True,
        validate=validate.Length(equal=2),
        metadata={"description": "95 % interval."},
    )
    count = fields.Integer(metadata={"description": "Number of photos."})


def _figures(description: str) -> fields.Dict:
    return fields.Dict(
        fields.String(), fields.Nested(FigureResponse), metadata={"description": description}
    )


class PerformanceResponse(ResponseSchema):
    """Dump figures on held-out photos."""

    evaluated = fields.String(metadata={"format": "date"})
    photos = fields.Dict(fields.String(), fields.Integer())
    prevalence = proportion("Assumed proportion of cancers, for the predictive values.")
    clinical = _figures("Figures on clinical photos.")
    dermoscopic = _figures("Figures on dermoscopic images.")
    quality_control = _figures("Proportions of photos that are refused.")
    external = fields.Dict(
        fields.String(),
        _figures("Figures of a collection."),
        metadata={"description": "Figures on dermoscopic images of other clinics, by collection."},
    )


class ModelResponse(ResponseSchema):
    name = fields.String(attribute="description.name")
    version = fields.String(attribute="description.version")
    created = fields.String(attribute="description.created")
    engine = choice("Engine", ("litert", "keras"), "The engine that runs the file.")
    sha256 = string("Digest of the file.", validate=SHA256)
    texts_version = string(
        "The model version that the texts were written for.", attribute="texts.version"
    )
    summary = fields.String(attribute="texts.summary")
    intended_use = fields.String(attribute="texts.intended_use")
    out_of_scope_uses = fields.List(fields.String(), attribute="texts.out_of_scope_uses")
    data = fields.List(fields.Nested(DataResponse), attribute="texts.data")
    data_notes = fields.String(attribute="texts.data_notes")
    licence = fields.String(attribute="texts.licence")
    training = Computed(lambda card: card, fields.Nested(TrainingResponse))
    calibrations = fields.Dict(
        MODALITY, fields.Nested(CalibrationResponse), attribute="description.calibrations"
    )
    calibration_notes = fields.List(
        fields.Nested(TitledTextResponse), attribute="texts.calibration"
    )
    lesion_limits = fields.Nested(LesionLimitsResponse, attribute="description.lesion")
    performance = fields.Nested(
        PerformanceResponse,
        allow_none=True,
        metadata={"description": "null if this model was not evaluated."},
    )
    interpretation = fields.List(fields.String(), attribute="texts.interpretation")
    limitations = fields.List(fields.Nested(TitledTextResponse), attribute="texts.limitations")
    notice = fields.Constant(NOTICE)
