"""Clinical metadata (age, sex, body site), and how they shift the diagnoses.

Bayes' rule with items that are independent given the diagnosis (naive Bayes): each known item adds
its log-likelihood ratios to the logits of the diagnoses; an unknown one adds nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from constants import BODY_SITES, DIAGNOSES, Sex

AGE_EDGES = (20, 30, 40, 50, 60, 70, 80)
"""Lower edges, in years, of all age bands but the first."""


@dataclass(frozen=True)
class Context:
    """Clinical metadata of a photo, None where unknown: `age` in years, `body_site` of
    `BODY_SITES`.
    """

    age: int | None = None
    sex: Sex | None = None
    body_site: str | None = None

    def keys(self) -> dict[str, str]:
        """Return the known items, each with the key of its value in the evidence tables."""
        keys = {}
        if self.age is not None:
            keys["age"] = str(sum(self.age >= edge for edge in AGE_EDGES))
        if self.sex is not None:
            keys["sex"] = str(self.sex)
        if self.body_site is not None:
            keys["body_site"] = self.body_site
        return keys


NO_CONTEXT = Context()
KEYS = {
    "age": tuple(str(band) for band in range(len(AGE_EDGES) + 1)),
    "sex": tuple(str(sex) for sex in Sex),
    "body_site": BODY_SITES,
}


@dataclass(frozen=True)
class ContextEvidence:
    """Log-likelihood ratios of the context, 8 in each `tables[item][key]`, one for each diagnosis.

    An item without a table is not used (sex on clinical photos, where its presence in the training
    data gave the label away).
    """

    tables: Mapping[str, Mapping[str, tuple[float, ...]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for item, table in self.tables.items():
            if set(table) - set(KEYS[item]):
                raise ValueError(f"The table of {item} has unknown values.")
            rows = np.array(list(table.values()), dtype=np.float64)
            if rows.ndim != 2 or rows.shape[1] != len(DIAGNOSES) or not np.isfinite(rows).all():
                raise ValueError(f"The table of {item} is not finite numbers, one per diagnosis.")

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "ContextEvidence":
        """Raises KeyError, TypeError or ValueError if `values` is not what `asdict` gave."""
        return cls(
            {
                item: {key: tuple(map(float, row)) for key, row in table.items()}
                for item, table in values["tables"].items()
            }
        )

    def scaled(self, strength: float) -> "ContextEvidence":
        """Return the evidence with every ratio multiplied by `strength`."""
        return ContextEvidence(
            {
                item: {key: tuple(strength * value for value in row) for key, row in table.items()}
                for item, table in self.tables.items()
            }
        )

    def used(self, context: Context) -> tuple[str, ...]:
        """Return the names of the items that shift the probabilities."""
        return tuple(item for item, key in context.keys().items() if key in self._table(item))

    def shift(self, context: Context) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Return what is added to the logits, shape (8,); zeros without context."""
        rows = [self._table(item).get(key) for item, key in context.keys().items()]
        known = [row for row in rows if row is not None]
        return np.sum(known, axis=0) if known else np.zeros(len(DIAGNOSES))

    def _table(self, item: str) -> Mapping[str, tuple[float, ...]]:
        return self.tables.get(item, {})
