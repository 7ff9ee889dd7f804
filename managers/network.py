"""The active network and the shadow. The choice is in the database, so all machines share it."""

from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from sqlalchemy import delete, select

from cnn_model.model_run import Network, NetworkUnavailableError
from cnn_model.serving.registry import Installed, NetworkFiles
from constants import NetworkRole
from db import unit_of_work
from models import NetworkChoice

# The active network, the shadow, and the previous active network: an operator may go back to it.
MAX_LOADED = 3


@dataclass(frozen=True)
class Listed:
    """A version, its roles, and the SHA-256 of its file or the reason why it cannot be used."""

    version: str
    roles: tuple[NetworkRole, ...]
    sha256: str = ""
    problem: str = ""


class NetworkManager:
    """Loads the chosen networks, and never substitutes another network for the chosen one.

    If the chosen network is missing, broken or different on this machine, there is no network.
    """

    def __init__(self, files: NetworkFiles) -> None:
        self._files = files
        self._lock = Lock()
        self._loaded: dict[tuple[str, str] | None, Network] = {}

    def active(self) -> Network:
        """Return the active network: the chosen one, or else the bundled one.

        Raise NetworkUnavailableError, DatabaseUnavailableError.
        """
        return self._network(self._choices().get(NetworkRole.ACTIVE))

    def shadow(self) -> Network | None:
        """Return the shadow network, None if there is none. Raise as `active` does."""
        choice = self._choices().get(NetworkRole.SHADOW)
        return self._network(choice) if choice else None

    def get(self, version: str) -> Network:
        """Return the network of a version. Raise NetworkUnavailableError."""
        return self._files.load(version).network

    def activate(self, version: str | None) -> str:
        """Make a version active on all machines and return it; None: the bundled network.

        Raise NetworkUnavailableError, and change nothing, if the network does not work here.
        """
        installed = self._files.load(version) if version else self._files.bundled()
        self._choose(NetworkRole.ACTIVE, installed if version else None)
        return installed.network.version

    def set_shadow(self, version: str | None) -> None:
        """Make a version the shadow; None: no shadow. Raise NetworkUnavailableError."""
        self._choose(NetworkRole.SHADOW, self._files.load(version) if version else None)

    def install(self, folder: Path) -> str:
        """Install the network that an export wrote to a folder, and return its version.

        Raise NetworkUnavailableError, OSError.
        """
        return self._files.install(folder).network.version

    def versions(self) -> list[Listed]:
        """Return the bundled network, the installed ones, and chosen ones that are missing here."""
        choices = self._choices()
        bundled = self._files.bundled_version()
        chosen = {NetworkRole.ACTIVE: bundled} | {r: c.version for r, c in choices.items()}
        names = dict.fromkeys([bundled, *self._files.folders(), *chosen.values()])
        return [
            self._listed(
                name,
                tuple(role for role in NetworkRole if chosen.get(role) == name),
                next((choice for choice in choices.values() if choice.version == name), None),
            )
            for name in names
        ]

    def _listed(
        self, version: str, roles: tuple[NetworkRole, ...], choice: NetworkChoice | None
    ) -> Listed:
        try:
            network = self._load(choice) if choice else self.get(version)
        except NetworkUnavailableError as error:
            return Listed(version, roles, problem=str(error))
        return Listed(version, roles, sha256=network.sha256)

    @staticmethod
    def _choices() -> dict[NetworkRole, NetworkChoice]:
        with unit_of_work() as session:
            return {choice.role: choice for choice in session.scalars(select(NetworkChoice))}

    @staticmethod
    def _choose(role: NetworkRole, installed: Installed | None) -> None:
        with unit_of_work() as session:
            session.execute(delete(NetworkChoice).where(NetworkChoice.role == role))
            if installed:
                version, digest = installed.network.version, installed.digest
                session.add(NetworkChoice(role=role, version=version, digest=digest))
            session.commit()

    def _network(self, choice: NetworkChoice | None) -> Network:
        """Return the network of a choice (None: the bundled one).

        It is loaded and checked once in each process. A load that failed is tried again.
        """
        key = (choice.version, choice.digest) if choice else None
        with self._lock:
            network = self._loaded.pop(key, None) or self._load(choice)
            self._loaded[key] = network
            while len(self._loaded) > MAX_LOADED:
                del self._loaded[next(iter(self._loaded))]
            return network

    def _load(self, choice: NetworkChoice | None) -> Network:
        if choice is None:
            return self._files.bundled().network
        installed = self._files.load(choice.version)
        if installed.digest != choice.digest:
            raise NetworkUnavailableError(
                f"The network {choice.version} is not the one that was chosen under this version."
            )
        return installed.network
