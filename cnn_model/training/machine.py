"""The hardware and software of a training run.

Keras computes with TensorFlow, PyTorch or JAX. Only the backend in use is imported.
"""

import importlib.metadata
import os
import platform
import subprocess
from pathlib import Path
from typing import Any

import keras

PACKAGES = ("keras", "tensorflow", "torch", "jax", "numpy", "pillow", "scikit-learn")


def has_accelerator() -> bool:
    """Return whether the backend in use finds a GPU or TPU."""
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        return any(d.device_type != "CPU" for d in tf.config.list_physical_devices())
    if backend == "torch":
        import torch

        return bool(torch.cuda.is_available())
    if backend == "jax":
        import jax

        return bool(jax.default_backend() != "cpu")
    return False


def make_deterministic() -> None:
    """Make the backend compute the same weights in every run with the same seed."""
    # JAX has no call for it. On an accelerator the environment has to set a flag of XLA.
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        tf.config.experimental.enable_op_determinism()
    elif backend == "torch":
        import torch

        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.use_deterministic_algorithms(True)


def describe_machine() -> dict[str, Any]:
    """Return versions, platform, processor, accelerator and commit, for `environment.json`."""
    return {
        "python": platform.python_version(),
        "backend": keras.backend.backend(),
        "packages": {name: version for name in PACKAGES if (version := _version(name))},
        "platform": platform.platform(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "accelerator": has_accelerator(),
        "commit": _commit(),
    }


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _processor() -> str:
    """Return the name of the processor, from Linux or else from Python."""
    file = Path("/proc/cpuinfo")
    lines = file.read_text().splitlines() if file.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())


def _commit() -> str | None:
    """Return the commit of this code, "-dirty" appended if files changed; None outside git."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        result = subprocess.run(
            command, cwd=Path(__file__).parent, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return result.stdout.strip()
