"""Names and limits that are not settings."""

from enum import StrEnum


class Role(StrEnum):
    USER = "user"
    DOCTOR = "doctor"
    ADMIN = "admin"


class Status(StrEnum):
    """The status of a check, from least to most urgent."""

    BENIGN = "benign"
    UNCLEAR = "unclear"
    MALIGNANT = "malignant"


class QualityIssue(StrEnum):
    """A quality issue of a photo.

    Each issue makes the result uncertain. Some issues also make the photo impossible to assess.
    Every member needs a text in `schemas/response/wording.py`; a test checks this.
    """

    SCREENSHOT = "screenshot"
    NO_LESION_IN_VIEW = "no_lesion_in_view"
    LESION_SMALL = "lesion_small"
    LESION_CUT_OFF = "lesion_cut_off"
    UNFAMILIAR = "unfamiliar"
    SKIN_TONE_UNTRIED = "skin_tone_untried"
    DARK = "dark"
    GLARE = "glare"
    LOW_CONTRAST = "low_contrast"
    NO_COLOUR = "no_colour"
    BLURRED = "blurred"
    COMPRESSED = "compressed"
    INCOMPLETE = "incomplete"
    COLOURS_UNKNOWN = "colours_unknown"
    UNVERIFIED = "unverified"
    # Not detected any more. Checks from before version 2 have it.
    BRIGHT = "bright"


FILE_ISSUES = (QualityIssue.COLOURS_UNKNOWN, QualityIssue.UNVERIFIED)
"""Issues of the uploaded file that cannot be detected in the stored photo."""


class Sex(StrEnum):
    FEMALE = "female"
    MALE = "male"


class RegionSource(StrEnum):
    """Why a part of a photo is assessed.

    The upload named it, the lesion was found there and is small, or it is the central square.
    """

    UPLOAD = "upload"
    OUTLINE = "outline"
    CENTRE = "centre"


class PhotoState(StrEnum):
    """Where the photo of a check is."""

    STORED = "stored"
    WAITING = "waiting"


class NetworkRole(StrEnum):
    """The role of a model: users get its results (active), or its predictions are only stored."""

    ACTIVE = "active"
    SHADOW = "shadow"


class PredictionReason(StrEnum):
    """Why another model than the active one assessed a check: as the shadow, or in a rescore."""

    SHADOW = "shadow"
    RESCORE = "rescore"


BODY_SITES = (
    "scalp",
    "face",
    "ear",
    "nose",
    "lip",
    "neck",
    "chest",
    "abdomen",
    "back",
    "trunk",
    "genital",
    "arm",
    "forearm",
    "upper_extremity",
    "hand",
    "thigh",
    "lower_extremity",
    "foot",
    "acral",
)
MAX_AGE = 120


class Modality(StrEnum):
    """How a photo was taken: with a camera, or through a dermatoscope."""

    CLINICAL = "clinical"
    DERMOSCOPIC = "dermoscopic"


# The ISIC 2019 codes, in the order of the network's outputs.
DIAGNOSES: dict[str, str] = {
    "MEL": "melanoma",
    "NV": "naevus (mole)",
    "BCC": "basal cell carcinoma",
    "SCC": "squamous cell carcinoma",
    "AK": "actinic keratosis",
    "BKL": "benign keratosis",
    "DF": "dermatofibroma",
    "VASC": "vascular lesion",
}
MALIGNANT = ("MEL", "BCC", "SCC")
PREMALIGNANT = ("AK",)

API_PREFIX = "/api/v1"
NOTICE = (
    "For research and education. This is not a medical device and not a diagnosis; "
    "only a doctor can tell what a lesion is."
)

HEATMAP_NOTICE = (
    "The map shows which areas of the photo moved the model's probability of cancer. It explains "
    "the model and is no evidence of disease: it shows neither where a lesion ends nor that there "
    "is cancer."
)

MAX_PHOTO_BYTES = 20 * 1024 * 1024
# By the memory that decoding takes: for formats that can be decoded at a reduced scale, for those
# that cannot, and for WebP, whose decoder has several copies of the picture.
MAX_PHOTO_PIXELS, MAX_UNREDUCED_PIXELS, MAX_WEBP_PIXELS = 50_000_000, 25_000_000, 16_000_000
MAX_SIDE_RATIO = 20
MIN_PHOTO_SIDE = 64
KEPT_PHOTO_SIDE = 2048
MAX_JSON_BYTES = 64 * 1024
# Base64 makes a photo larger by a third. The rest is space for the other fields.
MAX_UPLOAD_BYTES = MAX_PHOTO_BYTES * 4 // 3 + MAX_JSON_BYTES

MAX_BATCH_PHOTOS = 20
# Twenty photos of 3 MB. A batch is in memory as a whole, in base64 and decoded.
MAX_BATCH_BYTES = 60 * 1024 * 1024

PASSWORD_MIN, PASSWORD_MAX = 10, 128
PAGE_DEFAULT, PAGE_MAX = 20, 100
