"""Response schemas for the active model."""

from marshmallow import Schema, fields

from constants import DIAGNOSES, NOTICE, Modality

MODALITY = fields.Enum(Modality, by_value=True)


class CalibrationResponse(Schema):
    """Dump a calibration. `evidence`: what the context adds to the logits, by item and value."""

    temperature = fields.Float()
    bias = fields.Function(lambda calibration: dict(zip(DIAGNOSES, calibration.bias, strict=True)))
    diagnosis_weights = fields.Function(
        lambda calibration: dict(zip(DIAGNOSES, calibration.diagnosis_weights, strict=True))
    )
    unclear_threshold = fields.Float()
    malignant_threshold = fields.Float()
    premalignant_threshold = fields.Float()
    operating_point = fields.Dict()
    evidence = fields.Dict(attribute="evidence.tables")
    max_energy = fields.Float(allow_none=True)
    source_lines = fields.List(fields.List(fields.Float()))
    unfamiliar_lines = fields.List(fields.List(fields.Float()))


class TitledText(Schema):
    title = fields.String()
    text = fields.String()


class DataResponse(Schema):
    part = fields.String()
    source = fields.String()
    licence = fields.String()
    photos = fields.Integer()
    trained_on = fields.Integer()
    validation = fields.Integer()
    held_out = fields.Integer()


class LesionLimitsResponse(Schema):
    refused_below = fields.Float()
    doubtful_below = fields.Float()
    off_centre_beyond = fields.Dict(MODALITY, fields.Float())


class TrainingResponse(Schema):
    method = fields.String(attribute="texts.training.method")
    cost = fields.String(attribute="texts.training.cost")
    settings = fields.Dict(attribute="description.training")


class ModelResponse(Schema):
    name = fields.String(attribute="description.name")
    version = fields.String(attribute="description.version")
    created = fields.String(attribute="description.created")
    engine = fields.String()
    sha256 = fields.String()
    texts_version = fields.String(attribute="texts.version")
    summary = fields.String(attribute="texts.summary")
    intended_use = fields.String(attribute="texts.intended_use")
    out_of_scope_uses = fields.List(fields.String(), attribute="texts.out_of_scope_uses")
    data = fields.List(fields.Nested(DataResponse), attribute="texts.data")
    data_notes = fields.String(attribute="texts.data_notes")
    licence = fields.String(attribute="texts.licence")
    training = fields.Function(lambda card: TrainingResponse().dump(card))
    calibrations = fields.Dict(
        MODALITY, fields.Nested(CalibrationResponse), attribute="description.calibrations"
    )
    calibration_notes = fields.List(fields.Nested(TitledText), attribute="texts.calibration")
    lesion_limits = fields.Nested(LesionLimitsResponse, attribute="description.lesion")
    performance = fields.Dict(allow_none=True)
    interpretation = fields.List(fields.String(), attribute="texts.interpretation")
    limitations = fields.List(fields.Nested(TitledText), attribute="texts.limitations")
    notice = fields.Constant(NOTICE)
