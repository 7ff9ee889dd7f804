"""Conversion of a network to the format that serves."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cnn_model.serving.engines import LiteRTEngine
from cnn_model.training.conversion import LARGE, convert

SIZE, SMALL, WIDE = 16, 24, 160
pytestmark = [
    pytest.mark.training,
    # Keras and TensorFlow warn about each other.
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture(scope="module")
def network() -> Any:
    """Return a network with a small and a large convolution."""
    import keras

    keras.utils.set_random_seed(1)
    assert 3 * SMALL < LARGE <= WIDE * WIDE
    photo = keras.Input((SIZE, SIZE, 3), name="photo")
    features = keras.layers.Conv2D(SMALL, 1, activation="relu6", name="small")(photo)
    features = keras.layers.Conv2D(WIDE, 3, strides=2, activation="relu6")(features)
    features = keras.layers.Conv2D(WIDE, 1, activation="relu6", name="large")(features)
    return keras.Model(photo, keras.layers.Conv2D(4, 1, name="maps")(features))


@pytest.fixture(scope="module")
def content(network: Any) -> bytes:
    return convert(network)


def weights_in(content: bytes) -> dict[tuple[int, ...], np.dtype[Any]]:
    """Return the type of the weights of each convolution of a LiteRT file, by their shape."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=content, num_threads=1)
    return {
        tuple(int(side) for side in tensor["shape"]): np.dtype(tensor["dtype"])
        for tensor in interpreter.get_tensor_details()
        if len(tensor["shape"]) == 4
    }


def photos() -> NDArray[np.uint8]:
    return np.random.default_rng(3).integers(0, 256, (8, SIZE, SIZE, 3)).astype(np.uint8)


def test_only_large_convolutions_have_integer_weights(content: bytes) -> None:
    types = weights_in(content)
    assert types[WIDE, 1, 1, WIDE] == np.int8
    assert types[WIDE, 3, 3, SMALL] == np.int8
    assert types[SMALL, 1, 1, 3] == np.float32
    assert types[4, 1, 1, WIDE] == np.float32


def test_integers_hardly_change_the_answers(network: Any, content: bytes) -> None:
    engine = LiteRTEngine(content)
    for photo in photos():
        expected = network.predict_on_batch(photo[None].astype(np.float32))[0]
        # A step of 8 bits is 1/255 of the range, and a map sums over 160 channels.
        np.testing.assert_allclose(engine.maps(photo), expected, atol=0.02 * np.ptp(expected))


def test_the_same_network_gives_the_same_file(network: Any, content: bytes) -> None:
    assert convert(network) == content
