"""Whether the service can do its work."""

import logging
from collections.abc import Callable

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from cnn_model.model_run import Network, NetworkUnavailableError
from db import unit_of_work
from services.photo_storage import PhotoStorage
from utils.errors import ServiceError

logger = logging.getLogger(__name__)


class HealthManager:
    def __init__(self, network: Callable[[], Network], storage: PhotoStorage) -> None:
        self._network = network
        self._storage = storage

    def check(self) -> dict[str, str | None]:
        """Part to why it does not work, None where it does: the database, the photo storage, and
        the network, which must answer a known picture with the known score.
        """
        return {
            "database": _problem(self._check_database),
            "storage": _problem(self._storage.probe),
            "network": _problem(lambda: self._network().check()),
        }

    @staticmethod
    def _check_database() -> None:
        with unit_of_work() as session:
            session.execute(text("SELECT version_num FROM alembic_version"))


def _problem(probe: Callable[[], None]) -> str | None:
    """Only the network tells more: what others raise could hold addresses and names."""
    try:
        probe()
    except NetworkUnavailableError as error:
        logger.warning("Not ready: %s", error)
        return str(error)
    except (ServiceError, SQLAlchemyError) as error:
        logger.warning("Not ready: %s", type(error).__name__)
        return "It is out of reach."
    return None
