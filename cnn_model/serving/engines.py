"""Two ways to run the network: LiteRT, which serves, and Keras, which defines it."""

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from utils.logs import held_lines

LITERT, KERAS = "litert", "keras"
# Photos at the same time in one process. Another interpreter would have its own copy of the
# weights, in the layout of the processor.
INTERPRETERS = 1


class Engine(Protocol):
    """One forward pass; may be called by several threads at once."""

    def maps(self, photo: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the activation maps (h, w, 10) of an RGB photo (size, size, 3), 0 to 255."""
        ...


class LiteRTEngine:
    """Runs the exported network without TensorFlow, on one processor thread a photo."""

    def __init__(self, network: Path | bytes) -> None:
        """Load a network file, or its content; a file is mapped, and all processes share it.

        Raises ValueError or RuntimeError if it is no network.
        """
        # An interpreter serves one thread at a time and keeps its memory, so their number is fixed.
        self._idle: SimpleQueue[Any] = SimpleQueue()
        for _ in range(INTERPRETERS):
            self._idle.put(_interpreter(network))

    def maps(self, photo: NDArray[np.uint8]) -> NDArray[np.float32]:
        """See `Engine`. Raises ValueError for a photo of another size."""
        interpreter = self._idle.get()
        try:
            (source,), (target,) = interpreter.get_input_details(), interpreter.get_output_details()
            interpreter.set_tensor(source["index"], photo[None].astype(np.float32))
            interpreter.invoke()
            return np.asarray(interpreter.get_tensor(target["index"])[0])
        finally:
            self._idle.put(interpreter)


def _interpreter(network: Path | bytes) -> Any:
    from ai_edge_litert.interpreter import Interpreter

    path, content = (str(network), None) if isinstance(network, Path) else (None, network)
    with _without_native_output():
        interpreter = Interpreter(model_path=path, model_content=content, num_threads=1)
        interpreter.allocate_tensors()
    return interpreter


@contextlib.contextmanager
def _without_native_output() -> Iterator[None]:
    """Discard what native code writes to standard error, such as a line on each interpreter."""
    # It would be the only line of the log that is not in the format of the log.
    with held_lines():
        own = os.dup(2)
        try:
            with Path(os.devnull).open("wb") as nowhere:
                os.dup2(nowhere.fileno(), 2)
            yield
        finally:
            os.dup2(own, 2)
            os.close(own)


class KerasEngine:
    """Runs the network as it was trained. It is slower and needs TensorFlow."""

    def __init__(self, file: Path) -> None:
        """Raises OSError or ValueError if `file` is no network."""
        import keras

        self._network = keras.saving.load_model(file, compile=False)
        # Keras builds its graph at the first call, which two threads must not do together.
        self._lock = threading.Lock()

    def maps(self, photo: NDArray[np.uint8]) -> NDArray[np.float32]:
        """See `Engine`."""
        with self._lock:
            maps = self._network.predict_on_batch(photo[None].astype(np.float32))
        return np.asarray(maps[0])


def load_engine(name: str, file: Path) -> Engine:
    """Return the engine `name` for a network file.

    Raises ValueError for an unknown name.
    """
    if name == LITERT:
        return LiteRTEngine(file)
    if name == KERAS:
        return KerasEngine(file)
    raise ValueError(f"There is no engine {name!r}: choose {LITERT} or {KERAS}.")
