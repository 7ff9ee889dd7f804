"""The committed network: what it answers, and when it refuses to."""

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnn_model.data.synthetic import skin_photo
from cnn_model.model_run import Network, NetworkUnavailableError
from cnn_model.serving.engines import KERAS, LiteRTEngine
from cnn_model.serving.network import REFERENCE_TOLERANCE
from cnn_model.serving.reference import reference_picture
from constants import DIAGNOSES, Status

pytestmark = pytest.mark.model

FOLDER = Path(__file__).parents[2] / "cnn_model"
FILE = FOLDER / "skin_cancer_model.tflite"
PHOTOS = [skin_photo(seed=seed) for seed in range(4)] + [reference_picture()]


@pytest.fixture(scope="module")
def network() -> Network:
    return Network.load(FILE)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for suffix in (".tflite", ".json"):
        shutil.copy(FILE.with_suffix(suffix), tmp_path / f"network{suffix}")
    return tmp_path / "network.tflite"


def test_answers(network: Network) -> None:
    answer = network.answer(skin_photo())
    assert set(answer.probabilities) == set(DIAGNOSES)
    assert sum(answer.probabilities.values()) == pytest.approx(1)
    assert answer.interval[0] <= answer.probability <= answer.interval[1]
    assert answer.status in Status
    assert answer.activation_map.ndim == 2


def test_gives_the_known_answer(network: Network) -> None:
    network.check()


def test_a_lesion_is_uncertain_before_its_photo_is_refused(network: Network) -> None:
    """Otherwise no photo would get the issue that a lesion is uncertain."""
    limits = network.description.lesion
    assert limits.refused_below < limits.doubtful_below


def test_no_count_of_photos_makes_an_answer_certain(network: Network) -> None:
    for calibration in network.calibrations.values():
        assert all(0 < share < 1 for share in calibration.operating_point.values())


@pytest.mark.filterwarnings("ignore")  # Keras and TensorFlow warn about each other
def test_litert_and_keras_agree(network: Network) -> None:
    """LiteRT computes large convolutions with integers (decision 23)."""
    from cnn_model.release.export import TOLERANCE

    keras = Network.load(FILE.with_suffix(".keras"), KERAS)
    keras.check()
    for photo in PHOTOS:
        logits = [n.maps(photo).mean(axis=(0, 1)) for n in (keras, network)]
        assert np.abs(logits[0] - logits[1]).max() < REFERENCE_TOLERANCE
        answers = [n.answer(photo).probability for n in (keras, network)]
        assert answers[0] == pytest.approx(answers[1], abs=TOLERANCE)


def test_a_mirrored_photo_gets_a_similar_answer(network: Network) -> None:
    """Not every member sees both views (decision 21), so the answers are not the same."""
    photo = skin_photo(size=(network.input_size,) * 2)
    mirrored = photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    assert network.answer(mirrored).probability == pytest.approx(
        network.answer(photo).probability, abs=0.02
    )


def test_the_size_of_the_photo_hardly_matters(network: Network) -> None:
    large = skin_photo(size=(1600, 1200))
    small = large.resize((800, 600), Image.Resampling.BOX)
    assert network.answer(small).probability == pytest.approx(
        network.answer(large).probability, abs=0.03
    )


def test_many_threads_get_the_same_answers(network: Network) -> None:
    expected = [network.answer(photo).probability for photo in PHOTOS]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(network.answer, PHOTOS * 8))
    assert [a.probability for a in answers] == pytest.approx(expected * 8)


def test_refuses_a_changed_file(copy: Path) -> None:
    copy.write_bytes(copy.read_bytes() + b"\0")
    with pytest.raises(NetworkUnavailableError, match="sha256"):
        Network.load(copy)


def test_refuses_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(NetworkUnavailableError) as caught:
        Network.load(tmp_path / "network.tflite")
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize("description", [None, "", "{}", "[]", '{"diagnoses": []}'])
def test_refuses_a_missing_or_broken_description(copy: Path, description: str | None) -> None:
    file = copy.with_suffix(".json")
    file.unlink() if description is None else file.write_text(description)
    with pytest.raises(NetworkUnavailableError):
        Network.load(copy)


def test_refuses_what_is_no_network(copy: Path) -> None:
    from cnn_model.serving.description import sha256

    copy.write_bytes(b"no network")
    values = json.loads(copy.with_suffix(".json").read_text())
    values["sha256"]["litert"] = sha256(b"no network")
    copy.with_suffix(".json").write_text(json.dumps(values))
    with pytest.raises(NetworkUnavailableError, match="cannot be read"):
        Network.load(copy)


def test_refuses_to_answer_with_what_is_no_number(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: LiteRTEngine, photo: object) -> object:
        return np.full((5, 5, 9), np.nan, dtype=np.float32)

    monkeypatch.setattr(LiteRTEngine, "maps", broken)
    with pytest.raises(NetworkUnavailableError):
        network.answer(skin_photo())


def test_the_server_does_not_import_tensorflow() -> None:
    program = (
        "import sys, app, pathlib\n"
        "from cnn_model.model_run import Network\n"
        f"Network.load(pathlib.Path({str(FILE)!r})).check()\n"
        "print(sorted({'tensorflow', 'keras', 'sklearn', 'scipy', 'matplotlib', 'boto3'}"
        " & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=FOLDER.parent,
        env=os.environ,
    )
    assert result.stdout.strip() == "[]"


@pytest.mark.real_photos
def test_is_no_worse_than_promised() -> None:
    """The figures of the report, from the photos themselves."""
    from cnn_model.data.dataset import read_examples, split
    from cnn_model.evaluation.pipeline import metrics_of
    from cnn_model.evaluation.sources import answers_of_network

    folder = Path(os.environ.get("REAL_PHOTOS", "/nowhere"))
    if not folder.is_dir():
        pytest.skip("REAL_PHOTOS names no folder")
    examples = split(read_examples(folder))["test"]
    report = metrics_of(answers_of_network(Network.load(FILE), "litert", examples))
    assert report["clinical"]["auc_malignant"]["value"] >= 0.80
    assert report["dermoscopic"]["auc_malignant_or_premalignant"]["value"] >= 0.89
    assert report["clinical"]["sensitivity_flagged"]["interval"][1] >= 0.95
