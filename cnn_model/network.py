"""The network: MobileNetV2 with a fully convolutional head.

The head is a 1x1 convolution followed by global average pooling, which equals pooling followed by
a dense layer but yields the class activation maps (Zhou et al. 2016) in the same forward pass.
"""

from pathlib import Path

import keras
from keras import ops

from constants import DIAGNOSES

LESION = len(DIAGNOSES)
"""The map that tells lesions from pictures of other things, after one map per diagnosis."""


def build_network(size: int, weights: Path | str | None = "imagenet") -> keras.Model:
    """RGB photos (n, size, size, 3), 0 to 255, to activation maps (n, size/32, size/32, 9).

    The mean of each map is the logit: one for each diagnosis, the last for "there is a lesion".
    """
    backbone = keras.applications.MobileNetV2(
        include_top=False, weights=weights and str(weights), input_shape=(size, size, 3)
    )
    freeze_batch_norm(backbone)
    inputs = keras.Input((size, size, 3), name="photo")
    x = keras.layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    x = backbone(x)
    x = keras.layers.SpatialDropout2D(0.2)(x)
    maps = keras.layers.Conv2D(LESION + 1, 1, name="maps")(x)
    return keras.Model(inputs, maps, name="skin_cancer_model")


def freeze_batch_norm(backbone: keras.Model) -> None:
    """Statistics of small batches of skin would replace those of ImageNet, and the features
    with them; `training=False` on the call is not enough, `fit` overrides it.
    """
    for layer in backbone.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False


def resized(network: keras.Model, size: int) -> keras.Model:
    """The same network for photos of another size.

    Crops make lesions look larger in training than they are; somewhat more pixels than in
    training make up for it (Touvron et al. 2019, Fixing the train-test resolution discrepancy).
    """
    other = build_network(size, weights=None)
    other.set_weights(network.get_weights())
    return other


def averaged_over_flips(network: keras.Model) -> keras.Model:
    """The same network, its maps averaged over the photo and its three mirror images.

    Costs four passes; what lies on the left or the right of a lesion does not change what it is.
    """
    inputs = keras.Input(network.input_shape[1:], name="photo")
    flips = ((), (1,), (2,), (1, 2))
    views = ops.concatenate([ops.flip(inputs, axis) if axis else inputs for axis in flips], axis=0)
    maps = ops.split(network(views), len(flips), axis=0)
    upright = [ops.flip(m, axis) if axis else m for m, axis in zip(maps, flips, strict=True)]
    return keras.Model(inputs, ops.average(ops.stack(upright), axis=0), name=network.name)


def training_network(network: keras.Model, source_size: int) -> keras.Model:
    """The network as it is trained: augmentation before it, logits behind it.

    Takes photos of `source_size` pixels; gives `diagnosis` logits (n, 8) and `lesion` logit (n, 1).
    """
    from cnn_model.augment import Augment

    size = network.input_shape[1]
    inputs = keras.Input((source_size, source_size, 3), name="photo")
    maps = network(Augment(size)(inputs))
    logits = keras.layers.GlobalAveragePooling2D()(maps)
    outputs = {"diagnosis": logits[:, :LESION], "lesion": logits[:, LESION:]}
    return keras.Model(inputs, outputs)
