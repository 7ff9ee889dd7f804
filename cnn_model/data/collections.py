"""Readers of public collections as they are downloaded: the labels of every photo.

PAD-UFES-20 (Pacheco et al. 2020), HAM10000 (Tschandl et al. 2018) and the training set of ISIC 2019
(Codella et al. 2018, Combalia et al. 2019, Tschandl et al. 2018).
"""

from collections.abc import Sequence
from pathlib import Path

from cnn_model.data.photos import Labels, Photo, read_rows
from constants import BODY_SITES, DIAGNOSES, Sex

PAD_DIAGNOSES = {"ACK": "AK", "BCC": "BCC", "MEL": "MEL", "NEV": "NV", "SCC": "SCC", "SEK": "BKL"}
HAM_DIAGNOSES = {
    "akiec": "AK",
    "bcc": "BCC",
    "bkl": "BKL",
    "df": "DF",
    "mel": "MEL",
    "nv": "NV",
    "vasc": "VASC",
}
ISIC_SITES = {
    "anterior_torso": "trunk",
    "lateral_torso": "trunk",
    "posterior_torso": "back",
    "palms/soles": "acral",
}
"""Other body sites have the names of `BODY_SITES`, or are too vague ("head/neck") to be used."""
SUFFIXES = (".jpg", ".jpeg", ".png")
FRAMINGS = {"HAM": "ham10000", "BCN": "bcn20000", "MSK": "msk"}
"""The collection that a lesion of ISIC 2019 comes from, by the prefix of its id.

Stored in the column `framing` of `labels.csv`: classes are balanced within each collection.
"""


class SourceError(ValueError):
    """A download does not have the published layout."""


def pad_ufes_20(source: Path) -> list[Photo]:
    """Return the photos of PAD-UFES-20 below `source`.

    Expects `metadata.csv`, and PNG files in any folder. Raises SourceError if one is missing, or
    for an unknown diagnosis.
    """
    columns = ("patient_id", "lesion_id", "img_id", "diagnostic", "age", "region")
    rows = _table(source, ("metadata.csv",), (*columns, "gender", "fitspatrick", "biopsed"))
    names = [Path(row["img_id"]).stem for row in rows]
    files = _files(source, names)
    return [
        Photo(files[name], f"{name}.jpg", _pad_labels(row))
        for name, row in zip(names, rows, strict=True)
    ]


def _pad_labels(row: Labels) -> Labels:
    return {
        "patient_id": row["patient_id"],
        "lesion_id": row["lesion_id"],
        "diagnosis": _diagnosis(PAD_DIAGNOSES, row["diagnostic"]),
        "fitzpatrick": row["fitspatrick"].removesuffix(".0"),
        "age": row["age"],
        "sex": _sex(row["gender"]),
        "site": _site(row["region"]),
        "biopsied": row["biopsed"].lower(),
    }


def ham10000(source: Path) -> list[Photo]:
    """Return the photos of HAM10000 below `source`.

    Expects `HAM10000_metadata`, and JPEG files in any folder. Raises SourceError if one is missing,
    or for an unknown diagnosis.
    """
    columns = ("lesion_id", "image_id", "dx", "dx_type", "age", "sex", "localization")
    rows = _table(source, ("HAM10000_metadata.csv", "HAM10000_metadata"), columns)
    files = _files(source, [row["image_id"] for row in rows])
    return [
        Photo(files[row["image_id"]], f"{row['image_id']}.jpg", _ham_labels(row)) for row in rows
    ]


def _ham_labels(row: Labels) -> Labels:
    return {
        "lesion_id": row["lesion_id"] or row["image_id"],
        "diagnosis": _diagnosis(HAM_DIAGNOSES, row["dx"]),
        "confirmed_by": row["dx_type"],
        "age": row["age"],
        "sex": _sex(row["sex"]),
        "site": _site(row["localization"]),
        "framing": FRAMINGS["HAM"],
    }


