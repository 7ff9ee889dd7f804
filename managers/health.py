"""Health checks of the parts that the service depends on."""

import logging
from collections.abc import Callable

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from cnn_model.model_run import Network, NetworkUnavailableError, check_networks
from db import unit_of_work
from services.embedded_postgres import PostgresServer
from services.photo_storage import PhotoStorage
from utils.errors import ServiceError

logger = logging.getLogger(__name__)


class HealthManager:
    def __init__(
        self,
        network: Callable[[], Network],
        storage: PhotoStorage,
        postgres: PostgresServer | None,
    ) -> None:
        self._network = network
        self._storage = storage
        self._postgres = postgres

    def is_alive(self) -> bool:
        """Return whether the service can work without being started again.

        The embedded database is a part of it. No connection of the pool is needed.
        """
        return self._postgres is None or self._postgres.answers()

    def check(self) -> dict[str, str | None]:
        """Return for each part why it does not work, None if it works.

        The model and the outline network must give the known answers to a reference picture.
        """
        return {
            "database": _problem(self._check_database),
            "storage": _problem(self._storage.probe),
            "network": _problem(lambda: check_networks(self._network())),
        }

    @staticmethod
    def _check_database() -> None:
        with unit_of_work() as session:
            session.execute(text("SELECT version_num FROM alembic_version"))


def _problem(probe: Callable[[], None]) -> str | None:
    """Return why the probe failed, None if it succeeded."""
    try:
        probe()
    except NetworkUnavailableError as error:
        logger.warning("Not ready", extra={"reason": str(error)})
        return str(error)
    except (ServiceError, SQLAlchemyError) as error:
        logger.warning("Not ready", extra={"error": type(error).__name__})
        # Other messages than those of the model could contain addresses and names.
        return "It is unreachable."
    return None
