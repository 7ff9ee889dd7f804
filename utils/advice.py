"""What a person should do next. No text says that there is nothing to worry about."""

from collections.abc import Sequence
from dataclasses import dataclass

from constants import Status

# Above this probability an actinic keratosis is worth a word of its own.
PREMALIGNANT_MENTION = 0.3


@dataclass(frozen=True)
class Advice:
    """`level` is routine, soon or urgent; `time_frame` says until when to act."""

    level: str
    text: str
    time_frame: str


_ADVICE = {
    Status.MALIGNANT: Advice(
        "urgent",
        "The network sees features that often belong to skin cancer. Have a dermatologist examine "
        "this lesion in person, and show them this photo.",
        "within two weeks",
    ),
    Status.UNCLEAR: Advice(
        "soon",
        "The network cannot rule out skin cancer from this photo. Have a doctor look at this "
        "lesion, sooner if it bleeds, grows or changes.",
        "within four weeks",
    ),
    Status.BENIGN: Advice(
        "routine",
        "The network sees few features of skin cancer, but it misses some cancers. Watch this "
        "lesion, and see a doctor at once if it changes, grows, itches, bleeds or does not heal, "
        "or if it worries you.",
        "photograph it again in three months, or see a doctor at your next visit",
    ),
}
_PREMALIGNANT = (
    " It may be an actinic keratosis, which can turn into cancer and is easily treated early."
)

_DESCRIPTIONS = {
    Status.MALIGNANT: "Suspicious for skin cancer.",
    Status.UNCLEAR: "Cannot be told apart from skin cancer with enough certainty.",
    Status.BENIGN: "More like the harmless lesions that the network has learned from.",
}

REASONS = {
    "screenshot": "it looks like a screenshot or a document",
    "no_lesion_in_view": "no lesion can be made out",
    "lesion_small": "the lesion takes up little of it",
    "lesion_cut_off": "the lesion is not in the middle, and may be cut off",
    "skin_tone_untried": "the network has hardly seen skin as dark as it looks here",
    "dark": "it is too dark",
    "glare": "it has glare or is overexposed",
    "low_contrast": "nothing stands out from the skin",
    "no_colour": "it has no colours",
    "blurred": "it is blurred",
    "compressed": "it was compressed too much",
    "incomplete": "a part of it seems to be missing or displaced",
    "colours_unknown": "its file does not say what its colours mean",
    "unverified": "it cannot be told whether all of it arrived",
    # Earlier versions of the service warned of this, and their checks are kept.
    "bright": "it is too bright",
}
"""What can stand against a photo, in words."""
_RETAKE = {
    "screenshot": "Photograph the lesion itself, not a screen or paper.",
    "no_lesion_in_view": "Hold the camera about ten centimetres from the lesion, in the middle.",
    "dark": "Go to a window or outdoors, and turn your shadow away.",
    "glare": "Turn the flash off and avoid direct sun.",
    "blurred": "Tap on the lesion to focus, hold still, and move back if it stays blurred.",
}


def advise(status: Status, premalignant_probability: float) -> Advice:
    advice = _ADVICE[status]
    if premalignant_probability < PREMALIGNANT_MENTION:
        return advice
    return Advice(advice.level, advice.text + _PREMALIGNANT, advice.time_frame)


def describe(status: Status, likeliest: str, warnings: Sequence[str]) -> str:
    """What the status and the likeliest diagnosis mean, and what `warnings` about the photo do."""
    description = f"{_DESCRIPTIONS[status]} The likeliest diagnosis is {likeliest}."
    if not warnings:
        return description
    reasons = ", ".join(REASONS[warning] for warning in warnings)
    return (
        f"{description} This photo is hard to assess ({reasons}), so the answer may be wrong: take "
        "it again in daylight, from about ten centimetres, with the lesion sharp and in the middle."
    )


def how_to_retake(reasons: Sequence[str]) -> str:
    """Why a photo cannot be assessed, and how to take one that can; `reasons` as in `_RETAKE`."""
    why = ", ".join(REASONS[reason] for reason in reasons)
    how = " ".join(_RETAKE[reason] for reason in reasons)
    return (
        f"This photo cannot be assessed: {why}. {how} If a lesion worries you, see a doctor "
        "instead of retaking photos."
    )
