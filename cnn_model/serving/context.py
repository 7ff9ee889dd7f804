"""What the person tells about the lesion, and how it shifts the diagnoses.

Bayes' rule with items taken as independent given the diagnosis: each item that was told adds its
log-likelihood to the logits of the diagnoses; an item that was not told adds nothing.
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
    """What was told of the person and the lesion; None is "not told". `body_site` is one of
    `BODY_SITES`, `age` in years.
    """

    age: int | None = None
    sex: Sex | None = None
    body_site: str | None = None

    def keys(self) -> dict[str, str]:
        """The items that were told, each with the key of its value in the tables."""
        told = {}
        if self.age is not None:
            told["age"] = str(sum(self.age >= edge for edge in AGE_EDGES))
        if self.sex is not None:
            told["sex"] = str(self.sex)
        if self.body_site is not None:
            told["body_site"] = self.body_site
        return told


NOTHING_TOLD = Context()
KEYS = {
    "age": tuple(str(band) for band in range(len(AGE_EDGES) + 1)),
    "sex": tuple(str(sex) for sex in Sex),
    "body_site": BODY_SITES,
}


@dataclass(frozen=True)
class ContextEvidence:
    """`tables[item][key]` are 8 log-likelihood ratios, one for each diagnosis. An item without a
    table (sex on smartphone photos, where its presence told the label) is not used.
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
        """Raises KeyError, TypeError or ValueError where `values` is not what `asdict` gave."""
        return cls(
            {
                item: {key: tuple(map(float, row)) for key, row in table.items()}
                for item, table in values["tables"].items()
            }
        )

    def scaled(self, strength: float) -> "ContextEvidence":
        """Each table times `strength`."""
        return ContextEvidence(
            {
                item: {key: tuple(strength * value for value in row) for key, row in table.items()}
                for item, table in self.tables.items()
            }
        )

    def used(self, context: Context) -> tuple[str, ...]:
        """The names of the items that shift the answer."""
        return tuple(item for item, key in context.keys().items() if key in self._table(item))

    def shift(self, context: Context) -> np.ndarray[Any, np.dtype[np.float64]]:
        """What is added to the logits, shape (8,); zeros where nothing was told."""
        rows = [self._table(item).get(key) for item, key in context.keys().items()]
        known = [row for row in rows if row is not None]
        return np.sum(known, axis=0) if known else np.zeros(len(DIAGNOSES))

    def _table(self, item: str) -> Mapping[str, tuple[float, ...]]:
        return self.tables.get(item, {})
