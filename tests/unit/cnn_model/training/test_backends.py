"""Training works with any backend of Keras."""

import ast
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from tests.photos import make_photos

pytestmark = [
    pytest.mark.training,
    # Keras and TensorFlow warn about each other.
    pytest.mark.filterwarnings("ignore"),
]
PROJECT = Path(__file__).parents[4]
BACKENDS = {"tensorflow", "torch", "jax"}
BACKEND_NEUTRAL = (
    "data/dataset",
    "training/architecture",
    "training/augment",
    "training/backbone",
    "training/batches",
    "training/callbacks",
    "training/run_folder",
    "training/optimizers",
    "training/train",
    "training/vision_transformer",
)
PREDICT = """
import sys, keras, numpy as np
from pathlib import Path
folder = Path(sys.argv[1])
network = keras.saving.load_model(folder / "run" / "network.keras", compile=False)
np.save(folder / "maps.npy", network.predict_on_batch(np.load(folder / "photos.npy")))
"""


def with_backend(backend: str, *arguments: str) -> str:
    """Return the output of Python with these arguments and this backend of Keras."""
    environment = os.environ | {"KERAS_BACKEND": backend}
    result = subprocess.run(
        [sys.executable, *arguments], cwd=PROJECT, env=environment, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def imported(nodes: Iterable[ast.AST]) -> set[str]:
    """Return the top-level packages that the nodes import."""
    names: list[str] = []
    for node in nodes:
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names.append(node.module or "")
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("module", BACKEND_NEUTRAL)
def test_the_module_imports_no_backend(module: str) -> None:
    tree = ast.parse((PROJECT / "cnn_model" / f"{module}.py").read_text())
    assert not imported(ast.walk(tree)) & BACKENDS


def test_the_machine_module_imports_a_backend_only_when_it_is_used() -> None:
    tree = ast.parse((PROJECT / "cnn_model" / "training" / "machine.py").read_text())
    assert not imported(tree.body) & BACKENDS


@pytest.mark.parametrize("backend", ["torch", "jax"])
def test_a_network_trained_with_another_backend_works_with_tensorflow(
    backend: str, tmp_path: Path
) -> None:
    """The saved network computes the same with TensorFlow as with its own backend."""
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    import keras

    data, run = make_photos(tmp_path / "data", groups=10), tmp_path / "run"
    options = ["--weights", "none", "--run", str(run), "--size", "32", "--epochs", "1"]
    with_backend(backend, "-m", "cnn_model.training.train", str(data), *options)
    photos = np.random.default_rng(0).uniform(0, 255, (2, 32, 32, 3)).astype(np.float32)
    np.save(tmp_path / "photos.npy", photos)
    with_backend(backend, "-c", PREDICT, str(tmp_path))
    network = keras.saving.load_model(run / "network.keras", compile=False)
    given, expected = network.predict_on_batch(photos), np.load(tmp_path / "maps.npy")
    # One epoch leaves the maps small: they may differ by rounding only.
    np.testing.assert_allclose(given, expected, atol=1e-4 * np.abs(expected).max())
    assert json.loads((run / "environment.json").read_text())["backend"] == backend
