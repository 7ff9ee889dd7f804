"""The network: a pretrained backbone with a fully convolutional head.

The head is a 1x1 convolution followed by global average pooling, which equals pooling followed by
a dense layer but yields the class activation maps (Zhou et al. 2016) in the same forward pass.
"""

from pathlib import Path

import keras
from keras import ops

from cnn_model.serving.calibration import DERMOSCOPIC_OUTPUT, LESION_OUTPUT, OUTPUTS
from cnn_model.serving.description import NAME
from cnn_model.training.backbone import build_backbone, freeze_early_layers
from cnn_model.training.recipes import RECIPES, Recipe


def build_network(
    size: int, weights: Path | str | None = "imagenet", architecture: str = "mobilenet_v2"
) -> keras.Model:
    """RGB photos (n, size, size, 3), 0 to 255, to activation maps (n, size/32, size/32, 10).

    The mean of each map is the logit: one for each diagnosis, then "there is a lesion"
    and "this is a dermoscopic image".
    """
    backbone = build_backbone(architecture, size, weights)
    freeze_early_layers(backbone)
    inputs = keras.Input((size, size, 3), name="photo")
    x = keras.layers.SpatialDropout2D(0.2)(backbone(inputs))
    maps = keras.layers.Conv2D(OUTPUTS, 1, name="maps")(x)
    return keras.Model(inputs, maps, name=NAME)


def resized(network: keras.Model, size: int) -> keras.Model:
    """The same network for photos of another size.

    Crops make lesions look larger in training than they are; somewhat more pixels than in
    training make up for it (Touvron et al. 2019, Fixing the train-test resolution discrepancy).
    """
    other = build_network(size, weights=None, architecture=network.layers[1].name)
    other.set_weights(network.get_weights())
    return other


def ensemble(networks: list[keras.Model]) -> keras.Model:
    """One network whose maps are the mean of theirs over four views of the photo.

    The photo and its three mirror images, and for every other network the same turned on their
    side: what lies on the left or the right of a lesion does not change what it is, and networks
    that saw different views, or were built differently, err differently. Costs four passes of each.
    """
    first = networks[0]
    for number, network in enumerate(networks):
        network.name = f"member_{number}"
    inputs = keras.Input(first.input_shape[1:], name="photo")
    flips = ((), (1,), (2,), (1, 2))
    views = ops.concatenate([ops.flip(inputs, axis) if axis else inputs for axis in flips], axis=0)
    maps = [
        _transposed(network(_transposed(views))) if number % 2 else network(views)
        for number, network in enumerate(networks)
    ]
    parts = ops.split(ops.average(ops.stack(maps), axis=0), len(flips), axis=0)
    upright = [ops.flip(m, axis) if axis else m for m, axis in zip(parts, flips, strict=True)]
    return keras.Model(inputs, ops.average(ops.stack(upright), axis=0), name=NAME)


def _transposed(images: keras.KerasTensor) -> keras.KerasTensor:
    """Rows of (n, h, w, c) for columns."""
    return ops.transpose(images, (0, 2, 1, 3))


def training_network(
    network: keras.Model, source_size: int, recipe: Recipe = RECIPES["strong"]
) -> keras.Model:
    """The network as it is trained: augmentation before it, logits behind it.

    Takes photos of `source_size` pixels; gives `diagnosis` logits (n, 8), and `lesion` and
    `dermoscopic` logits (n, 1).
    """
    from cnn_model.training.augment import Augment

    size = network.input_shape[1]
    inputs = keras.Input((source_size, source_size, 3), name="photo")
    maps = network(Augment(size, recipe)(inputs))
    logits = keras.layers.GlobalAveragePooling2D()(maps)
    outputs = {
        "diagnosis": logits[:, :LESION_OUTPUT],
        "lesion": logits[:, LESION_OUTPUT : LESION_OUTPUT + 1],
        "dermoscopic": logits[:, DERMOSCOPIC_OUTPUT:],
    }
    return keras.Model(inputs, outputs)
