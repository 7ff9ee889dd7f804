"""Networks of the members that have seen no photo of a source (leave one source out)."""

from pathlib import Path

from cnn_model.data.dataset import VALIDATION_FOLDS
from cnn_model.serving.description import BUNDLED, NAME, sha256
from cnn_model.serving.engines import LiteRTEngine
from cnn_model.serving.network import Network, read_description
from cnn_model.training.conversion import convert
from cnn_model.training.ensemble import combined_network, saved_members, without_fold


def left_out_networks(folder: Path = BUNDLED) -> dict[int, Network]:
    """Return for each validation fold the network without the members that were trained on it.

    They are parts of the network in `folder` and have its calibration and thresholds. Raises
    OSError or ValueError if `folder` has no `.keras` file, and NetworkUnavailableError without a
    description.
    """
    file = folder / f"{NAME}.json"
    description = read_description(file)
    members = saved_members(folder, description.training["runs"])
    networks = {}
    for fold in VALIDATION_FOLDS:
        content = convert(combined_network(without_fold(members, fold)))
        # Other thresholds are another network.
        digest = sha256(content + file.read_bytes())
        networks[fold] = Network(LiteRTEngine(content), description, digest)
    return networks
