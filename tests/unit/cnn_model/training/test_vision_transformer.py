"""The vision transformer: weights of DINOv2, frozen blocks, stochastic depth, learning rates."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = [
    pytest.mark.training,
    # Keras and TensorFlow warn about each other.
    pytest.mark.filterwarnings("ignore"),
]
SIZE = 28
Weights = dict[str, np.ndarray[Any, Any]]


def dinov2_state() -> Weights:
    """Return random weights with the names and shapes of a published file."""
    from cnn_model.training.vision_transformer import BLOCKS, GRID, PATCH, WIDTH

    random = np.random.default_rng(0)
    shapes = {
        "patch.weight": (WIDTH, 3, PATCH, PATCH),
        "patch.bias": (WIDTH,),
        "cls": (1, 1, WIDTH),
        "pos": (1, 1 + GRID**2, WIDTH),
        "norm.weight": (WIDTH,),
        "norm.bias": (WIDTH,),
    }
    outputs = {"norm1": 0, "norm2": 0, "qkv": 3 * WIDTH, "proj": WIDTH, "fc1": 4 * WIDTH, "fc2": 1}
    for block in range(BLOCKS):
        for name, width in outputs.items():
            if width == 0:
                shape: tuple[int, ...] = (WIDTH,)
            else:
                shape = (WIDTH, 4 * WIDTH) if name == "fc2" else (width, WIDTH)
            shapes[f"blocks.{block}.{name}.weight"] = shape
            shapes[f"blocks.{block}.{name}.bias"] = shape[:1]
        shapes |= {f"blocks.{block}.ls{index}": (WIDTH,) for index in (1, 2)}
    return {
        name: random.normal(0, 0.05, shape).astype(np.float16) for name, shape in shapes.items()
    }


def write_safetensors(file: Path, state: Weights) -> None:
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    content = b""
    for name, value in state.items():
        offsets = [len(content), len(content) + value.nbytes]
        header[name] = {"dtype": "F16", "shape": value.shape, "data_offsets": offsets}
        content += value.tobytes()
    text = json.dumps(header).encode()
    file.write_bytes(len(text).to_bytes(8, "little") + text + content)


def normalised(x: Any, state: Weights, name: str) -> Any:
    x = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-6)
    return x * state[f"{name}.weight"] + state[f"{name}.bias"]


def dense(x: Any, state: Weights, name: str) -> Any:
    return x @ state[f"{name}.weight"].T + state[f"{name}.bias"]


def attention(qkv: Any) -> Any:
    count = len(qkv)
    query, key, value = qkv.reshape(count, 3, 6, 64).transpose(1, 2, 0, 3)
    scores = np.exp(query @ key.transpose(0, 2, 1) / 8)
    mixed = scores / scores.sum(-1, keepdims=True) @ value
    return mixed.transpose(1, 0, 2).reshape(count, 384)


def expected_features(photo: Any, state: Weights) -> Any:
    """Return the tokens of a photo of 37 * 14 pixels a side, in the words of the paper."""
    from scipy.special import ndtr

    x = (photo / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    patches = x.reshape(37, 14, 37, 14, 3).transpose(0, 2, 4, 1, 3).reshape(37 * 37, -1)
    tokens = patches @ state["patch.weight"].reshape(384, -1).T + state["patch.bias"]
    tokens = np.concatenate([state["cls"][0], tokens]) + state["pos"][0]
    for block in (f"blocks.{index}." for index in range(9)):
        y = attention(dense(normalised(tokens, state, f"{block}norm1"), state, f"{block}qkv"))
        tokens = tokens + state[f"{block}ls1"] * dense(y, state, f"{block}proj")
        y = dense(normalised(tokens, state, f"{block}norm2"), state, f"{block}fc1")
        tokens = tokens + state[f"{block}ls2"] * dense(y * ndtr(y), state, f"{block}fc2")
    return normalised(tokens, state, "norm")


def test_computes_what_the_published_network_computes(tmp_path: Path) -> None:
    from cnn_model.training.backbone import build_backbone

    state = dinov2_state()
    write_safetensors(tmp_path / "weights.safetensors", state)
    backbone = build_backbone("dinov2_small", 37 * 14, tmp_path / "weights.safetensors")
    photo = np.random.default_rng(1).uniform(0, 255, (37 * 14, 37 * 14, 3)).astype(np.float32)
    (features,) = backbone.predict_on_batch(photo[None])
    expected = expected_features(photo, {k: v.astype(np.float64) for k, v in state.items()})
    np.testing.assert_allclose(features[..., :384].reshape(-1, 384), expected[1:], atol=1e-3)
    np.testing.assert_allclose(features[5, 7, 384:], expected[0], atol=1e-3)


def test_positions_are_interpolated() -> None:
    from cnn_model.training.vision_transformer import GRID, resize_matrix

    np.testing.assert_array_equal(resize_matrix(GRID), np.eye(GRID))
    np.testing.assert_allclose(resize_matrix(12).sum(axis=1), 1, atol=1e-6)
    ramp = resize_matrix(12) @ np.arange(GRID)
    np.testing.assert_allclose(np.diff(ramp)[2:-2], GRID / 12, atol=0.1)


@pytest.mark.parametrize("damage", ["missing", "shape", "type", "truncated", "empty"])
def test_another_file_is_rejected(damage: str, tmp_path: Path) -> None:
    from cnn_model.training.backbone import build_backbone

    state, file = dinov2_state(), tmp_path / "weights.safetensors"
    if damage == "missing":
        del state["blocks.8.ls2"]
    if damage == "shape":
        state["norm.bias"] = np.zeros(5, np.float16)
    write_safetensors(file, state)
    content = file.read_bytes()
    if damage == "type":
        file.write_bytes(content.replace(b'"F16"', b'"I16"'))
    if damage == "truncated":
        file.write_bytes(content[:-2])
    if damage == "empty":
        file.write_bytes(b"")
    with pytest.raises(ValueError, match=r"no weight|shape|safetensors"):
        build_backbone("dinov2_small", SIZE, file)


@pytest.fixture(scope="module")
def network() -> Any:
    from cnn_model.training.architecture import build_network

    return build_network(SIZE, None, "dinov2_small")


def test_the_first_blocks_are_frozen(network: Any) -> None:
    trained = {variable.path.partition("/")[0] for variable in network.trainable_variables}
    assert trained == {"norm", "maps", *(f"block_{index}" for index in range(3, 9))}


def test_a_network_of_another_size_has_the_same_weights(network: Any) -> None:
    from cnn_model.training.architecture import resized

    larger = resized(network, 2 * SIZE)
    assert larger.output_shape == (None, 4, 4, 10)
    for one, other in zip(network.get_weights(), larger.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_saved_network_computes_the_same(network: Any, tmp_path: Path) -> None:
    import keras

    network.save(tmp_path / "network.keras")
    photos = np.random.default_rng(0).uniform(0, 255, (2, SIZE, SIZE, 3)).astype(np.float32)
    loaded = keras.saving.load_model(tmp_path / "network.keras", compile=False)
    np.testing.assert_allclose(
        loaded.predict_on_batch(photos), network.predict_on_batch(photos), atol=1e-5
    )


def test_training_skips_connections_of_some_photos() -> None:
    from cnn_model.training.vision_transformer import WIDTH, TransformerBlock

    tokens = np.ones((64, 2, WIDTH), np.float32)
    tokens += np.random.default_rng(0).normal(size=(1, 2, WIDTH)).astype(np.float32)
    block = TransformerBlock(drop_path=0.5)
    always = np.asarray(block(tokens, training=False))
    assert len(np.unique(always, axis=0)) == 1
    sometimes = np.asarray(block(tokens, training=True))
    is_unchanged = (sometimes == tokens).all(axis=(1, 2))
    assert 5 < is_unchanged.sum() < 30  # both connections are skipped: a quarter of the photos


@pytest.fixture
def half_precision() -> Iterator[None]:
    import keras

    keras.config.set_dtype_policy("mixed_bfloat16")
    yield
    keras.config.set_dtype_policy("float32")


@pytest.mark.usefixtures("half_precision")
def test_products_in_half_precision_change_the_maps_little(network: Any) -> None:
    from cnn_model.training.architecture import build_network

    half = build_network(SIZE, None, "dinov2_small")
    half.set_weights(network.get_weights())
    photos = np.random.default_rng(0).uniform(0, 255, (2, SIZE, SIZE, 3)).astype(np.float32)
    given, expected = half.predict_on_batch(photos), network.predict_on_batch(photos)
    assert given.dtype == np.float32
    np.testing.assert_allclose(given, expected, atol=0.05 * np.abs(expected).max())
    assert (given != expected).any()


def test_earlier_blocks_have_lower_learning_rates() -> None:
    import keras

    from cnn_model.training.optimizers import BlockwiseAdamW

    optimizer = BlockwiseAdamW(1.0, decay=0.5, blocks=9, weight_decay=0.0)
    names = ("block_8", "block_6", "maps")
    variables = [keras.Variable(np.zeros(2, np.float32), name=name) for name in names]
    optimizer.apply([keras.ops.ones(2) for _ in variables], variables)
    steps = [-float(variable.numpy()[0]) for variable in variables]
    np.testing.assert_allclose(steps, [0.5, 0.125, 1.0], rtol=1e-3)
