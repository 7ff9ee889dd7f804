"""Predictions of other networks than the active one, for comparison."""

import logging
from collections.abc import Iterator
from typing import Any, TypeVar
from uuid import UUID

from PIL import Image
from sqlalchemy import Select, exists, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from cnn_model.model_run import Network, NetworkUnavailableError, Region, assess
from cnn_model.serving.context import Context
from constants import FILE_ISSUES, PredictionReason, Status
from db import DatabaseUnavailableError, unit_of_work
from managers.errors import NotFoundError
from managers.network import NetworkManager
from managers.photo import PhotoManager
from managers.prediction import prediction_columns
from models import Check, ShadowPrediction
from utils.origin import origin_of
from utils.photo import decode

Query = TypeVar("Query", bound=Select[*tuple[Any, ...]])

logger = logging.getLogger(__name__)

PENDING_BATCH = 500
DELETED = "The check was deleted in the meantime."


class ShadowPredictionManager:
    def __init__(self, networks: NetworkManager, photos: PhotoManager) -> None:
        self._networks = networks
        self._photos = photos

    def ask_shadow(self, check: Check, photo: Image.Image) -> None:
        """Store the prediction of the shadow network, if there is one, for a stored check.

        Log all failures instead of raising them.
        """
        try:
            network = self._networks.shadow()
            if network and network.version != check.model_version:
                self._store(check, photo, network, PredictionReason.SHADOW)
        except (NetworkUnavailableError, DatabaseUnavailableError, NotFoundError) as error:
            logger.warning("The shadow gave no answer", extra={"error": type(error).__name__})
        # The check is stored and its result is valid: no error here may reach the user.
        except Exception as error:  # noqa: BLE001
            logger.error("The shadow failed", extra={"error": origin_of(error)})

    def count_pending(self, version: str) -> int:
        """Return the number of checks without a prediction of this version."""
        with unit_of_work() as session:
            return session.scalar(_pending(select(func.count()), version)) or 0

    def pending(self, version: str) -> Iterator[UUID]:
        """Yield the checks without a prediction of this version, oldest first."""
        position = (Check.created_at, Check.id)
        query = _pending(select(*position), version).order_by(*position).limit(PENDING_BATCH)
        batch = query
        while True:
            with unit_of_work() as session:
                rows = session.execute(batch).all()
            yield from (row.id for row in rows)
            if len(rows) < PENDING_BATCH:
                return
            batch = query.where(tuple_(*position) > tuple(rows[-1]))

    def rescore(self, check_id: UUID, network: Network) -> tuple[Status, Status]:
        """Store the prediction of `network` for an old check.

        Return the status that the check was created with and the one that `network` gives. Raise
        NotFoundError if the check was deleted, PhotoUnavailableError, NetworkUnavailableError.
        """
        with unit_of_work() as session:
            check = session.get(Check, check_id)
        if check is None:
            raise NotFoundError(DELETED)
        photo = decode(self._photos.read(check))
        before = check.reviews[-1].previous_status if check.reviews else check.status
        return before, self._store(check, photo, network, PredictionReason.RESCORE)

    @staticmethod
    def _store(
        check: Check, photo: Image.Image, network: Network, reason: PredictionReason
    ) -> Status:
        """Store a prediction for the check, unless there is one; return its status."""
        # The issues of the uploaded file cannot be detected in the stored photo.
        file_issues = [issue for issue in FILE_ISSUES if issue in check.quality["issues"]]
        named = Region(*check.named_region) if check.named_region else None
        assessment = assess(network, photo, Context(**check.context), file_issues, named)
        columns = prediction_columns(network, assessment)
        query = insert(ShadowPrediction).values(check_id=check.id, reason=reason, **columns)
        try:
            with unit_of_work() as session:
                session.execute(query.on_conflict_do_nothing())
                session.commit()
        except IntegrityError as error:
            raise NotFoundError(DELETED) from error
        return Status(columns["status"])


def _pending(query: Query, version: str) -> Query:
    """Return a query of checks, limited to those without a prediction of this version."""
    predicted = exists().where(
        ShadowPrediction.check_id == Check.id, ShadowPrediction.model_version == version
    )
    return query.select_from(Check).where(Check.model_version != version, ~predicted)
