"""Wilson intervals and predictive values."""

import math


def wilson_interval_of_proportion(
    proportion: float, count: int, z: float = 1.959964
) -> tuple[float, float]:
    """Return the interval of a proportion, 0 to 1, of `count` (at least 1) photos (Wilson 1927)."""
    # Not SciPy's, which the server does without; the tests compare the two.
    spread = z * z / count
    centre = proportion + spread / 2
    margin = z * math.sqrt(proportion * (1 - proportion) / count + spread / (4 * count))
    low, high = (centre - margin) / (1 + spread), (centre + margin) / (1 + spread)
    return (max(low, 0.0) if proportion > 0 else 0.0), (min(high, 1.0) if proportion < 1 else 1.0)


def ppv_npv(sensitivity: float, specificity: float, prevalence: float) -> tuple[float, float]:
    """Return the positive and the negative predictive value at this prevalence (Bayes' rule).

    NaN where nobody would be flagged, or everybody.
    """
    true_positive, false_positive = sensitivity * prevalence, (1 - specificity) * (1 - prevalence)
    true_negative, false_negative = specificity * (1 - prevalence), (1 - sensitivity) * prevalence
    flagged, others = true_positive + false_positive, true_negative + false_negative
    ppv = true_positive / flagged if flagged else math.nan
    npv = true_negative / others if others else math.nan
    return ppv, npv
