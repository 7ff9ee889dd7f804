"""Names and limits that no operator changes."""

from enum import StrEnum


class Role(StrEnum):
    USER = "user"
    DOCTOR = "doctor"
    ADMIN = "admin"


class Status(StrEnum):
    """What a check says, from least to most urgent."""

    BENIGN = "benign"
    UNCLEAR = "unclear"
    MALIGNANT = "malignant"


class QualityIssue(StrEnum):
    """What can be wrong with a photo.

    Each issue makes the answer uncertain; some also make the photo impossible to assess. Every
    member needs words in `schemas/response/wording.py`, which a test proves.
    """

    SCREENSHOT = "screenshot"
    NO_LESION_IN_VIEW = "no_lesion_in_view"
    LESION_SMALL = "lesion_small"
    LESION_CUT_OFF = "lesion_cut_off"
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
    # Not found any more; checks from before version 2 have it.
    BRIGHT = "bright"


FILE_ISSUES = (QualityIssue.COLOURS_UNKNOWN, QualityIssue.UNVERIFIED)
"""Issues of the uploaded file, which cannot be seen in the stored photo."""


class Sex(StrEnum):
    FEMALE = "female"
    MALE = "male"


class PhotoState(StrEnum):
    """Where the photo of a check is."""

    STORED = "stored"
    WAITING = "waiting"


class NetworkRole(StrEnum):
    """What a network is there for: its answers are given, or only stored."""

    ACTIVE = "active"
    SHADOW = "shadow"


class PredictionReason(StrEnum):
    """Why another network than the active one assessed a check: as its shadow, or later."""

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
    "Where the network found what moved its probability of cancer. It explains the network and is "
    "no evidence: it shows neither where a lesion ends nor that there is cancer."
)

MAX_PHOTO_BYTES = 20 * 1024 * 1024
MAX_PHOTO_PIXELS = 50_000_000
MIN_PHOTO_SIDE = 64
KEPT_PHOTO_SIDE = 2048
MAX_JSON_BYTES = 64 * 1024
# A photo grows by a third in base64; the rest is room for the other fields.
MAX_UPLOAD_BYTES = MAX_PHOTO_BYTES * 4 // 3 + MAX_JSON_BYTES

PASSWORD_MIN, PASSWORD_MAX = 10, 128
PAGE_DEFAULT, PAGE_MAX = 20, 100
