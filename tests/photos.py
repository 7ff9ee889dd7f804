"""A tiny folder of drawn photos, laid out like the real ones."""

from pathlib import Path

from PIL import Image

from cnn_model.data.synthetic import skin_photo
from constants import DIAGNOSES


def make_photos(folder: Path, groups: int = 12, size: int = 48) -> Path:
    """For each diagnosis `groups` patients or lesions, every third with two photos, and as many
    pictures of other things.
    """
    for kind, group, codes in (
        ("smartphone", "patient_id", list(DIAGNOSES)[:6]),
        ("dermoscopy", "lesion_id", list(DIAGNOSES)),
    ):
        images = folder / kind / "images"
        images.mkdir(parents=True)
        framed = kind == "dermoscopy"
        lines = [f"image,{group},diagnosis{',framing' if framed else ''}"]
        for place, code in enumerate(codes):
            for number in range(groups):
                for copy in range(2 if number % 3 == 0 else 1):
                    name = f"{code}_{number}_{copy}.jpg"
                    seed = place * 1000 + number * 10 + copy + (5000_000 if framed else 0)
                    skin_photo((size, size), seed=seed).save(images / name)
                    framing = ",square" if framed else ""
                    lines.append(f"{name},{code}{number},{code}{framing}")
        (folder / kind / "labels.csv").write_text("\n".join(lines) + "\n")
    others = folder / "not_skin" / "images"
    others.mkdir(parents=True)
    for number in range(groups * 3):
        Image.effect_noise((size, size), 10 + number).convert("RGB").save(others / f"{number}.jpg")
    return folder


def add_labels(folder: Path, *lines: str) -> None:
    """Write the labels of a collection without its photos."""
    folder.mkdir(parents=True)
    (folder / "labels.csv").write_text("\n".join(lines) + "\n")
