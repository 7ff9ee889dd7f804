"""The networks that look at a photo, pretrained on ImageNet: MobileNetV2 (Sandler et al. 2018),
EfficientNet-Lite0 and Lite2 (Tan and Le 2019, without squeeze-and-excitation and with ReLU6).

Their batch normalisation is folded into the convolutions. Training would have to keep it frozen
in any case (statistics of small batches of skin would replace those of ImageNet, and the features
with them), and without it a step takes two thirds of the time.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers


@dataclass(frozen=True)
class Stage:
    """Inverted residual blocks (Sandler et al. 2018, MobileNetV2) of one width."""

    expansion: int
    width: int
    blocks: int
    stride: int
    kernel: int


@dataclass(frozen=True)
class Architecture:
    """`scale` and `offset` bring RGB values of 0 to 255 to what the pretrained weights expect."""

    stages: tuple[Stage, ...]
    scale: float
    offset: float


ARCHITECTURES = {
    "mobilenet_v2": Architecture(
        (
            Stage(1, 16, 1, 1, 3),
            Stage(6, 24, 2, 2, 3),
            Stage(6, 32, 3, 2, 3),
            Stage(6, 64, 4, 2, 3),
            Stage(6, 96, 3, 1, 3),
            Stage(6, 160, 3, 2, 3),
            Stage(6, 320, 1, 1, 3),
        ),
        scale=1 / 127.5,
        offset=-1.0,
    ),
    "efficientnet_lite0": Architecture(
        (
            Stage(1, 16, 1, 1, 3),
            Stage(6, 24, 2, 2, 3),
            Stage(6, 40, 2, 2, 5),
            Stage(6, 80, 3, 2, 3),
            Stage(6, 112, 3, 1, 5),
            Stage(6, 192, 4, 2, 5),
            Stage(6, 320, 1, 1, 3),
        ),
        scale=1 / 128,
        offset=-127 / 128,
    ),
    "efficientnet_lite2": Architecture(
        (
            Stage(1, 16, 1, 1, 3),
            Stage(6, 24, 3, 2, 3),
            Stage(6, 48, 3, 2, 5),
            Stage(6, 88, 4, 2, 3),
            Stage(6, 120, 4, 1, 5),
            Stage(6, 208, 5, 2, 5),
            Stage(6, 352, 1, 1, 3),
        ),
        scale=1 / 128,
        offset=-127 / 128,
    ),
}
EPSILON = 1e-3
"""Of batch normalisation, in the weights of all."""


def build_backbone(architecture: str, size: int, weights: Path | str | None) -> keras.Model:
    """RGB photos (n, size, size, 3), 0 to 255, to features (n, size/32, size/32, 1280).

    `weights` is a file, "imagenet" (which keras.applications downloads, MobileNetV2 only) or None
    for random ones. Raises ValueError where there is nothing to download.
    """
    folded = _build(architecture, size, normalised=False)
    if weights is not None:
        plain = normalised_backbone(architecture, size)
        if str(weights) != "imagenet":
            plain.load_weights(weights)
        elif architecture == "mobilenet_v2":
            published = keras.applications.MobileNetV2(include_top=False, input_shape=(224, 224, 3))
            plain.set_weights(published.get_weights())
        else:
            raise ValueError(f"keras.applications has no weights of {architecture}; name a file.")
        fold_batch_norm(plain, folded)
    return folded


def normalised_backbone(architecture: str, size: int) -> keras.Model:
    """The same with its batch normalisation, as the pretrained weights know it."""
    return _build(architecture, size, normalised=True)


def fold_batch_norm(plain: keras.Model, folded: keras.Model) -> None:
    """Gives `folded` the weights with which it computes what `plain` does."""
    weighted = [layer for layer in plain.layers if layer.weights]
    targets = [layer for layer in folded.layers if layer.weights]
    for convolution, norm, target in zip(weighted[::2], weighted[1::2], targets, strict=True):
        (kernel,) = convolution.get_weights()
        gamma, beta, mean, variance = norm.get_weights()
        factor = gamma / np.sqrt(variance + EPSILON)
        depthwise = isinstance(convolution, layers.DepthwiseConv2D)
        scaled = kernel * (factor[:, None] if depthwise else factor)
        target.set_weights([scaled, beta - mean * factor])


def freeze_early_layers(backbone: keras.Model) -> None:
    """The layers at a half and a quarter of the resolution stay as ImageNet left them: edges and
    colours are the same on skin, and most of the time of a training step would go there.
    """
    quarter = backbone.input_shape[1] // 4
    for layer in backbone.layers:
        layer.trainable = layer.output.shape[1] < quarter


def _build(name: str, size: int, normalised: bool) -> keras.Model:
    architecture = ARCHITECTURES[name]
    inputs = keras.Input((size, size, 3))
    x = layers.Rescaling(architecture.scale, offset=architecture.offset)(inputs)
    x = _convolution(x, 32, normalised, kernel=3, stride=2)
    for stage in architecture.stages:
        for block in range(stage.blocks):
            x = _block(x, stage, stage.stride if block == 0 else 1, normalised)
    return keras.Model(inputs, _convolution(x, 1280, normalised), name=name)


def _block(x: Any, stage: Stage, stride: int, normalised: bool) -> Any:
    width = x.shape[-1]
    y = _convolution(x, width * stage.expansion, normalised) if stage.expansion > 1 else x
    y = _convolution(y, None, normalised, kernel=stage.kernel, stride=stride)
    y = _convolution(y, stage.width, normalised, activated=False)
    return layers.Add()([x, y]) if stride == 1 and width == stage.width else y


def _convolution(
    x: Any,
    width: int | None,
    normalised: bool,
    kernel: int = 1,
    stride: int = 1,
    activated: bool = True,
) -> Any:
    """Depthwise where `width` is None. A stride of 2 is padded as the pretrained weights had it."""
    if stride == 2:
        side = x.shape[1]
        total = max((-(-side // 2) - 1) * 2 + kernel - side, 0)
        x = layers.ZeroPadding2D(((total // 2, total - total // 2),) * 2)(x)
    padding = "same" if stride == 1 else "valid"
    options = {"strides": stride, "padding": padding, "use_bias": not normalised}
    if width is None:
        x = layers.DepthwiseConv2D(kernel, **options)(x)
    else:
        x = layers.Conv2D(width, kernel, **options)(x)
    if normalised:
        x = layers.BatchNormalization(epsilon=EPSILON)(x)
    return layers.ReLU(6.0)(x) if activated else x
