"""Backbones, pretrained on ImageNet, and the registry that makes them available by name."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers

from cnn_model.training.optimizers import BlockwiseAdamW
from cnn_model.training.vision_transformer import (
    BLOCK_DECAY,
    BLOCKS,
    load_dinov2,
    vision_transformer,
)

EPSILON = 1e-3
"""Of batch normalisation, in the pretrained weights of all backbones."""

Builder = Callable[[Any, bool], Any]
"""Takes photos and whether to keep batch normalisation, and returns features."""
Loader = Callable[[keras.Model, Path | str], None]
"""Sets the weights of a backbone to those in a file."""


@dataclass(frozen=True)
class Architecture:
    """One registered backbone; see `register_backbone`."""

    build: Builder
    published: Callable[[], keras.Model] | None = None
    load: Loader | None = None
    optimizer: Callable[..., keras.optimizers.Optimizer] = keras.optimizers.AdamW
    views: int = 1


ARCHITECTURES: dict[str, Architecture] = {}
"""All backbones by name, filled by `register_backbone`."""


def register_backbone(name: str, **properties: Any) -> Callable[[Builder], Builder]:
    """Return a decorator that adds a function to `ARCHITECTURES`.

    The function takes RGB photos (n, size, size, 3), 0 to 255, and whether batch normalisation is
    kept, and returns features (n, height, width, channels). It builds every layer that has weights
    with `convolution`, so that `fold_batch_norm` can pair the layers of both versions. `properties`
    are the other fields of `Architecture`:

    - `published` downloads the ImageNet weights: it returns the same network without its head.
    - `load` sets the weights of a backbone to those in a file. Then the function need not use
      `convolution`, and there is no batch normalisation.
    - `optimizer` takes the options of `keras.optimizers.AdamW`, the default.
    - `views`: how many views of a photo it sees as a member of an ensemble, 1 or 2.

    Raises ValueError if the name is taken.
    """

    def register(build: Builder) -> Builder:
        if name in ARCHITECTURES:
            raise ValueError(f"There is a backbone {name} already.")
        ARCHITECTURES[name] = Architecture(build, **properties)
        return build

    return register


@dataclass(frozen=True)
class Stage:
    """Inverted residual blocks (Sandler et al. 2018, MobileNetV2) of one width."""

    expansion: int
    width: int
    blocks: int
    stride: int
    kernel: int


@register_backbone(
    "mobilenet_v2",
    published=partial(keras.applications.MobileNetV2, include_top=False, input_shape=(224, 224, 3)),
    views=2,  # it costs two thirds of EfficientNet-Lite0
)
def mobilenet_v2(photos: Any, normalised: bool) -> Any:
    """Return the features of MobileNetV2 (Sandler et al. 2018)."""
    stages = (
        Stage(1, 16, 1, 1, 3),
        Stage(6, 24, 2, 2, 3),
        Stage(6, 32, 3, 2, 3),
        Stage(6, 64, 4, 2, 3),
        Stage(6, 96, 3, 1, 3),
        Stage(6, 160, 3, 2, 3),
        Stage(6, 320, 1, 1, 3),
    )
    x = layers.Rescaling(1 / 127.5, offset=-1.0)(photos)
    return inverted_residuals(x, stages, normalised)


@register_backbone("efficientnet_lite0")
def efficientnet_lite0(photos: Any, normalised: bool) -> Any:
    """Return the features of EfficientNet-Lite0.

    EfficientNet (Tan and Le 2019) without squeeze-and-excitation and with ReLU6.
    """
    stages = (
        Stage(1, 16, 1, 1, 3),
        Stage(6, 24, 2, 2, 3),
        Stage(6, 40, 2, 2, 5),
        Stage(6, 80, 3, 2, 3),
        Stage(6, 112, 3, 1, 5),
        Stage(6, 192, 4, 2, 5),
        Stage(6, 320, 1, 1, 3),
    )
    x = layers.Rescaling(1 / 128, offset=-127 / 128)(photos)
    return inverted_residuals(x, stages, normalised)


@register_backbone("efficientnet_lite2")
def efficientnet_lite2(photos: Any, normalised: bool) -> Any:
    """Return the features of EfficientNet-Lite2."""
    stages = (
        Stage(1, 16, 1, 1, 3),
        Stage(6, 24, 3, 2, 3),
        Stage(6, 48, 3, 2, 5),
        Stage(6, 88, 4, 2, 3),
        Stage(6, 120, 4, 1, 5),
        Stage(6, 208, 5, 2, 5),
        Stage(6, 352, 1, 1, 3),
    )
    x = layers.Rescaling(1 / 128, offset=-127 / 128)(photos)
    return inverted_residuals(x, stages, normalised)


@register_backbone(
    "dinov2_small",
    load=load_dinov2,
    optimizer=partial(BlockwiseAdamW, decay=BLOCK_DECAY, blocks=BLOCKS),
)
def dinov2_small(photos: Any, normalised: bool) -> Any:  # noqa: ARG001
    """Return the features of the first blocks of DINOv2 ViT-S/14, of 1/14 of the side."""
    return vision_transformer(photos)


def inverted_residuals(x: Any, stages: tuple[Stage, ...], normalised: bool) -> Any:
    """Return 1280 features at 1/32 of the side, from rescaled photos (n, size, size, 3)."""
    x = convolution(x, 32, normalised, kernel=3, stride=2)
    for stage in stages:
        for block in range(stage.blocks):
            x = _block(x, stage, stage.stride if block == 0 else 1, normalised)
    return convolution(x, 1280, normalised)


def _block(x: Any, stage: Stage, stride: int, normalised: bool) -> Any:
    width = x.shape[-1]
    y = convolution(x, width * stage.expansion, normalised) if stage.expansion > 1 else x
    y = convolution(y, None, normalised, kernel=stage.kernel, stride=stride)
    y = convolution(y, stage.width, normalised, activated=False)
    return layers.Add()([x, y]) if stride == 1 and width == stage.width else y


def convolution(
    x: Any,
    width: int | None,
    normalised: bool,
    kernel: int = 1,
    stride: int = 1,
    activated: bool = True,
) -> Any:
    """Apply a convolution, batch normalisation if `normalised`, and ReLU6 if `activated`.

    The convolution is depthwise if `width` is None. Without batch normalisation it has a bias.
    """
    if stride == 2:
        # The pretrained weights expect this padding, not that of Keras.
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


def build_backbone(architecture: str, size: int, weights: Path | str | None) -> keras.Model:
    """Return a registered backbone with its batch normalisation folded into the convolutions.

    It maps RGB photos (n, size, size, 3), 0 to 255, to features (n, height, width, channels); the
    convolutional ones have 1/32 of the side. `weights` is a file of `normalised_backbone` (or one
    that the architecture loads by itself), "imagenet" to download them, or None for random ones.
    Raises ValueError if there is nothing to download.
    """
    # Training would freeze batch normalisation in any case: the statistics of small batches of skin
    # would replace those of ImageNet, which the features rest on. Without it a step takes two
    # thirds of the time.
    published = ARCHITECTURES[architecture].published
    is_download = str(weights) == "imagenet"
    if is_download and not published:
        raise ValueError(f"keras.applications has no weights of {architecture}; name a file.")
    folded = _build(architecture, size, normalised=False)
    if weights is None:
        return folded
    if load := ARCHITECTURES[architecture].load:
        load(folded, weights)
        return folded
    normalised = normalised_backbone(architecture, size)
    if is_download and published:
        normalised.set_weights(published().get_weights())
    else:
        normalised.load_weights(weights)
    fold_batch_norm(normalised, folded)
    return folded


def normalised_backbone(architecture: str, size: int) -> keras.Model:
    """Return the backbone with its batch normalisation, as pretrained weights are published."""
    return _build(architecture, size, normalised=True)


def _build(architecture: str, size: int, normalised: bool) -> keras.Model:
    photos = keras.Input((size, size, 3))
    features = ARCHITECTURES[architecture].build(photos, normalised)
    return keras.Model(photos, features, name=architecture)


def fold_batch_norm(normalised: keras.Model, folded: keras.Model) -> None:
    """Set the weights of `folded` so that it computes what `normalised` computes."""
    weighted = [layer for layer in normalised.layers if layer.weights]
    targets = [layer for layer in folded.layers if layer.weights]
    for conv, norm, target in zip(weighted[::2], weighted[1::2], targets, strict=True):
        (kernel,) = conv.get_weights()
        gamma, beta, mean, variance = norm.get_weights()
        factor = gamma / np.sqrt(variance + EPSILON)
        depthwise = isinstance(conv, layers.DepthwiseConv2D)
        scaled = kernel * (factor[:, None] if depthwise else factor)
        target.set_weights([scaled, beta - mean * factor])


def freeze_early_layers(backbone: keras.Model) -> None:
    """Freeze all layers whose output has a quarter of the input's resolution or more."""
    # Edges and colours are the same on skin as in ImageNet, and most of the time of a training step
    # would go into these layers.
    quarter = backbone.input_shape[1] // 4
    for layer in backbone.layers:
        # Tokens have no resolution: a transformer freezes its own blocks.
        if len(layer.output.shape) == 4:
            layer.trainable = layer.trainable and layer.output.shape[1] < quarter
