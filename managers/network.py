"""Which of the networks answers; the choice stands in the database, so all machines share it."""

from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from sqlalchemy import delete, select

from cnn_model.model_run import Network, NetworkUnavailableError
from cnn_model.serving.registry import Installed, NetworkFiles
from constants import NetworkRole
from db import unit_of_work
from models import NetworkChoice

# Those that answer, and the one that answered before: an operator may go back.
KEPT = 3


@dataclass(frozen=True)
class Listed:
    """A version, what it is chosen for, and the SHA-256 of its file or why it cannot answer."""

    version: str
    roles: tuple[NetworkRole, ...]
    sha256: str = ""
    problem: str = ""


class NetworkManager:
    """Never lets another network answer than the one that was chosen: where that one is missing,
    broken or not the same on this machine, there is none.
    """

    def __init__(self, files: NetworkFiles) -> None:
        self._files = files
        self._lock = Lock()
        self._loaded: dict[tuple[str, str] | None, Network] = {}

    def active(self) -> Network:
        """The one whose answers are given; the bundled one, unless another was chosen.

        Raises NetworkUnavailableError, DatabaseUnavailableError.
        """
        return self._network(self._choices().get(NetworkRole.ACTIVE))

    def shadow(self) -> Network | None:
        """The one whose answers are only stored, if any. Raises as `active` does."""
        choice = self._choices().get(NetworkRole.SHADOW)
        return self._network(choice) if choice else None

    def get(self, version: str) -> Network:
        """Any version. Raises NetworkUnavailableError."""
        return self._files.load(version).network

    def activate(self, version: str | None) -> str:
        """From now on this one answers, on all machines; None: whichever is bundled.

        Returns the version. Raises NetworkUnavailableError, and changes nothing, where it cannot
        answer here.
        """
        installed = self._files.load(version) if version else self._files.bundled()
        self._choose(NetworkRole.ACTIVE, installed if version else None)
        return installed.network.version

    def set_shadow(self, version: str | None) -> None:
        """From now on this one answers unseen; None: no one. Raises NetworkUnavailableError."""
        self._choose(NetworkRole.SHADOW, self._files.load(version) if version else None)

    def install(self, folder: Path) -> str:
        """Take over what an export wrote to a folder; returns its version.

        Raises NetworkUnavailableError, OSError.
        """
        return self._files.install(folder).network.version

    def versions(self) -> list[Listed]:
        """The bundled one, those in the folder, and those that are chosen and not here."""
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
        """Loaded and checked once in each process; a failure is tried again."""
        key = (choice.version, choice.digest) if choice else None
        with self._lock:
            network = self._loaded.pop(key, None) or self._load(choice)
            self._loaded[key] = network
            while len(self._loaded) > KEPT:
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
