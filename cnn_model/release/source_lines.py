"""How far the calibration of a network lies off on photos of other clinics."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from cnn_model.serving.calibration import MIN_PROBABILITY, Floats

Line = tuple[float, float]


def source_line(
    probabilities: Floats, cancers: NDArray[np.bool_], prevalence: float, assumed: float
) -> Line:
    """Return slope and offset of the log-odds of cancer over those of the probabilities.

    `probabilities` (n,) and whether each is a cancer (n,). Perfect calibration gives 1 and 0.
    `prevalence` is the proportion of cancers in the collection, `assumed` the one for which the
    probabilities are meant, both 0 to 1.
    """
    p = np.clip(probabilities, MIN_PROBABILITY, 1 - MIN_PROBABILITY)
    logits = np.log(p / (1 - p))

    def loss(line: Floats) -> float:
        odds = line[0] * logits + line[1]
        # The penalty acts like one more photo and keeps the line of separable photos finite.
        penalty = ((line - (1.0, 0.0)) ** 2).sum() / 2
        return float(penalty + np.sum(np.logaddexp(0, odds) - cancers * odds))

    slope, offset = minimize(loss, (1.0, 0.0), method="L-BFGS-B").x
    # Where cancers are more common, all log-odds are higher by Bayes' rule. That is a property of
    # the collection and no error of the network.
    return float(slope), float(offset - _log_odds(prevalence) + _log_odds(assumed))


def _log_odds(proportion: float) -> float:
    p = np.clip(proportion, MIN_PROBABILITY, 1 - MIN_PROBABILITY)
    return float(np.log(p / (1 - p)))
