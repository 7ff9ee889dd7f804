"""The photos of all users, for operators. Nothing here shows a photo."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from constants import PhotoState
from db import unit_of_work
from managers.errors import PhotoUnavailableError
from managers.page import stream
from managers.photo import PhotoManager, photo_columns
from models import Check, PhotoDeletion
from utils.clock import now

VERIFY_BATCH = 100


class AllPhotosManager:
    def __init__(self, photos: PhotoManager) -> None:
        self._photos = photos

    def count(self) -> int:
        """Return the number of photos that `verify` checks."""
        with unit_of_work() as session:
            return session.scalar(select(func.count()).select_from(Check)) or 0

    def verify(self) -> Iterator[tuple[UUID, bool]]:
        """Yield the id of each check, and whether its photo exists and is as it was stored.

        Record length and digest of photos from before these were recorded. Raise
        ServiceUnavailableError if the storage is down.
        """
        last: UUID | None = None
        while batch := _checks_after(last):
            for check in batch:
                try:
                    content = self._photos.read_patiently(check)
                except PhotoUnavailableError:
                    yield check.id, False
                    continue
                if check.photo_sha256 is None:
                    _record(check, content)
                yield check.id, True
            last = batch[-1].id

    def waiting(self) -> Iterator[Mapping[str, Any]]:
        """Yield each photo that waits for the storage, oldest first.

        `age_seconds` is the age of its check, `is_here` whether this machine has it.
        """
        query = select(Check.id, Check.created_at, Check.photo_size, Check.photo_key)
        query = query.where(Check.photo_state == PhotoState.WAITING).order_by(Check.created_at)
        moment = now()
        for row in stream(query):
            yield {
                "check_id": row["id"],
                "created_at": row["created_at"],
                "age_seconds": int((moment - row["created_at"]).total_seconds()),
                "bytes": row["photo_size"],
                "is_here": self._photos.is_waiting_here(row["photo_key"]),
            }

    def statistics(self) -> Mapping[str, Any]:
        """Return the numbers of photos by state, their bytes, and the deletions that wait."""
        states = select(Check.photo_state, func.count(), func.sum(Check.photo_size))
        states = states.group_by(Check.photo_state)
        undigested = select(func.count()).select_from(Check).where(Check.photo_sha256.is_(None))
        deletions = select(func.count(), func.min(PhotoDeletion.created_at))
        with unit_of_work() as session:
            found = {state: (photos, size) for state, photos, size in session.execute(states)}
            without_digest = session.scalar(undigested)
            waiting_deletions, oldest = session.execute(deletions).one()
        numbers = {state.value: found.get(state, (0, 0))[0] for state in PhotoState}
        return {
            **numbers,
            "bytes": sum(size or 0 for _, size in found.values()),
            "without_digest": without_digest,
            "waiting_deletions": waiting_deletions,
            "oldest_deletion": oldest,
        }


def _checks_after(last: UUID | None) -> Sequence[Check]:
    query = select(Check).order_by(Check.id).limit(VERIFY_BATCH)
    with unit_of_work() as session:
        return session.scalars(query.where(Check.id > last) if last else query).all()


def _record(check: Check, content: bytes) -> None:
    with unit_of_work() as session:
        session.execute(update(Check).where(Check.id == check.id).values(photo_columns(content)))
        session.commit()