def isic2019(source: Path) -> list[Photo]:
    """Return the training photos of ISIC 2019 below `source` that have one of the eight diagnoses.

    Expects the two training tables, and JPEG files in any folder. Raises SourceError if one is
    missing.
    """
    truth = _table(source, ("ISIC_2019_Training_GroundTruth.csv",), ("image", *DIAGNOSES))
    columns = ("image", "age_approx", "anatom_site_general", "lesion_id", "sex")
    metadata = _table(source, ("ISIC_2019_Training_Metadata.csv",), columns)
    metadata_by_image = {row["image"]: row for row in metadata}
    diagnoses = {row["image"]: code for row in truth if (code := _isic_diagnosis(row))}
    if missing := sorted(set(diagnoses) - set(metadata_by_image)):
        raise SourceError(f"The metadata of ISIC 2019 have no row for {missing[0]}.")
    files = _files(source, list(diagnoses))
    return [
        Photo(files[name], f"{name}.jpg", _isic_labels(metadata_by_image[name], code))
        for name, code in diagnoses.items()
    ]


def _isic_diagnosis(row: Labels) -> str | None:
    """Return the diagnosis whose column is 1, None if it is none of the eight."""
    try:
        return next((code for code in DIAGNOSES if float(row[code]) == 1), None)
    except ValueError as error:
        raise SourceError(f"The diagnosis of {row['image']} is not given by 0 and 1.") from error


def _isic_labels(row: Labels, code: str) -> Labels:
    return {
        "lesion_id": row["lesion_id"] or row["image"],
        "diagnosis": code,
        "age": row["age_approx"],
        "sex": _sex(row["sex"]),
        "site": _site(row["anatom_site_general"]),
        "framing": FRAMINGS.get(row["lesion_id"][:3], "isic2019"),
    }


def any_pictures(source: Path) -> list[Photo]:
    """Return all pictures below `source`, without labels. Raises SourceError if there are none."""
    files = sorted(file for file in source.rglob("*") if _is_picture(file))
    if not files:
        raise SourceError(f"There are no pictures below {source}.")
    # The folders become part of the name, because names repeat in different folders.
    stems = ["_".join(file.relative_to(source).with_suffix("").parts) for file in files]
    return [Photo(file, f"{stem}.jpg") for file, stem in zip(files, stems, strict=True)]


def _table(source: Path, names: Sequence[str], columns: Sequence[str]) -> list[dict[str, str]]:
    """Return the rows of the first file below `source` that has one of these names.

    Raises SourceError if there is none, or if it is empty or lacks a column.
    """
    found = (file for name in names for file in sorted(source.rglob(name)) if file.is_file())
    file = next(found, None)
    if file is None:
        raise SourceError(f"There is no {names[0]} below {source}.")
    rows = [{name: value or "" for name, value in row.items()} for row in read_rows(file)]
    if not rows:
        raise SourceError(f"{file} has no rows.")
    if missing := [name for name in columns if name not in rows[0]]:
        raise SourceError(f"{file} lacks the column {', '.join(missing)}.")
    return rows


def _files(source: Path, stems: Sequence[str]) -> dict[str, Path]:
    """Return the paths of these pictures below `source`, by stem.

    Raises SourceError if one is missing.
    """
    files = {file.stem: file for file in sorted(source.rglob("*")) if _is_picture(file)}
    if missing := [stem for stem in stems if stem not in files]:
        raise SourceError(
            f"{len(missing)} of {len(stems)} photos are not below {source}, "
            f"{missing[0]} among them. Unpack every part of the download."
        )
    return files


def _is_picture(file: Path) -> bool:
    return file.suffix.lower() in SUFFIXES and not file.name.startswith(".")


def _diagnosis(diagnoses: dict[str, str], name: str) -> str:
    """Return the code of a diagnosis. Raises SourceError for an unknown name."""
    if name not in diagnoses:
        raise SourceError(f'"{name}" is not one of the diagnoses: {", ".join(diagnoses)}.')
    return diagnoses[name]


def _sex(name: str) -> str:
    """Return a value of `Sex`, or "" if unknown."""
    return name.lower() if name.lower() in tuple(Sex) else ""


def _site(name: str) -> str:
    """Return one of `BODY_SITES`, or "" if unknown."""
    site = name.lower().replace(" ", "_")
    site = ISIC_SITES.get(site, site)
    return site if site in BODY_SITES else ""
