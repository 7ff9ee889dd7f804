"""How far the calibration of a network lies off on photos of other clinics."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from cnn_model.serving.calibration import MIN_PROBABILITY, Floats

Line = tuple[float, float]


def source_line(probabilities: Floats, cancers: NDArray[np.bool_]) -> Line:
    """Return slope and offset of the log-odds of cancer over those of the probabilities.

    `probabilities` (n,) and whether each is a cancer (n,). Perfect calibration gives 1 and 0.
    """
    # The line holds for the proportion of cancers at that clinic: patients who are referred have
    # more of them, and nobody knows how many the next clinic has.
    p = np.clip(probabilities, MIN_PROBABILITY, 1 - MIN_PROBABILITY)
    logits = np.log(p / (1 - p))

    def loss(line: Floats) -> float:
        odds = line[0] * logits + line[1]
        # The penalty acts like one more photo and keeps the line of separable photos finite.
        penalty = ((line - (1.0, 0.0)) ** 2).sum() / 2
        return float(penalty + np.sum(np.logaddexp(0, odds) - cancers * odds))

    slope, offset = minimize(loss, (1.0, 0.0), method="L-BFGS-B").x
    return float(slope), float(offset)
