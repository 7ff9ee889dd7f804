"""Checks of the parts that the service depends on."""

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
        """Return why each part does not work, None if it does.

        The network must answer a known picture with the known score.
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
    """Return why the probe failed, None if it did not."""
    try:
        probe()
    except NetworkUnavailableError as error:
        logger.warning("Not ready: %s", error)
        return str(error)
    except (ServiceError, SQLAlchemyError) as error:
        logger.warning("Not ready: %s", type(error).__name__)
        # What others than the network raise could contain addresses and names.
        return "It is out of reach."
    return None
