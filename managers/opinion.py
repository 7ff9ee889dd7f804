"""What other networks say of the checks than those that answered."""

import logging
from collections.abc import Sequence
from uuid import UUID

from PIL import Image
from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from cnn_model.model_run import Network, NetworkUnavailableError
from cnn_model.serving.context import Context
from cnn_model.serving.quality import assess_quality
from constants import OpinionReason, Status
from db import DatabaseUnavailableError, unit_of_work
from managers.errors import NotFoundError
from managers.network import NetworkManager
from managers.photo import PhotoManager
from models import Check, Opinion
from utils.origin import origin_of
from utils.photo import READING_ISSUES, decode

logger = logging.getLogger(__name__)


class OpinionManager:
    def __init__(self, networks: NetworkManager, photos: PhotoManager) -> None:
        self._networks = networks
        self._photos = photos

    def ask_shadow(self, check: Check, photo: Image.Image) -> None:
        """Store the answer of the shadow network, if there is one, to a check that is stored.

        Whatever fails is logged and not raised.
        """
        try:
            network = self._networks.shadow()
            if network and network.version != check.model_version:
                self._keep(check, photo, network, OpinionReason.SHADOW)
        except (NetworkUnavailableError, DatabaseUnavailableError, NotFoundError) as error:
            logger.warning("The shadow gave no answer: %s", type(error).__name__)
        # The check is stored and its answer stands: no mistake here may reach the person.
        except Exception as error:  # noqa: BLE001
            logger.error("The shadow failed: %s", origin_of(error))

    def pending(self, version: str, limit: int | None = None) -> Sequence[UUID]:
        """Checks of which the network of that version has said nothing yet, the oldest first."""
        said = exists().where(Opinion.check_id == Check.id, Opinion.model_version == version)
        query = select(Check.id).where(Check.model_version != version, ~said)
        with unit_of_work() as session:
            return session.scalars(query.order_by(Check.created_at, Check.id).limit(limit)).all()

    def rescore(self, check_id: UUID, network: Network) -> tuple[Status, Status]:
        """Keep what `network` says of an old check; returns the status that the check came with,
        and the one that it would come with now.

        Raises NotFoundError where it is gone, PhotoUnavailableError, NetworkUnavailableError.
        """
        with unit_of_work() as session:
            check = session.get(Check, check_id)
        if check is None:
            raise _gone()
        photo = decode(self._photos.read(check))
        before = check.reviews[-1].previous_status if check.reviews else check.status
        return before, self._keep(check, photo, network, OpinionReason.RESCORE)

    @staticmethod
    def _keep(check: Check, photo: Image.Image, network: Network, reason: OpinionReason) -> Status:
        """With the same context and the same caution as a check. The first opinion stands."""
        answer = network.answer(photo, Context(**check.told))
        # The stored photo does not tell what stood against the file that it came in.
        reading = [name for name in check.quality["warnings"] if name in READING_ISSUES]
        status = assess_quality(photo, answer, reading).cautious(answer.status)
        opinion = insert(Opinion).values(
            check_id=check.id,
            model_version=network.version,
            reason=reason,
            status=status,
            probability=answer.probability,
            interval_low=answer.interval[0],
            interval_high=answer.interval[1],
            premalignant_probability=answer.premalignant_probability,
            probabilities=answer.probabilities,
        )
        try:
            with unit_of_work() as session:
                session.execute(opinion.on_conflict_do_nothing())
                session.commit()
        except IntegrityError as error:
            raise _gone() from error
        return status


def _gone() -> NotFoundError:
    return NotFoundError("The check has been deleted meanwhile.")
