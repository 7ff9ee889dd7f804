"""The network architecture: a pretrained backbone with a fully convolutional head.

The head is a 1x1 convolution followed by global average pooling, which equals pooling followed by
a dense layer but yields the class activation maps (Zhou et al. 2016) in the same forward pass.
"""

from pathlib import Path

import keras
from keras import ops

from cnn_model.serving.calibration import DERMOSCOPIC_OUTPUT, LESION_OUTPUT, OUTPUTS
from cnn_model.serving.description import NAME
from cnn_model.training.augment import Augment
from cnn_model.training.backbone import ARCHITECTURES, build_backbone, freeze_early_layers
from cnn_model.training.recipes import RECIPES, Recipe

VIEWS: tuple[tuple[int, ...], ...] = ((), (2,), (1,), (1, 2))
"""The axes along which a member of an ensemble sees photos (n, h, w, 3) mirrored."""


def build_network(
    size: int, weights: Path | str | None = "imagenet", architecture: str = "mobilenet_v2"
) -> keras.Model:
    """Return a network with a backbone of `ARCHITECTURES`, whose early layers are frozen.

    It maps RGB photos (n, size, size, 3), 0 to 255, to activation maps (n, size/32, size/32, 10).
    The mean of a map is the logit of its output: one for each diagnosis, then "there is a lesion"
    and "this is a dermoscopic photo". `weights` and what is raised: see `build_backbone`.
    """
    backbone = build_backbone(architecture, size, weights)
    freeze_early_layers(backbone)
    inputs = keras.Input((size, size, 3), name="photo")
    x = keras.layers.SpatialDropout2D(0.2)(backbone(inputs))
    maps = keras.layers.Conv2D(OUTPUTS, 1, name="maps", dtype="float32")(x)
    return keras.Model(inputs, maps, name=NAME)


def backbone_of(network: keras.Model) -> keras.Model:
    """Return the backbone of a network that `build_network` built."""
    return next(layer for layer in network.layers if layer.name in ARCHITECTURES)


def resized(network: keras.Model, size: int) -> keras.Model:
    """Return a network with the same weights for photos of `size` pixels a side."""
    # Crops make lesions look larger in training than they are. More pixels than in training make up
    # for it (Touvron et al. 2019, Fixing the train-test resolution discrepancy).
    other = build_network(size, weights=None, architecture=backbone_of(network).name)
    other.set_weights(network.get_weights())
    return other


def views_of(index: int, architecture: str) -> tuple[tuple[int, ...], ...]:
    """Return the `VIEWS` that member `index` of an ensemble sees.

    It is one of the four in turn, and with two views also that turned by 180 degrees.
    """
    first = index % len(VIEWS)
    return (VIEWS[first], VIEWS[-1 - first])[: ARCHITECTURES[architecture].views]


def ensemble(networks: list[keras.Model]) -> keras.Model:
    """Return one network whose maps are the mean of those of `networks`.

    Each network sees its `views_of`, its maps are turned back and averaged. Costs one forward pass
    of each view.
    """
    # Mirroring a lesion does not change its diagnosis, and networks that see different views, or
    # differ in architecture, make different errors.
    inputs = keras.Input(networks[0].input_shape[1:], name="photo")
    maps = []
    for index, network in enumerate(networks):
        network.name = f"member_{index}"
        views = views_of(index, backbone_of(network).name)
        seen = [_flipped(network(_flipped(inputs, axes)), axes) for axes in views]
        maps.append(ops.average(ops.stack(seen), axis=0) if len(seen) > 1 else seen[0])
    return keras.Model(inputs, ops.average(ops.stack(maps), axis=0), name=NAME)


def _flipped(images: keras.KerasTensor, axes: tuple[int, ...]) -> keras.KerasTensor:
    return ops.flip(images, axes) if axes else images


def training_network(
    network: keras.Model, source_size: int, recipe: Recipe = RECIPES["strong"]
) -> keras.Model:
    """Return the network as it is trained, with augmentation before it and pooling behind it.

    It maps photos (n, source_size, source_size, 3), 0 to 255, to the logits `diagnosis` (n, 8),
    `lesion` (n, 1) and `dermoscopic` (n, 1).
    """
    size = network.input_shape[1]
    inputs = keras.Input((source_size, source_size, 3), name="photo")
    maps = network(Augment(size, recipe, dtype="float32")(inputs))
    logits = keras.layers.GlobalAveragePooling2D(dtype="float32")(maps)
    outputs = {
        "diagnosis": logits[:, :LESION_OUTPUT],
        "lesion": logits[:, LESION_OUTPUT : LESION_OUTPUT + 1],
        "dermoscopic": logits[:, DERMOSCOPIC_OUTPUT:],
    }
    return keras.Model(inputs, outputs)
