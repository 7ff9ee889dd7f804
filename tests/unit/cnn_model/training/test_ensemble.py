"""Ensembles of training runs, calibrated on out-of-fold predictions."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnn_model.data.dataset import VALIDATION_FOLDS, read_examples, split
from cnn_model.data.synthetic import skin_photo
from cnn_model.serving.description import BUNDLED, NAME, Description
from cnn_model.serving.engines import LiteRTEngine
from cnn_model.training.ensemble import (
    EnsembleMember,
    combined_network,
    load_ensemble,
    without_fold,
)
from tests.photos import make_photos

SIZE = 32
pytestmark = [
    pytest.mark.training,
    # Keras and TensorFlow warn about each other.
    pytest.mark.filterwarnings("ignore"),
]


def make_run(folder: Path, seed: int, **configuration: Any) -> Path:
    """Return a new run folder with an untrained network."""
    import keras

    from cnn_model.training.architecture import build_network
    from tests import tiny_backbone

    keras.utils.set_random_seed(seed)
    folder.mkdir()
    build_network(SIZE, None, tiny_backbone.NAME).save(folder / "network.keras")
    (folder / "config.json").write_text(json.dumps(configuration))
    return folder


def logits(members: list[EnsembleMember]) -> np.ndarray[Any, Any]:
    photo = np.random.default_rng(3).uniform(0, 63, (1, SIZE, SIZE, 3)).astype(np.float32)
    for axis in (1, 2):
        photo += np.flip(photo, axis)  # symmetric: all members see the same view
    return np.asarray(combined_network(members).predict_on_batch(photo).mean(axis=(1, 2)))


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return two runs, each trained on the validation fold of the other, and one on neither."""
    folder = tmp_path_factory.mktemp("runs")
    return [
        make_run(folder / "first", 1, validation=[1]),
        make_run(folder / "second", 2, validation=[2]),
        make_run(folder / "third", 3, validation=list(VALIDATION_FOLDS)),
    ]


def test_a_fold_is_predicted_by_the_runs_that_were_not_trained_on_it(runs: list[Path]) -> None:
    first, second, third = load_ensemble(runs)
    assert without_fold([first, second, third], 1) == [first, third]
    assert without_fold([first, second, third], 2) == [second, third]


def test_runs_without_a_recorded_fold_were_trained_on_neither(tmp_path: Path) -> None:
    members = load_ensemble([make_run(tmp_path / "old", 1)])
    assert without_fold(members, 1) == without_fold(members, 2) == members


def test_the_folds_of_an_earlier_run_count(tmp_path: Path) -> None:
    """A network that was trained on fold 2, and then continued without it, remembers its photos."""
    before = {"validation": [1], "before": {"validation": [1, 2]}}
    members = load_ensemble(
        [
            make_run(tmp_path / "later", 1, validation=[1, 2], before=before),
            make_run(tmp_path / "other", 2, validation=[2]),
        ]
    )
    assert without_fold(members, 1) == members[:1]
    assert without_fold(members, 2) == members[1:]


def test_a_member_has_the_configuration_and_the_cost_of_its_run(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", 1, validation=[1, 2], epochs=3)
    (run / "environment.json").write_text('{"wall_seconds": 61.5, "python": "3.11.7"}')
    (member,) = load_ensemble([run])
    assert member.configuration == {"validation": [1, 2], "epochs": 3, "wall_seconds": 61.5}


def test_a_run_trained_on_a_validation_fold_cannot_be_exported_alone(runs: list[Path]) -> None:
    with pytest.raises(ValueError, match="trained on fold 2"):
        load_ensemble(runs[:1])


def test_the_outputs_of_the_members_are_averaged(runs: list[Path]) -> None:
    first, _, third = load_ensemble(runs)
    np.testing.assert_allclose(
        logits([first, third]), (logits([first]) + logits([third])) / 2, atol=1e-5
    )


def test_the_weights_have_half_precision(runs: list[Path]) -> None:
    for weights in combined_network(load_ensemble(runs)).get_weights():
        assert np.array_equal(weights, weights.astype(np.float16))


def test_all_members_have_the_requested_input_size(runs: list[Path]) -> None:
    members = load_ensemble(runs, 64)
    assert {member.network.input_shape[1] for member in members} == {64}


def test_the_maps_of_every_fold_come_from_the_other_runs(
    runs: list[Path], tmp_path_factory: pytest.TempPathFactory
) -> None:
    from cnn_model.release.export import litert_maps, out_of_fold_maps
    from cnn_model.training.conversion import convert

    examples = read_examples(make_photos(tmp_path_factory.mktemp("data")))
    folds = {fold: split(examples, [fold])["validation"][:3] for fold in VALIDATION_FOLDS}
    members = load_ensemble(runs[:2])
    maps = out_of_fold_maps(np.zeros((6, 1, 1, 10), np.float32), folds, members)
    for index, (fold, member) in enumerate(zip(VALIDATION_FOLDS, members, strict=True)):
        content = convert(combined_network([member]))
        expected, _ = litert_maps(content, SIZE, folds[fold])
        np.testing.assert_array_equal(maps[3 * index : 3 * index + 3], expected)


def test_a_source_is_assessed_by_the_members_that_have_not_seen_it(
    runs: list[Path], tmp_path: Path
) -> None:
    from cnn_model.training.conversion import convert
    from cnn_model.training.left_out import left_out_networks

    members = load_ensemble(runs[:2])
    combined_network(members).save(tmp_path / f"{NAME}.keras")
    bundled = Description.read(BUNDLED / f"{NAME}.json")
    training = {"runs": [member.configuration for member in members]}
    dataclasses.replace(bundled, input_size=SIZE, training=training).write(
        tmp_path / f"{NAME}.json"
    )
    networks = left_out_networks(tmp_path)
    photo = skin_photo((SIZE, SIZE))
    for fold, member in zip(VALIDATION_FOLDS, members, strict=True):
        expected = LiteRTEngine(convert(combined_network([member]))).maps(np.asarray(photo))
        np.testing.assert_array_equal(networks[fold].maps(photo), expected)
    assert networks[1].sha256 != networks[2].sha256
