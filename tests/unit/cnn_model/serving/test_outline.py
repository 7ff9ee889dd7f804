"""How the output of the outline network is read, and when it is not used."""

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from cnn_model.data.synthetic import document, skin_photo
from cnn_model.serving.description import BUNDLED
from cnn_model.serving.outline import (
    NAME,
    OUTLINE_SIDE,
    OutlineLimits,
    OutlineNetwork,
    OutlineUnavailableError,
    bundled_outline_network,
    letterboxed,
    read_outline,
)

LIMITS = OutlineLimits(cell=0.5, confidence=0.6, cells=3)
SQUARE = (300, 300)


def logits(*blobs: tuple[int, int, int, int], value: float = 4.0) -> NDArray[np.float32]:
    """Return logits of -6, and of `value` in each blob: left, top, right, bottom in cells."""
    cells = np.full((OUTLINE_SIDE, OUTLINE_SIDE), -6, np.float32)
    for left, top, right, bottom in blobs:
        cells[top:bottom, left:right] = value
    return cells


def test_an_outline_has_mask_region_and_confidence() -> None:
    outline = read_outline(logits((16, 32, 32, 40)), SQUARE, LIMITS)
    assert outline is not None
    assert outline.mask.sum() == 16 * 8
    assert outline.mask[32:40, 16:32].all()
    assert (outline.region.x, outline.region.y) == (24 / 64, 36 / 64)
    assert outline.region.size == 16 / 64
    assert outline.confidence == pytest.approx(0.982, abs=1e-3)
    assert outline.area_fraction == 128 / 4096


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param(logits(), id="nothing"),
        pytest.param(logits((10, 10, 20, 20), value=0.1), id="not confident"),
        pytest.param(logits((10, 10, 12, 11)), id="too small"),
    ],
)
def test_there_may_be_nothing_to_outline(cells: NDArray[np.float32]) -> None:
    assert read_outline(cells, SQUARE, LIMITS) is None


def test_of_two_lesions_the_more_central_one_is_outlined() -> None:
    outline = read_outline(logits((2, 2, 14, 14), (34, 34, 44, 44)), SQUARE, LIMITS)
    assert outline is not None
    assert outline.region.x == outline.region.y == 39 / 64
    assert not outline.mask[:20, :20].any()


def test_a_winding_lesion_is_outlined_as_a_whole() -> None:
    snake = [(8, row, 56, row + 2) for row in range(8, 56, 8)]
    joints = [(54 if turn % 2 else 8, 8 * turn, 56 if turn % 2 else 10, 8 * turn + 8)
              for turn in range(1, 6)]  # fmt: skip
    cells = logits(*snake, *joints)
    outline = read_outline(cells, SQUARE, LIMITS)
    assert outline is not None
    np.testing.assert_array_equal(outline.mask, cells > 0)


@pytest.mark.parametrize("size", [(400, 200), (200, 400)])
def test_mask_and_region_of_a_rectangle_are_those_of_the_photo(size: tuple[int, int]) -> None:
    # The photo takes the middle half of the letterboxed square.
    outline = read_outline(logits((24, 24, 40, 40)), size, LIMITS)
    assert outline is not None
    assert (outline.region.x, outline.region.y) == (0.5, 0.5)
    assert outline.region.size == pytest.approx(0.5)
    rows, columns = outline.mask.any(axis=1).sum(), outline.mask.any(axis=0).sum()
    assert (columns, rows) == ((16, 32) if size[0] > size[1] else (32, 16))


@pytest.mark.parametrize("size", [(300, 300), (400, 200), (200, 400), (4000, 201), (20, 1)])
def test_a_letterboxed_photo_is_whole_and_padded(size: tuple[int, int]) -> None:
    square = letterboxed(Image.new("RGB", size, (200, 10, 10)), 128)
    assert square.shape == (128, 128, 3)
    is_photo = (square == (200, 10, 10)).all(axis=2)
    wanted = 128 * max(128 * min(size) / max(size), 1)
    assert is_photo.sum() == pytest.approx(wanted, abs=128)
    assert ((square == 128).all(axis=2) | is_photo).all()


