"""The first blocks of DINOv2 ViT-S/14 (Oquab et al. 2023), a backbone for teachers.

A vision transformer (Dosovitskiy et al. 2021) is too slow to serve; its answers can train a
smaller network.
"""

from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import NDArray
from PIL import Image

from cnn_model.training.safetensors import read_safetensors

PATCH, WIDTH, HEADS, BLOCKS = 14, 384, 6, 9
GRID = 37
"""Side of the grid of patches that the position embedding was trained for."""
FROZEN_BLOCKS = 3
DROP_PATH = 0.1
"""Probability that the last block is skipped in training; it rises from 0 in the first one."""
BLOCK_DECAY = 0.75
"""Learning rate of a block, relative to that of the next one."""
EPSILON = 1e-6
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of the channels of ImageNet."""


def resize_matrix(side: int) -> NDArray[np.float32]:
    """Return the matrix (side, GRID) that resizes one axis of the position embedding."""
    identity = Image.fromarray(np.eye(GRID, dtype=np.float32))
    return np.asarray(identity.resize((GRID, side), Image.Resampling.BICUBIC))


@keras.saving.register_keras_serializable("cnn_model")
class Tokens(layers.Layer):
    """A layer that turns patches into tokens.

    It maps patches (n, g, g, width) to tokens (n, 1 + g * g, width): a class token, and each patch
    with its position added.
    """

    def build(self, shape: tuple[int | None, ...]) -> None:
        self.class_token = self.add_weight((1, 1, WIDTH), name="class_token")
        self.positions = self.add_weight((1, 1 + GRID * GRID, WIDTH), name="positions")

    def call(self, patches: Any) -> Any:
        side = patches.shape[1]
        # The backends of Keras interpolate differently.
        resize = ops.convert_to_tensor(resize_matrix(side), self.compute_dtype)
        grid = ops.reshape(self.positions[:, 1:], (GRID, GRID, WIDTH))
        grid = ops.einsum("gp,hq,pqw->ghw", resize, resize, grid)
        first = self.class_token + self.positions[:, :1]
        first = ops.repeat(first, ops.shape(patches)[0], axis=0)
        return ops.concatenate([first, ops.reshape(patches + grid, (-1, side**2, WIDTH))], axis=1)


@keras.saving.register_keras_serializable("cnn_model")
class TransformerBlock(layers.Layer):
    """A layer of self-attention and two dense layers, both with a scaled residual connection.

    It maps tokens (n, t, width) to tokens. In training each connection of a photo is skipped with
    the probability `drop_path` (Huang et al. 2016, stochastic depth).
    """

    def __init__(self, drop_path: float = 0.0, **options: Any) -> None:
        # Sums of half precision would lose small changes; the products below may have it.
        super().__init__(**{**options, "dtype": "float32"})
        self.drop_path = drop_path
        self.seeds = keras.random.SeedGenerator(0)
        self.norm1 = layers.LayerNormalization(epsilon=EPSILON, dtype="float32", name="norm1")
        self.qkv = layers.Dense(3 * WIDTH, name="qkv")
        self.proj = layers.Dense(WIDTH, name="proj")
        self.norm2 = layers.LayerNormalization(epsilon=EPSILON, dtype="float32", name="norm2")
        self.fc1 = layers.Dense(4 * WIDTH, name="fc1")
        self.fc2 = layers.Dense(WIDTH, name="fc2")

    def build(self, shape: tuple[int | None, ...]) -> None:
        for layer in (self.norm1, self.qkv, self.proj, self.norm2, self.fc1):
            layer.build((None, shape[1], WIDTH))
        self.fc2.build((None, shape[1], 4 * WIDTH))
        self.scale1 = self.add_weight((WIDTH,), "ones", name="scale1")
        self.scale2 = self.add_weight((WIDTH,), "ones", name="scale2")

    def call(self, tokens: Any, training: bool | None = None) -> Any:
        change = self.proj(self._attention(self.qkv(self.norm1(tokens))))
        tokens = tokens + self._kept(self.scale1 * ops.cast(change, "float32"), training)
        change = self.fc2(ops.gelu(self.fc1(self.norm2(tokens)), approximate=False))
        return tokens + self._kept(self.scale2 * ops.cast(change, "float32"), training)

    def _attention(self, qkv: Any) -> Any:
        """Return what each token gets from all others, (n, t, width), from (n, t, 3 * width)."""
        count, depth = qkv.shape[1], WIDTH // HEADS
        heads = ops.transpose(ops.reshape(qkv, (-1, count, 3, HEADS, depth)), (2, 0, 3, 1, 4))
        query, key, value = heads[0] * depth**-0.5, heads[1], heads[2]
        weights = ops.softmax(ops.matmul(query, ops.swapaxes(key, -1, -2)))
        mixed = ops.transpose(ops.matmul(weights, value), (0, 2, 1, 3))
        return ops.reshape(mixed, (-1, count, WIDTH))

    def _kept(self, change: Any, training: bool | None) -> Any:
        """Return the change, or 0 for photos whose connection is skipped."""
        if not training or self.drop_path == 0:
            return change
        random = keras.random.uniform((ops.shape(change)[0], 1, 1), seed=self.seeds)
        kept = ops.cast(random >= self.drop_path, "float32") / (1 - self.drop_path)
        return change * kept

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "drop_path": self.drop_path}


def vision_transformer(photos: Any) -> Any:
    """Return the features (n, size/14, size/14, 768) of each patch: its token and the class token.

    Photos are (n, size, size, 3), 0 to 255; a size that is a multiple of 14 loses no pixels.
    """
    deviation = 255 * np.array(DEVIATION)
    x = layers.Rescaling(list(1 / deviation), list(-255 * np.array(MEAN) / deviation))(photos)
    patches = layers.Conv2D(WIDTH, PATCH, PATCH, name="patch", trainable=False)(x)
    side = patches.shape[1]
    x = Tokens(name="tokens", dtype="float32", trainable=False)(patches)
    for index in range(BLOCKS):
        drop_path = DROP_PATH * index / (BLOCKS - 1)
        block = TransformerBlock(drop_path, name=f"block_{index}")
        x = block(x)
        block.trainable = index >= FROZEN_BLOCKS
    x = layers.LayerNormalization(epsilon=EPSILON, dtype="float32", name="norm")(x)
    tokens = layers.Reshape((side, side, WIDTH))(x[:, 1:])
    class_token = layers.UpSampling2D(side)(layers.Reshape((1, 1, WIDTH))(x[:, :1]))
    x = layers.Concatenate()([tokens, class_token])
    # Some features are about 10 and hardly vary, which dropout and a new head cannot handle (He et
    # al. 2022, Masked autoencoders are scalable vision learners, standardise them in this way too).
    return layers.BatchNormalization(
        center=False, scale=False, epsilon=EPSILON, dtype="float32", name="standard"
    )(x)


def load_dinov2(backbone: keras.Model, file: Path | str) -> None:
    """Set the weights of `backbone` to those of a safetensors file in the layout of PyTorch.

    Raises ValueError if a weight is missing or has another shape.
    """
    state = read_safetensors(Path(file))
    try:
        kernel = state["patch.weight"].transpose(2, 3, 1, 0)
        backbone.get_layer("patch").set_weights([kernel, state["patch.bias"]])
        backbone.get_layer("tokens").set_weights([state["cls"], state["pos"]])
        for index in range(BLOCKS):
            _load_block(backbone.get_layer(f"block_{index}"), state, f"blocks.{index}.")
        backbone.get_layer("norm").set_weights([state["norm.weight"], state["norm.bias"]])
    except KeyError as error:
        raise ValueError(f"The file has no weight {error}.") from error


def _load_block(
    block: TransformerBlock, state: dict[str, NDArray[np.float32]], prefix: str
) -> None:
    for name in ("norm1", "qkv", "proj", "norm2", "fc1", "fc2"):
        weight, bias = state[f"{prefix}{name}.weight"], state[f"{prefix}{name}.bias"]
        getattr(block, name).set_weights([weight.T, bias])
    block.scale1.assign(state[f"{prefix}ls1"])
    block.scale2.assign(state[f"{prefix}ls2"])
