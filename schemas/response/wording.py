"""The texts for statuses, advice and issues. No text says that there is nothing to worry about."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from constants import QualityIssue, Status

LEVELS = ("routine", "soon", "urgent")
# From this probability on an actinic keratosis is mentioned.
PREMALIGNANT_MENTION = 0.3


@dataclass(frozen=True)
class Advice:
    """The advice: `level` is one of LEVELS; `time_frame` is when to act."""

    level: str
    text: str
    time_frame: str


_ADVICE = {
    Status.MALIGNANT: Advice(
        "urgent",
        "The model finds features that are common in skin cancer. Have a dermatologist examine "
        "this lesion in person, and show them this photo.",
        "within two weeks",
    ),
    Status.UNCLEAR: Advice(
        "soon",
        "The model cannot rule out skin cancer from this photo. Have a doctor examine this lesion, "
        "sooner if it bleeds, grows or changes.",
        "within four weeks",
    ),
    Status.BENIGN: Advice(
        "routine",
        "The model finds few features of skin cancer, but it misses some cancers. Watch this "
        "lesion, and see a doctor at once if it changes, grows, itches, bleeds or does not heal, "
        "or if it worries you.",
        "photograph it again in three months, or see a doctor at your next visit",
    ),
}
_PREMALIGNANT = (
    " The lesion may be an actinic keratosis, a premalignant lesion: it can turn into cancer and "
    "is easily treated early."
)

_DESCRIPTIONS = {
    Status.MALIGNANT: "Suspicious for skin cancer.",
    Status.UNCLEAR: "Skin cancer cannot be ruled out with enough certainty.",
    Status.BENIGN: "More similar to the benign lesions that the model was trained on.",
}

ISSUES = {
    QualityIssue.SCREENSHOT: "it looks like a screenshot or a document",
    QualityIssue.NO_LESION_IN_VIEW: "no lesion can be recognised",
    QualityIssue.LESION_SMALL: "the lesion fills only a small part of it",
    QualityIssue.LESION_CUT_OFF: "the lesion is off centre and may be cut off",
    QualityIssue.UNFAMILIAR: "it does not resemble the photos that the model was tested on",
    QualityIssue.SKIN_TONE_UNTRIED: (
        "the model was trained on few photos of skin as dark as it looks here"
    ),
    QualityIssue.DARK: "it is too dark",
    QualityIssue.GLARE: "it has glare or is overexposed",
    QualityIssue.LOW_CONTRAST: "nothing contrasts with the skin",
    QualityIssue.NO_COLOUR: "it has no colour",
    QualityIssue.BLURRED: "it is blurred",
    QualityIssue.COMPRESSED: "it was compressed too much",
    QualityIssue.INCOMPLETE: "a part of it seems to be missing or displaced",
    QualityIssue.COLOURS_UNKNOWN: "its file does not say what its colours mean",
    QualityIssue.UNVERIFIED: "the file could not be checked for damage",
    QualityIssue.BRIGHT: "it is too bright",
}
REMEDIES = {
    QualityIssue.SCREENSHOT: "Photograph the lesion itself, not a screen or paper.",
    QualityIssue.NO_LESION_IN_VIEW: (
        "Hold the camera about ten centimetres from the lesion, with the lesion in the centre."
    ),
    QualityIssue.DARK: "Go to a window or outdoors, and keep your shadow off the lesion.",
    QualityIssue.GLARE: "Turn the flash off and avoid direct sun.",
    QualityIssue.BLURRED: (
        "Tap on the lesion to focus, hold the camera still, and move back if it stays blurred."
    ),
}
"""How to retake the photo, for the issues that make it impossible to assess."""


def advise(status: Status, premalignant_probability: float) -> Advice:
    """Return the advice for a lesion with this status."""
    advice = _ADVICE[status]
    if premalignant_probability < PREMALIGNANT_MENTION:
        return advice
    return dataclasses.replace(advice, text=advice.text + _PREMALIGNANT)


def describe(status: Status, likeliest: str, issues: Sequence[str]) -> str:
    """Return a text about the status, the likeliest diagnosis and the effect of the issues."""
    description = f"{_DESCRIPTIONS[status]} The likeliest diagnosis is {likeliest}."
    if not issues:
        return description
    return (
        f"{description} This photo is hard to assess ({_in_words(issues)}), so the result may be "
        "wrong: retake the photo in daylight, from about ten centimetres, with the lesion sharp "
        "and in the centre."
    )


def how_to_retake(reasons: Sequence[QualityIssue]) -> str:
    """Return why a photo cannot be assessed, and how to take one that can."""
    remedies = " ".join(REMEDIES[reason] for reason in reasons)
    return (
        f"This photo cannot be assessed: {_in_words(reasons)}. {remedies} If a lesion worries you, "
        "see a doctor instead of retaking photos."
    )


def _in_words(issues: Sequence[str]) -> str:
    """Return the issues as a list in words."""
    # An issue that a later version of the service stored has no text here: its name is shown.
    return ", ".join(
        ISSUES[QualityIssue(issue)] if issue in set(QualityIssue) else issue.replace("_", " ")
        for issue in issues
    )