@pytest.mark.parametrize("values", [(0.0, 0.5, 3), (1.0, 0.5, 3), (0.5, 1.5, 3), (0.5, 0.5, 0)])
def test_limits_out_of_range_are_refused(values: tuple[float, float, int]) -> None:
    with pytest.raises(ValueError, match="out of range"):
        OutlineLimits(*values)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Return a copy of the bundled network that a test may break."""
    for suffix in (".tflite", ".json"):
        source = BUNDLED / f"{NAME}{suffix}"
        (tmp_path / source.name).write_bytes(source.read_bytes())
    return tmp_path / f"{NAME}.tflite"


def break_digest(file: Path) -> None:
    description = json.loads(file.with_suffix(".json").read_text())
    file.with_suffix(".json").write_text(json.dumps(description | {"sha256": "0" * 64}))


def break_limits(file: Path) -> None:
    description = json.loads(file.with_suffix(".json").read_text())
    description["limits"]["cell"] = 2
    file.with_suffix(".json").write_text(json.dumps(description))


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda file: file.unlink(), id="no file"),
        pytest.param(lambda file: file.with_suffix(".json").unlink(), id="no description"),
        pytest.param(lambda file: file.with_suffix(".json").write_text("[]"), id="no object"),
        pytest.param(lambda file: file.write_bytes(b"\0" * 64), id="no network"),
        pytest.param(break_digest, id="another digest"),
        pytest.param(break_limits, id="limits out of range"),
    ],
)
def test_broken_files_are_never_used(files: Path, damage: object) -> None:
    assert callable(damage)
    damage(files)
    with pytest.raises(OutlineUnavailableError):
        OutlineNetwork.load(files)


@pytest.mark.parametrize(
    "maps",
    [
        pytest.param(np.full((64, 64, 1), np.nan, np.float32), id="not finite"),
        pytest.param(np.zeros((32, 32, 1), np.float32), id="another shape"),
        pytest.param(np.float32(0), id="no array"),
    ],
)
def test_an_output_that_is_no_mask_is_an_error(maps: NDArray[np.float32]) -> None:
    class Engine:
        def maps(self, photo: NDArray[np.uint8]) -> NDArray[np.float32]:
            return maps

    network = OutlineNetwork(Engine(), bundled_outline_network().description)
    with pytest.raises(OutlineUnavailableError):
        network.outline(Image.new("RGB", (64, 64)))


@pytest.mark.model
def test_the_bundled_network_passes_its_self_test() -> None:
    network = bundled_outline_network()
    network.check()
    other = OutlineNetwork(network._engine, network.description)
    object.__setattr__(other, "description", _with_reference(network, (9.0, 9.0, 9.0, 9.0)))
    with pytest.raises(OutlineUnavailableError, match="another answer"):
        other.check()


def _with_reference(network: OutlineNetwork, reference: tuple[float, ...]) -> object:
    from dataclasses import replace

    return replace(network.description, reference=reference)


@pytest.mark.model
@pytest.mark.parametrize("at", [(60, 200), (240, 90), (150, 150)])
def test_the_bundled_network_finds_a_lesion_wherever_it_is(at: tuple[int, int]) -> None:
    photo = skin_photo((320, 320), lesion=False)
    lesion = skin_photo((320, 320)).resize((120, 120))
    y, x = np.mgrid[-1:1:120j, -1:1:120j]
    fade = Image.fromarray((np.clip((1 - np.hypot(x, y)) * 4, 0, 1) * 255).astype(np.uint8))
    photo.paste(lesion, (at[0] - 60, at[1] - 60), fade)
    outline = bundled_outline_network().outline(photo)
    assert outline is not None
    assert (outline.region.x * 320, outline.region.y * 320) == pytest.approx(at, abs=12)


@pytest.mark.model
def test_the_bundled_network_outlines_nothing_on_bare_skin_or_paper() -> None:
    network = bundled_outline_network()
    assert network.outline(skin_photo(lesion=False)) is None
    assert network.outline(document()) is None
