"""Intervals and predictive values; needs nothing but Python, because the service imports it."""

import math


def wilson_interval(hits: int, count: int) -> tuple[float, float]:
    """The 95 % interval of a proportion (Wilson 1927); (0, 1) where there is nothing to count."""
    return wilson_interval_of_share(hits / count, count) if count else (0.0, 1.0)


def wilson_interval_of_share(share: float, count: int, z: float = 1.959964) -> tuple[float, float]:
    """The same for a share, 0 to 1, that was seen in `count` (at least 1) photos."""
    spread = z * z / count
    centre = share + spread / 2
    margin = z * math.sqrt(share * (1 - share) / count + spread / (4 * count))
    low, high = (centre - margin) / (1 + spread), (centre + margin) / (1 + spread)
    return (max(low, 0.0) if share > 0 else 0.0), (min(high, 1.0) if share < 1 else 1.0)


def ppv_npv(sensitivity: float, specificity: float, prevalence: float) -> tuple[float, float]:
    """Positive and negative predictive value at this prevalence (Bayes); NaN where no one would
    be flagged, or no one spared.
    """
    true, false = sensitivity * prevalence, (1 - specificity) * (1 - prevalence)
    spared, missed = specificity * (1 - prevalence), (1 - sensitivity) * prevalence
    ppv = true / (true + false) if true + false else math.nan
    npv = spared / (spared + missed) if spared + missed else math.nan
    return ppv, npv
