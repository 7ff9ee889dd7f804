"""Whether the service can do its work."""

import logging
from collections.abc import Callable

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from cnn_model.model_run import Network, NetworkUnavailableError
from db import DatabaseUnavailableError, unit_of_work
from services.photo_storage import PhotoStorage, StorageUnavailableError

logger = logging.getLogger(__name__)

FAILURES = (
    SQLAlchemyError,
    DatabaseUnavailableError,
    StorageUnavailableError,
    NetworkUnavailableError,
)


class HealthManager:
    def __init__(self, network: Callable[[], Network], storage: PhotoStorage) -> None:
        self._network = network
        self._storage = storage

    def check(self) -> dict[str, bool]:
        """Part to whether it works: the database, the photo storage, and the network, which must
        answer a known picture with the known score.
        """
        return {
            "database": _works(self._check_database),
            "storage": _works(self._storage.probe),
            "network": _works(lambda: self._network().check()),
        }

    @staticmethod
    def _check_database() -> None:
        with unit_of_work() as session:
            session.execute(text("SELECT version_num FROM alembic_version"))


def _works(probe: Callable[[], None]) -> bool:
    try:
        probe()
    except FAILURES as error:
        logger.warning("Not ready: %s", type(error).__name__)
        return False
    return True
