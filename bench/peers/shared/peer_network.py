"""The network as the peers run it: the same files as the service, in LiteRT on one thread.

Photos are decoded at a reduced scale, so that no peer is slower than it has to be.
"""

import base64
import io
import os
from threading import Lock
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from PIL import Image


class Networks:
    """The networks of `NETWORK_FILES` in this process; one photo at a time."""

    def __init__(self) -> None:
        files = os.environ["NETWORK_FILES"].split(os.pathsep)
        self._interpreters = [_interpreter(file) for file in files]
        self._lock = Lock()

    def answer(self, content: bytes) -> dict[str, list[float]]:
        """Return the outputs for a photo in a file, decoded no larger than needed."""
        with Image.open(io.BytesIO(content)) as photo:
            photo.draft("RGB", (256, 256))
            return self.answer_photo(photo.convert("RGB"))

    def answer_base64(self, text: str) -> dict[str, list[float]]:
        return self.answer(base64.b64decode(text))

    def answer_photo(self, photo: Image.Image) -> dict[str, list[float]]:
        """Return the outputs for the central square of a decoded photo."""
        side = min(photo.size)
        left, top = (photo.width - side) // 2, (photo.height - side) // 2
        square = photo.crop((left, top, left + side, top + side))
        with self._lock:
            return {"outputs": [v for i in self._interpreters for v in _outputs(i, square)]}


def _interpreter(file: str) -> Any:
    interpreter = Interpreter(model_path=file, num_threads=1)
    interpreter.allocate_tensors()
    return interpreter


def _outputs(interpreter: Any, square: Image.Image) -> list[float]:
    (source,), (target, *_) = interpreter.get_input_details(), interpreter.get_output_details()
    size = tuple(source["shape"][1:3])
    pixels = square.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
    interpreter.set_tensor(source["index"], np.asarray(pixels, np.float32)[None])
    interpreter.invoke()
    output = interpreter.get_tensor(target["index"])
    return [float(v) for v in output.reshape(-1, output.shape[-1]).mean(axis=0)]
