"""The registry of networks: the bundled one, and a folder with one folder for each version."""

import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cnn_model.serving.description import NAME, Description, sha256
from cnn_model.serving.engines import KERAS, LITERT
from cnn_model.serving.network import Network, NetworkUnavailableError, read_description
from utils.files import inherit_owner

SUFFIXES = {LITERT: ".tflite", KERAS: ".keras"}
# Names a folder, and fits the column of the checks that it answered.
VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+_-]{0,31}")


class NetworkNotFoundError(NetworkUnavailableError):
    """No network has the version."""


@dataclass(frozen=True)
class Installed:
    """A network that passed its self-test.

    `digest`, the SHA-256 of its description, separates it from every other network and from the
    same one with other thresholds.
    """

    network: Network
    digest: str


class NetworkFiles:
    """The network file `bundled` and the networks in `folder`, which need not exist."""

    def __init__(self, bundled: Path, folder: Path, engine: str) -> None:
        self._bundled = bundled
        self._folder = folder
        self._engine = engine

    def bundled(self) -> Installed:
        """Load the bundled network. Raises NetworkUnavailableError."""
        return self._load(self._bundled)

    def load(self, version: str) -> Installed:
        """Load a version: the bundled network if it has that version, or the one in the folder.

        Raises NetworkUnavailableError, also if the folder holds another version than its name.
        """
        if version == self.bundled_version():
            return self.bundled()
        if version not in self.folders():
            raise NetworkNotFoundError(f"There is no network {version} here.")
        installed = self._load(self._file(self._folder / version))
        if installed.network.version != version:
            raise NetworkUnavailableError(
                f"The folder {version} holds the network {installed.network.version}."
            )
        return installed

    def bundled_version(self) -> str:
        """Return the version of the bundled network.

        If its description cannot be read, a name that no version can have.
        """
        try:
            return _description(self._bundled).version
        except NetworkUnavailableError:
            return "(bundled)"

    def folders(self) -> list[str]:
        """Return the names of the folders of versions, usable or not, in alphabetical order."""
        try:
            found = [path.name for path in self._folder.iterdir() if path.is_dir()]
        except OSError:
            return []
        return sorted(filter(VERSION.fullmatch, found))

    def install(self, source: Path) -> Installed:
        """Copy the files that an export wrote to the folder `source`, all or nothing.

        Nothing changes if the same network is installed already. Raises OSError, and
        NetworkUnavailableError if the files do not belong together, fail the self-test, or if
        another network has their version.
        """
        version = _description(self._file(source)).version
        if not VERSION.fullmatch(version):
            raise NetworkUnavailableError(f"{version!r} cannot be the version of a network.")
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".", dir=self._folder) as parent:
            draft = Path(parent) / version
            _copy(source, draft)
            installed = self._load(self._file(draft))
            if version in (self.bundled_version(), *self.folders()):
                return self._same(installed)
            draft.rename(self._folder / version)
            inherit_owner(self._folder / version)
        return installed

    def _same(self, new: Installed) -> Installed:
        version = new.network.version
        if self.load(version).digest != new.digest:
            raise NetworkUnavailableError(
                f"Another network has the version {version}: export this one under a new version."
            )
        return new

    def _file(self, folder: Path) -> Path:
        return folder / f"{NAME}{SUFFIXES[self._engine]}"

    def _load(self, file: Path) -> Installed:
        """Load a network and run its self-test. Raises NetworkUnavailableError."""
        network = Network.load(file, self._engine)
        network.check()
        return Installed(network, sha256(file.with_suffix(".json").read_bytes()))


def _description(file: Path) -> Description:
    return read_description(file.with_suffix(".json"))


def _copy(source: Path, target: Path) -> None:
    """Copy the description and the files of all engines that exist.

    Raises NetworkUnavailableError if a file is not as described.
    """
    target.mkdir()
    file = target / f"{NAME}.json"
    shutil.copyfile(source / file.name, file)
    digests = _description(file).sha256
    for engine, suffix in SUFFIXES.items():
        name = f"{NAME}{suffix}"
        if not (source / name).is_file():
            continue
        shutil.copyfile(source / name, target / name)
        if sha256((target / name).read_bytes()) != digests.get(engine):
            raise NetworkUnavailableError(f"The sha256 of {name} is not the one described.")
