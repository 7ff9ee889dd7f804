"""How many examples are tried: few and always the same, or with HYPOTHESIS_PROFILE=thorough many
that are new each time.
"""

import os

from hypothesis import HealthCheck, settings

# Nothing is asserted of time, and drawing a whole file takes longer than Hypothesis likes.
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]

settings.register_profile(
    "quick",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=60,
    suppress_health_check=SLOW,
)
settings.register_profile(
    "thorough", database=None, deadline=None, max_examples=1000, suppress_health_check=SLOW
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
