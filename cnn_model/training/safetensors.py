"""Read weights from a safetensors file, without the library of this name."""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

TYPES = {"F16": "<f2", "F32": "<f4"}


def read_safetensors(file: Path) -> dict[str, NDArray[np.float32]]:
    """Return all weights by name, in single precision.

    Raises ValueError if the file is damaged, or has weights of another type than `TYPES`.
    """
    content = file.read_bytes()
    start = 8 + int.from_bytes(content[:8], "little")
    weights = {}
    try:
        header = json.loads(content[8:start])
        header.pop("__metadata__", None)
        for name, entry in header.items():
            begin, end = (start + offset for offset in entry["data_offsets"])
            values = np.frombuffer(content[begin:end], TYPES[entry["dtype"]])
            weights[name] = values.reshape(entry["shape"]).astype(np.float32)
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{file.name} is no safetensors file that can be read here.") from error
    return weights
