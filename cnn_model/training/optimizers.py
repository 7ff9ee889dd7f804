"""Optimizers of training runs."""

import re
from typing import Any

import keras

BLOCK = re.compile(r"block_(\d+)")


class BlockwiseAdamW(keras.optimizers.AdamW):
    """AdamW with a lower learning rate in earlier blocks (layer-wise learning-rate decay).

    The rate of a variable in `block_<i>` is that of the next block times `decay`; the last of
    `blocks` has the rate of all other variables times `decay`.
    """

    def __init__(self, *arguments: Any, decay: float, blocks: int, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.decay, self.blocks = decay, blocks
        self.factors: list[float] = []

    def build(self, variables: list[Any]) -> None:
        super().build(variables)
        self.factors = [self._factor(variable.path) for variable in variables]

    def _factor(self, path: str) -> float:
        match = BLOCK.search(path)
        return self.decay ** (self.blocks - int(match[1])) if match else 1.0

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        # Keras hands over variables of the backend here, which may have no path.
        factor = self.factors[self._get_variable_index(variable)]
        super().update_step(gradient, variable, learning_rate * factor)
