"""Build the small network of the tests: `python -m tests.small_network.build`.

It knows one feature, how dark a place is, and takes dark places for a melanoma. Its description is
that of the bundled network with other digests, so that thresholds and evidence are realistic.
"""

import dataclasses
from pathlib import Path

import keras
import numpy as np

from cnn_model.serving.calibration import CODES, DERMOSCOPIC_OUTPUT, LESION_OUTPUT, OUTPUTS
from cnn_model.serving.description import BUNDLED, NAME, Description, sha256
from cnn_model.serving.engines import LITERT, LiteRTEngine
from cnn_model.serving.lesion_view import LesionLimits
from cnn_model.serving.preprocess import central_square
from cnn_model.serving.reference import reference_picture
from cnn_model.training.conversion import convert
from tests.small_network import SMALL_NETWORK

SIZE, CELL = 96, 16
# Grey level: skin in uneven light is brighter, the drawn lesions are darker.
DARK = 130.0
LOGITS = {"NV": 1.5, "BKL": 0.5, "BCC": -1.0, "SCC": -2.0, "AK": -1.0, "DF": -2.0, "VASC": -2.0}


def small_network() -> keras.Model:
    """Return a network for photos (96, 96, 3), 0 to 255, with maps (6, 6, 10)."""
    photo = keras.Input((SIZE, SIZE, 3), name="photo")
    cells = keras.layers.AveragePooling2D(CELL)(photo)
    darkness = keras.layers.Conv2D(1, 1, activation="relu", name="darkness")(cells)
    maps = keras.layers.Conv2D(OUTPUTS, 1, name="maps")(darkness)
    network = keras.Model(photo, maps)
    network.get_layer("darkness").set_weights([np.full((1, 1, 3, 1), -1 / (3 * DARK)), np.ones(1)])
    weights, bias = np.zeros((1, 1, 1, OUTPUTS)), np.zeros(OUTPUTS)
    bias[: len(CODES)] = [LOGITS.get(code, 0.0) for code in CODES]
    bias[LESION_OUTPUT], bias[DERMOSCOPIC_OUTPUT] = -1.0, -2.0
    weights[..., CODES.index("MEL")], weights[..., LESION_OUTPUT] = 20.0, 80.0
    network.get_layer("maps").set_weights([weights, bias])
    return network


def build(folder: Path) -> None:
    """Write the network and its description into `folder`."""
    content = convert(small_network())
    engine = LiteRTEngine(content)
    reference = engine.maps(central_square(reference_picture(), SIZE)).mean(axis=(0, 1))
    bundled = Description.read(BUNDLED / f"{NAME}.json")
    description = dataclasses.replace(
        bundled,
        version="0.1.0",
        input_size=SIZE,
        sha256={LITERT: sha256(content)},
        lesion=LesionLimits(0.5, 0.8, bundled.lesion.off_centre_beyond),
        reference=tuple(float(value) for value in reference),
        training={},
        validation={},
    )
    (folder / f"{NAME}.tflite").write_bytes(content)
    description.write(folder / f"{NAME}.json")


if __name__ == "__main__":
    build(SMALL_NETWORK.parent)
