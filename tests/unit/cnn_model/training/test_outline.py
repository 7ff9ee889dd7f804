"""The outline network, from drawn photos to the files that serve, and its figures."""

import json
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner

from cnn_model.data.dataset import read_examples
from cnn_model.data.outlines import OutlineData, read_outline_data
from cnn_model.serving.outline import NAME, OutlineNetwork
from tests.outlines import add_outlines
from tests.photos import make_photos

pytestmark = [
    pytest.mark.training,
    pytest.mark.slow,
    # Keras and TensorFlow warn about each other.
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_photos(tmp_path_factory.mktemp("data"))
    add_outlines(folder)
    return folder


@pytest.fixture(scope="module")
def part(data: Path) -> OutlineData:
    return read_outline_data(data, read_examples(data))["test"]


def run(command: click.Command, *arguments: object) -> str:
    """Return the output of a command that has to succeed."""
    result = CliRunner().invoke(command, [str(argument) for argument in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(scope="module")
def trained(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run with a tiny backbone."""
    from cnn_model.training.outline import train_outline
    from tests import tiny_backbone

    (option,) = (item for item in train_outline.params if item.name == "architecture")
    option.type = click.Choice([tiny_backbone.NAME])
    folder = tmp_path_factory.mktemp("run")
    tiny = ["--weights", "none", "--architecture", tiny_backbone.NAME, "--batch-size", 4]
    tiny += ["--decoder-scenes", 8, "--decoder-epochs", 1]
    arguments = [data, *tiny, "--run", folder, "--epochs", 2, "--steps", 1]
    assert "Saved" in run(train_outline, *arguments)
    assert "finished already" in run(train_outline, *arguments)
    return folder


@pytest.fixture(scope="module")
def exported(data: Path, trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from cnn_model.release.outline import export_outline

    folder = tmp_path_factory.mktemp("models")
    run(export_outline, trained, data, "--version", "9.8.7", "--to", folder)
    return folder


def test_the_exported_network_serves(exported: Path) -> None:
    network = OutlineNetwork.load(exported / f"{NAME}.tflite")
    network.check()
    assert network.version == "9.8.7"
    description = network.description
    assert description.training["photos"]["training"]["clinical"] > 30
    assert set(description.validation["outlined"]) == {"clinical", "scenes", "skin", "others"}
    assert "/" not in json.dumps(description.training)


def test_the_evaluation_has_all_figures(
    exported: Path, part: OutlineData, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from cnn_model.evaluation import outline as evaluation

    monkeypatch.setattr(evaluation, "REPEATS", 1)
    monkeypatch.setattr(evaluation, "TIMED", 2)
    network = OutlineNetwork.load(exported / f"{NAME}.tflite")
    report = evaluation.plain(evaluation.evaluate_part(network, part))
    report["model"] = {"version": "9.8.7", "sha256": "0" * 64}
    assert report["clinical"]["dice"]["count"] == len(part.clinical)
    assert set(report["outlined"]) == {"skin", "others"}
    text = evaluation.tables(report)
    assert text.count("overview") == 4
    evaluation.draw(report, tmp_path / "outline.png")
    assert (tmp_path / "outline.png").stat().st_size > 5000


def test_scenes_depend_on_seed_epoch_and_index_only(part: OutlineData) -> None:
    from cnn_model.training.outline_batches import OutlineBatches

    first, second = (OutlineBatches(part, 128, 6, 2, seed=3) for _ in range(2))
    second.start_epoch(1)
    assert (first[0][0] != second[0][0]).any()
    second.start_epoch(0)
    np.testing.assert_array_equal(first[1][0], second[1][0])
    assert (first[0][0] != first[1][0]).any()
    photos, masks = first[0]
    assert (photos.shape, masks.shape) == ((6, 128, 128, 3), (6, 64, 64, 1))
    assert 0 <= photos.min() <= photos.max() <= 255
    assert 0 <= masks.min() <= masks.max() <= 1


def test_a_close_view_keeps_photo_and_mask_together() -> None:
    from cnn_model.training.outline_augment import close_view

    photo = np.full((160, 160, 3), 200, np.uint8)
    mask = np.zeros((160, 160), np.uint8)
    photo[40:90, 60:120], mask[40:90, 60:120] = 20, 255
    for seed in range(5):
        scene = close_view(photo, mask, 128, 1.0, np.random.default_rng(seed))
        is_dark = scene.photo.mean(axis=2) < 110
        assert scene.mask.any()
        assert (is_dark == (scene.mask > 0.5)).mean() > 0.99


def test_the_loss_is_least_for_the_mask_itself() -> None:
    from cnn_model.training.outline import dice, dice_and_cross_entropy

    masks = np.zeros((2, 64, 64, 1), np.float32)
    masks[0, 10:30, 10:30] = 1
    right = np.where(masks > 0, 12.0, -12.0).astype(np.float32)
    np.testing.assert_allclose(dice(masks, right), [1, 1])
    assert np.asarray(dice_and_cross_entropy(masks, right)).max() < 0.03
    assert np.asarray(dice(masks, -right)).max() < 0.01
    assert np.asarray(dice_and_cross_entropy(masks, -right)).min() > 2
