"""The outline network: a small U-Net (Ronneberger et al. 2015) on a pretrained encoder."""

from pathlib import Path
from typing import Any

import keras
from keras import layers, ops

from cnn_model.serving.outline import NAME, OUTLINE_SIDE
from cnn_model.training.backbone import build_backbone, freeze_early_layers

STRIDES = (2, 4, 8, 16)
WIDTHS = (64, 48, 24)
"""Channels of the decoder at 1/8, 1/4 and 1/2 of the side."""
MAX_WIDTH = 64
"""Of the features that the decoder sees; wider ones stand inside of blocks."""
ENCODER, DECODER = "encoder", "decoder"


def build_outline_network(
    size: int = 2 * OUTLINE_SIDE,
    weights: Path | str | None = "imagenet",
    architecture: str = "mobilenet_v2",
) -> keras.Model:
    """Return a U-Net whose encoder is the first half of a backbone, early layers frozen.

    It maps RGB photos (n, size, size, 3), 0 to 255, to logits (n, size/2, size/2, 1) of "this cell
    is lesion". `weights` and what is raised: see `build_backbone`.
    """
    backbone = build_backbone(architecture, size, weights)
    freeze_early_layers(backbone)
    features = [_features(backbone, size // stride) for stride in STRIDES]
    encoder = keras.Model(backbone.input, features, name=ENCODER)
    decoder = _decoder([tuple(feature.shape[1:]) for feature in features])
    photos = keras.Input((size, size, 3), name="photo")
    return keras.Model(photos, decoder(encoder(photos)), name=NAME)


def _features(backbone: keras.Model, side: int) -> Any:
    """Return the last output of the backbone with this side and at most `MAX_WIDTH` channels."""
    outputs = [layer.output for layer in backbone.layers[1:]]
    return [o for o in outputs if o.shape[1] == side and o.shape[-1] <= MAX_WIDTH][-1]


def _decoder(shapes: list[tuple[int, ...]]) -> keras.Model:
    """Return the way back from features, large ones first, to logits of the largest side."""
    inputs = [keras.Input(shape) for shape in shapes]
    x = _with_context(inputs[-1])
    for skip, width in zip(reversed(inputs[:-1]), WIDTHS, strict=True):
        # Made narrow before it is made large: most of the time goes into the largest side.
        x = layers.Conv2D(width, 1, use_bias=False)(x)
        x = layers.UpSampling2D(interpolation="bilinear")(x)
        x = _separable(layers.Concatenate()([x, skip]), width)
    return keras.Model(inputs, layers.Conv2D(1, 1, name="mask")(x), name=DECODER)


def _with_context(x: Any) -> Any:
    """Return features (n, s, s, c) that also know the whole photo and wide surroundings."""
    # Whether a brown patch is a lesion or a shirt cannot be told from the patch.
    width = x.shape[-1]
    whole = layers.Conv2D(2 * width, 1)(ops.mean(x, axis=(1, 2), keepdims=True))
    return _separable(_separable(x, 2 * width, dilation=2) + whole, 2 * width)


def _separable(x: Any, width: int, dilation: int = 1) -> Any:
    """Apply a depthwise 3x3 and a 1x1 convolution with batch normalisation, and ReLU6."""
    x = layers.DepthwiseConv2D(3, padding="same", dilation_rate=dilation, use_bias=False)(x)
    x = layers.Conv2D(width, 1, use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.97)(x)
    return layers.ReLU(6.0)(x)
