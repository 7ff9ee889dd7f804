"""Estimates for subgroups: by diagnosis, sex, age, body site, skin type and sharpness."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn_model.data.dataset import FOLDERS, Example
from cnn_model.evaluation.answers import Answers
from cnn_model.evaluation.estimates import Estimate, bootstrapped, proportion
from cnn_model.evaluation.metrics import roc_auc
from cnn_model.serving.calibration import CODES
from constants import Modality

UNKNOWN = "unknown"
AGE_BANDS = ((0, "under 30"), (30, "30 to 49"), (50, "50 to 69"), (70, "70 and over"))
TYPES = ("I", "II", "III", "IV", "V", "VI")
TERCILES = ("blurred third", "middle third", "sharp third")
MIN_COUNT = 30
"""An estimate from fewer cancers or benign lesions is marked as too uncertain for a claim."""

NOTES = {
    "diagnosis": "About 200 cancers are needed to claim a sensitivity of 0.90.",
    "sex": "For clinical photos, sex was only recorded for people whose lesion was biopsied: the "
    "estimates are those of more difficult lesions. Answers to clinical photos do not use it.",
    "age": "A band with few cancers supports no claim about people of that age.",
    "body site": "Most sites have too few cancers for a claim about them.",
    "Fitzpatrick type": "Only recorded for people whose lesion was biopsied, almost always I to "
    "III, and unknown for dermoscopic photos: nothing can be claimed about dark skin.",
    "sharpness": "Thirds of each modality by the sharpness that the service measures; "
    "sharpness is correlated with the diagnosis in dermoscopic collections.",
}
"""The limits of what can be claimed, by attribute."""


@dataclass(frozen=True)
class Subgroup:
    """The estimates for the photos whose attribute has this value."""

    modality: str
    attribute: str
    value: str
    photos: int
    cancers: int
    auc: Estimate
    sensitivity: Estimate
    specificity: Estimate

    def to_dict(self) -> dict[str, Any]:
        """Return the subgroup as JSON."""
        return {
            "modality": self.modality,
            "attribute": self.attribute,
            "value": self.value,
            "photos": self.photos,
            "cancers": self.cancers,
            "auc_malignant": self.auc.to_dict(),
            "sensitivity_flagged": self.sensitivity.to_dict(),
            "specificity_flagged": self.specificity.to_dict(),
        }


def estimate_subgroups(
    modality: str, answers: Answers, attributes: dict[str, NDArray[np.str_]]
) -> list[Subgroup]:
    """Return one subgroup of all photos, then one per value of each attribute, unknown ones last.

    `attributes` has the values (n,) by name. Attributes with only unknown values are left out.
    """
    everything = np.full(len(answers), "all")
    return [
        _estimate(modality, attribute, str(value), answers.where(values == value))
        for attribute, values in {"modality": everything, **attributes}.items()
        if (values != UNKNOWN).any()
        for value in sorted(np.unique(values), key=lambda name: (name == UNKNOWN, _rank(name)))
    ]


def _estimate(modality: str, attribute: str, value: str, photos: Answers) -> Subgroup:
    return Subgroup(
        modality=modality,
        attribute=attribute,
        value=value,
        photos=len(photos),
        cancers=int(photos.cancer.sum()),
        auc=bootstrapped(roc_auc, photos.groups, photos.cancer, photos.probability),
        sensitivity=proportion(photos.flagged[photos.cancer]),
        specificity=proportion(~photos.flagged[photos.benign]),
    )


def _rank(value: str) -> tuple[int, str]:
    # Body sites are in none of these lists and follow in alphabetical order.
    order = [*CODES, *(name for _, name in AGE_BANDS), *TYPES, *TERCILES]
    return (order.index(value) if value in order else len(order)), value


def read_labels(folder: Path) -> dict[Path, dict[str, str]]:
    """Return the row of `labels.csv` of each photo below `folder`, by its path."""
    labels = {}
    for modality in Modality:
        photos = folder / FOLDERS[modality]
        with (photos / "labels.csv").open(newline="") as file:
            for row in csv.DictReader(file):
                labels[photos / "images" / row["image"]] = row
    return labels


def attributes_of(
    examples: list[Example], labels: dict[Path, dict[str, str]], sharpness: NDArray[np.float64]
) -> dict[str, NDArray[np.str_]]:
    """Return the attributes of the examples of one modality by name, each of shape (n,)."""
    rows = [labels.get(example.path, {}) for example in examples]
    return {
        "diagnosis": np.array([CODES[example.diagnosis] for example in examples], dtype=np.str_),
        "sex": np.array([row.get("sex", "").lower() or UNKNOWN for row in rows], dtype=np.str_),
        "age": np.array([_age_band(e.context.age) for e in examples], dtype=np.str_),
        "body site": np.array([e.context.body_site or UNKNOWN for e in examples], dtype=np.str_),
        "Fitzpatrick type": np.array(
            [_skin_type(row.get("fitzpatrick", "")) for row in rows], dtype=np.str_
        ),
        "sharpness": terciles(sharpness),
    }


def terciles(values: NDArray[np.float64]) -> NDArray[np.str_]:
    """Return the tercile (n,) of each value (n,)."""
    if not len(values):
        return np.array([], dtype=np.str_)
    edges = np.quantile(values, [1 / 3, 2 / 3])
    return np.array(TERCILES)[np.searchsorted(edges, values, side="left")]


def _age_band(age: int | None) -> str:
    if age is None:
        return UNKNOWN
    return [name for start, name in AGE_BANDS if age >= start][-1]


def _skin_type(text: str) -> str:
    number = int(float(text)) if text.replace(".", "", 1).isdigit() else 0
    return TYPES[number - 1] if 1 <= number <= len(TYPES) else UNKNOWN
