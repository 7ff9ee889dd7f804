"""The photos of checks, in the folder for uploads and in the photo storage."""

import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal
from uuid import UUID, uuid4

from sqlalchemy import delete, select, update

from constants import PhotoState
from db import unit_of_work
from managers.errors import PhotoUnavailableError, ServiceUnavailableError
from models import Check, PhotoDeletion
from services.disk_space import DiskSpace
from services.photo_storage import PhotoStorage, StorageError, StorageUnavailableError
from utils.clock import now
from utils.files import make_durable, write_private
from utils.photo import is_intact_jpeg

logger = logging.getLogger(__name__)

# No upload takes this long. A younger file may belong to an upload in progress.
ORPHAN_AGE = timedelta(minutes=10)
NO_SPACE = "The service has no space for uploads at the moment. Try again later."
SWEEP_BATCH = 100


class PhotoManager:
    """Moves photos from the folder for uploads to the photo storage, and reads and deletes them.

    A photo stays in the folder until the storage has it and its check is committed. A file whose
    name belongs to no check is from an upload that got no response.
    """

    def __init__(
        self, space: DiskSpace, temp_dir: Path, storage: PhotoStorage, patient: PhotoStorage
    ) -> None:
        """Set the storage: `storage` for requests, `patient` with longer timeouts for the sweep."""
        self._space = space
        self._temp_dir = temp_dir
        self._storage = storage
        self._patient = patient

    def stage(self, content: bytes) -> str:
        """Write an upload to the folder and return its key. Raise ServiceUnavailableError.

        Until `push`, a loss of power can lose the file: the upload has no response yet.
        """
        key = uuid4().hex
        if self._space.is_short():
            logger.error("The disk is nearly full: uploads are refused")
            raise ServiceUnavailableError(NO_SPACE)
        try:
            write_private(self._temp_path(key), content, is_durable=False)
        except OSError as error:
            logger.error("Cannot stage an upload", extra={"reason": error.strerror})
            raise ServiceUnavailableError(NO_SPACE) from error
        return key

    def push(self, key: str, content: bytes) -> PhotoState:
        """Put a photo into the storage and return its state: WAITING if the storage fails.

        Raise ServiceUnavailableError if the photo would have to wait, but cannot.
        """
        state = self._push(self._storage, key, content)
        if state is PhotoState.WAITING:
            try:
                make_durable(self._temp_path(key))
            except OSError as error:
                logger.error("Cannot keep a waiting photo", extra={"reason": error.strerror})
                raise ServiceUnavailableError(NO_SPACE) from error
        return state

    @staticmethod
    def _push(storage: PhotoStorage, key: str, content: bytes) -> PhotoState:
        try:
            storage.put(key, content)
        except StorageUnavailableError as error:
            logger.warning("A photo waits for the photo storage", extra={"reason": str(error)})
            return PhotoState.WAITING
        return PhotoState.STORED

    def release(self, key: str, state: PhotoState) -> None:
        """Remove the local copy of a stored photo whose check is committed."""
        if state is PhotoState.STORED:
            self._temp_path(key).unlink(missing_ok=True)

    def discard(self, key: str) -> None:
        """Remove the photo of a failed upload. If the storage fails, a sweep removes it later."""
        self._discard(self._storage, key)

    def _discard(self, storage: PhotoStorage, key: str) -> None:
        try:
            storage.delete(key)
        except StorageUnavailableError:
            return
        self._temp_path(key).unlink(missing_ok=True)

    def read(self, check: Check) -> bytes:
        """Return the JPEG file as it was stored. Raise PhotoUnavailableError."""
        return self._read(check, self._storage)

    def _read(self, check: Check, storage: PhotoStorage) -> bytes:
        # A sweep may have pushed a waiting photo since the check was read, or another machine may
        # have it. A stored photo may still have a local copy.
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
            if _is_as_stored(check, content):
                return content
            _log_damage(check, content)
        raise PhotoUnavailableError("The photo cannot be read at the moment. Try again later.")

    def read_patiently(self, check: Check) -> bytes:
        """Return the JPEG file as `read` does, with longer timeouts.

        Raise PhotoUnavailableError, ServiceUnavailableError if the storage is down.
        """
        try:
            return self._read(check, self._patient)
        except PhotoUnavailableError:
            # While the storage is down, nothing is known about the photo.
            self.require_storage()
            raise

    def require_storage(self) -> None:
        """Raise ServiceUnavailableError, with the reason for the operator, if the storage fails."""
        try:
            self._patient.probe()
        except StorageError as error:
            raise ServiceUnavailableError(
                f"The photo storage is unavailable: {error}. Try again later."
            ) from error

    def delete(self, keys: Sequence[str]) -> None:
        """Remove photos whose deletion is committed. If the storage fails, a sweep continues."""
        self._delete(self._storage, keys)

    def _delete(self, storage: PhotoStorage, keys: Sequence[str]) -> int:
        """Remove photos until the storage fails; return how many are gone."""
        for key in keys:
            self._temp_path(key).unlink(missing_ok=True)
        gone = []
        try:
            for key in keys:
                storage.delete(key)
                gone.append(key)
        except StorageUnavailableError as error:
            logger.warning("Photos wait for their deletion", extra={"reason": str(error)})
        with unit_of_work() as session:
            session.execute(delete(PhotoDeletion).where(PhotoDeletion.photo_key.in_(gone)))
            session.commit()
        return len(gone)

    def sweep(self) -> None:
        """Finish work that an outage or a crash interrupted.

        This is safe at any time and in many processes at once.
        """
        self.finish_deletions()
        self.push_waiting()
        self.remove_orphans()

    def finish_deletions(self) -> None:
        """Remove photos whose deletion is committed but has failed so far, oldest first."""
        if keys := self._due_deletions():
            self._delete(self._patient, keys)

    @staticmethod
    def _due_deletions() -> Sequence[str]:
        query = select(PhotoDeletion.photo_key).order_by(PhotoDeletion.created_at)
        with unit_of_work() as session:
            return session.scalars(query.limit(SWEEP_BATCH)).all()

    def push_waiting(self) -> None:
        """Put the waiting photos into the storage, until it fails."""
        for _ in self._pushed():
            pass

    def _pushed(self) -> Iterator[UUID]:
        """Put the waiting photos into the storage, until it fails; yield each check."""
        for check in self._waiting():
            path = self._temp_path(check.photo_key)
            try:
                content = path.read_bytes()
            except FileNotFoundError:
                continue
            if not _is_as_stored(check, content):
                _log_damage(check, content)
                continue
            if self._push(self._patient, check.photo_key, content) is PhotoState.WAITING:
                return
            self._mark_stored(check.photo_key)
            path.unlink(missing_ok=True)
            yield check.id

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
            # The check was deleted during the push.
            self._discard(self._patient, key)

    def remove_orphans(self) -> None:
        """Remove files of failed uploads, and local copies of stored photos."""
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
                self.release(key, known[key])
            else:
                self._discard(self._patient, key)

    def sweep_all(self) -> Iterator[Literal["deleted", "pushed"]]:
        """Sweep until nothing is left to do, or the storage fails; yield what is done to a photo.

        Raise ServiceUnavailableError if photos are left because the storage fails.
        """
        while keys := self._due_deletions():
            deleted = self._delete(self._patient, keys)
            for _ in range(deleted):
                yield "deleted"
            if deleted < len(keys):
                break
        for _ in self._pushed():
            yield "pushed"
        self.remove_orphans()
        if self._due_deletions() or self._waiting():
            self.require_storage()

    def is_waiting_here(self, key: str) -> bool:
        """Return whether a waiting photo is on this machine."""
        return self._temp_path(key).exists()

    def _temp_path(self, key: str) -> Path:
        return self._temp_dir / f"{key}.jpg"


def photo_columns(content: bytes) -> dict[str, Any]:
    """Return the columns of a check about the stored photo: length and digest."""
    return {"photo_size": len(content), "photo_sha256": hashlib.sha256(content).digest()}


def _is_as_stored(check: Check, content: bytes) -> bool:
    if check.photo_sha256 is None:
        return is_intact_jpeg(content)
    return hashlib.sha256(content).digest() == check.photo_sha256


def _log_damage(check: Check, content: bytes) -> None:
    about = {"check_id": str(check.id), "bytes": len(content), "expected": check.photo_size}
    logger.error("A photo differs from the stored one", extra=about)


def _modified(path: Path) -> float:
    """Return the time of the last change in seconds since the epoch, or now for a removed file."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return now().timestamp()
