"""The photos of checks on their way through the service."""

import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select, update

from constants import PhotoState
from db import unit_of_work
from managers.errors import PhotoUnavailableError, ServiceUnavailableError
from models import Check, PhotoDeletion
from services.photo_storage import PhotoStorage, StorageError, StorageUnavailableError
from utils.clock import now
from utils.files import write_private
from utils.photo import is_intact_jpeg

logger = logging.getLogger(__name__)

# No upload takes as long as this: a younger file may still be in flight.
ORPHAN_AGE = timedelta(minutes=10)
SWEEP_BATCH = VERIFY_BATCH = 100


class PhotoManager:
    """A photo lies in the folder for uploads until the storage has it and its check is committed.

    Whatever stands in that folder under a name that no check has, was never answered.
    """

    def __init__(self, temp_dir: Path, storage: PhotoStorage, patient: PhotoStorage) -> None:
        """Take the same storage twice: `patient` is for the background, where nobody waits."""
        self._temp_dir = temp_dir
        self._storage = storage
        self._patient = patient

    def keep(self, content: bytes) -> str:
        """Write an upload to the folder and return its key. Raise ServiceUnavailableError."""
        key = uuid4().hex
        try:
            write_private(self._temp_path(key), content)
        except OSError as error:
            logger.error("Cannot keep an upload: %s", error.strerror)
            raise ServiceUnavailableError(
                "The service has no room for uploads at the moment. Try again later."
            ) from error
        return key

    def push(self, key: str, content: bytes) -> PhotoState:
        """Put a photo into the storage and return its state: it waits if the storage fails."""
        return self._push(self._storage, key, content)

    @staticmethod
    def _push(storage: PhotoStorage, key: str, content: bytes) -> PhotoState:
        try:
            storage.put(key, content)
        except StorageUnavailableError as error:
            logger.warning("A photo waits for the photo storage (%s)", error)
            return PhotoState.WAITING
        return PhotoState.STORED

    def settle(self, key: str, state: PhotoState) -> None:
        """Remove the copy here of a photo that is stored and whose check is committed."""
        if state is PhotoState.STORED:
            self._temp_path(key).unlink(missing_ok=True)

    def discard(self, key: str) -> None:
        """Remove the photo of an upload that failed; a sweep does it if the storage fails."""
        self._discard(self._storage, key)

    def _discard(self, storage: PhotoStorage, key: str) -> None:
        try:
            storage.delete(key)
        except StorageUnavailableError:
            return
        self._temp_path(key).unlink(missing_ok=True)

    def read(self, check: Check) -> bytes:
        """Return the JPEG file as it was kept. Raise PhotoUnavailableError."""
        return self._read(check, self._storage)

    def _read(self, check: Check, storage: PhotoStorage) -> bytes:
        # A sweep may have pushed a waiting photo since the check was read, or another machine has
        # it; and a stored photo may still have its copy here.
        sources: list[Callable[[], bytes]] = [
            self._temp_path(check.photo_key).read_bytes,
            lambda: storage.get(check.photo_key),
        ]
        if check.photo_state is PhotoState.STORED:
            sources.reverse()
        for source in sources:
            try:
                content = source()
            except (OSError, StorageError):
                continue
            if _is_as_kept(check, content):
                return content
            _tell_of_damage(check, content)
        raise PhotoUnavailableError("The photo cannot be read at the moment. Try again later.")

    def count(self) -> int:
        """Return how many photos `verify` goes through."""
        with unit_of_work() as session:
            return session.scalar(select(func.count()).select_from(Check)) or 0

    def verify(self) -> Iterator[tuple[UUID, bool]]:
        """Yield the id of each check, and whether its photo is there and as it was kept.

        Record length and digest of photos from before these were kept.
        """
        last: UUID | None = None
        while batch := _checks_after(last):
            for check in batch:
                try:
                    content = self._read(check, self._patient)
                except PhotoUnavailableError:
                    yield check.id, False
                    continue
                if check.photo_sha256 is None:
                    _record(check, content)
                yield check.id, True
            last = batch[-1].id

    def delete(self, keys: Sequence[str]) -> None:
        """Remove photos whose deletion is committed; a sweep goes on if the storage fails."""
        self._delete(self._storage, keys)

    def _delete(self, storage: PhotoStorage, keys: Sequence[str]) -> None:
        for key in keys:
            self._temp_path(key).unlink(missing_ok=True)
        gone = []
        try:
            for key in keys:
                storage.delete(key)
                gone.append(key)
        except StorageUnavailableError as error:
            logger.warning("Photos wait for their deletion (%s)", error)
        with unit_of_work() as session:
            session.execute(delete(PhotoDeletion).where(PhotoDeletion.photo_key.in_(gone)))
            session.commit()

    def sweep(self) -> None:
        """Finish what an outage or a crash interrupted. Safe at any time, in many processes."""
        self.finish_deletions()
        self.push_waiting()
        self.remove_orphans()

    def finish_deletions(self) -> None:
        """Remove photos whose deletion is committed and failed so far, the oldest first."""
        with unit_of_work() as session:
            query = select(PhotoDeletion.photo_key).order_by(PhotoDeletion.created_at)
            keys = session.scalars(query.limit(SWEEP_BATCH)).all()
        if keys:
            self._delete(self._patient, keys)

    def push_waiting(self) -> None:
        """Hand the photos that wait in the folder to the storage, until it fails."""
        for check in self._waiting():
            path = self._temp_path(check.photo_key)
            try:
                content = path.read_bytes()
            except FileNotFoundError:
                continue
            if not _is_as_kept(check, content):
                _tell_of_damage(check, content)
                continue
            if self._push(self._patient, check.photo_key, content) is PhotoState.WAITING:
                return
            self._mark_stored(check.photo_key)
            path.unlink(missing_ok=True)

    def _waiting(self) -> Sequence[Check]:
        """Return the checks whose waiting photo is on this machine."""
        keys = [path.stem for path in self._temp_dir.glob("*.jpg")]
        query = select(Check).where(
            Check.photo_key.in_(keys), Check.photo_state == PhotoState.WAITING
        )
        with unit_of_work() as session:
            return session.scalars(query).all()

    def _mark_stored(self, key: str) -> None:
        with unit_of_work() as session:
            marked = session.execute(
                update(Check)
                .where(Check.photo_key == key)
                .values(photo_state=PhotoState.STORED)
                .returning(Check.id)
            ).all()
            session.commit()
        if not marked:
            # The check was deleted while its photo was on the way.
            self._discard(self._patient, key)

    def remove_orphans(self) -> None:
        """Remove files of uploads that failed, and copies of photos that are stored."""
        before = (now() - ORPHAN_AGE).timestamp()
        old = [p for p in self._temp_dir.glob("*.*") if _modified(p) < before]
        paths = {path.stem: path for path in old if path.suffix == ".jpg"}
        for part in old:
            if part.suffix == ".part":
                part.unlink(missing_ok=True)
        with unit_of_work() as session:
            rows = session.execute(
                select(Check.photo_key, Check.photo_state).where(Check.photo_key.in_(paths))
            )
            known = {row.photo_key: row.photo_state for row in rows}
        for key in paths:
            if key in known:
                self.settle(key, known[key])
            else:
                self._discard(self._patient, key)

    def _temp_path(self, key: str) -> Path:
        return self._temp_dir / f"{key}.jpg"


def photo_columns(content: bytes) -> dict[str, Any]:
    """Return length and digest of the stored photo, for its check."""
    return {"photo_size": len(content), "photo_sha256": hashlib.sha256(content).digest()}


def _is_as_kept(check: Check, content: bytes) -> bool:
    if check.photo_sha256 is None:
        return is_intact_jpeg(content)
    return hashlib.sha256(content).digest() == check.photo_sha256


def _tell_of_damage(check: Check, content: bytes) -> None:
    kept = check.photo_size or "an unknown number"
    logger.error(
        "The photo of check %s is not what was kept: %d bytes instead of %s",
        *(check.id, len(content), kept),
    )


def _checks_after(last: UUID | None) -> Sequence[Check]:
    query = select(Check).order_by(Check.id).limit(VERIFY_BATCH)
    with unit_of_work() as session:
        return session.scalars(query.where(Check.id > last) if last else query).all()


def _record(check: Check, content: bytes) -> None:
    with unit_of_work() as session:
        session.execute(update(Check).where(Check.id == check.id).values(photo_columns(content)))
        session.commit()


def _modified(path: Path) -> float:
    """Return seconds since the epoch; now for a file that was removed meanwhile."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return now().timestamp()
