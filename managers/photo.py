"""The photos of checks on their way through the service."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from sqlalchemy import delete, select, update

from constants import PhotoState
from db import unit_of_work
from managers.errors import PhotoUnavailableError, ServiceUnavailableError
from models import Check, PhotoDeletion
from services.photo_storage import PhotoNotFoundError, PhotoStorage, StorageUnavailableError
from utils.clock import now
from utils.files import write_private

logger = logging.getLogger(__name__)

# No upload takes as long as this: a younger file may still be in flight.
ORPHAN_AGE = timedelta(minutes=10)
SWEEP_BATCH = 100


class PhotoManager:
    """A photo lies in the folder for uploads until the storage has it and its check is committed.

    Whatever stands in that folder under a name that no check has, was never answered.
    """

    def __init__(self, temp_dir: Path, storage: PhotoStorage) -> None:
        self._temp_dir = temp_dir
        self._storage = storage

    def keep(self, content: bytes) -> str:
        """Write an upload to the folder; returns its random key. Raises ServiceUnavailableError."""
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
        """Hand a photo to the storage; where that is down, it waits."""
        try:
            self._storage.put(key, content)
        except StorageUnavailableError as error:
            logger.warning("A photo waits for the photo storage (%s)", error)
            return PhotoState.WAITING
        return PhotoState.STORED

    def settle(self, key: str, state: PhotoState) -> None:
        """The check is committed: what is stored needs no copy here."""
        if state is PhotoState.STORED:
            self._temp_path(key).unlink(missing_ok=True)

    def discard(self, key: str) -> None:
        """The check came to nothing. Where the storage is down, a sweep finishes this."""
        try:
            self._storage.delete(key)
        except StorageUnavailableError:
            return
        self._temp_path(key).unlink(missing_ok=True)

    def read(self, key: str, state: PhotoState) -> bytes:
        """The JPEG file. Raises PhotoUnavailableError."""
        try:
            if state is PhotoState.WAITING:
                try:
                    return self._temp_path(key).read_bytes()
                except FileNotFoundError:
                    # A sweep pushed it since the check was read, or another machine holds it.
                    return self._storage.get(key)
            return self._storage.get(key)
        except (OSError, PhotoNotFoundError, StorageUnavailableError) as error:
            raise PhotoUnavailableError(
                "The photo cannot be read at the moment. Try again later."
            ) from error

    def delete(self, keys: Sequence[str]) -> None:
        """Remove photos whose deletion is committed; the storage may be down, a sweep goes on."""
        for key in keys:
            self._temp_path(key).unlink(missing_ok=True)
        gone = []
        try:
            for key in keys:
                self._storage.delete(key)
                gone.append(key)
        except StorageUnavailableError as error:
            logger.warning("Photos wait for their deletion (%s)", error)
        with unit_of_work() as session:
            session.execute(delete(PhotoDeletion).where(PhotoDeletion.photo_key.in_(gone)))
            session.commit()

    def sweep(self) -> None:
        """Finish what an outage or a crash interrupted. Safe at any time, in many processes."""
        self._delete_marked()
        self._push_waiting()
        self._remove_orphans()

    def _delete_marked(self) -> None:
        with unit_of_work() as session:
            query = select(PhotoDeletion.photo_key).order_by(PhotoDeletion.created_at)
            keys = session.scalars(query.limit(SWEEP_BATCH)).all()
        if keys:
            self.delete(keys)

    def _push_waiting(self) -> None:
        for path in self._waiting_paths():
            key = path.stem
            try:
                state = self.push(key, path.read_bytes())
            except FileNotFoundError:
                continue
            if state is PhotoState.WAITING:
                return
            self._mark_stored(key)
            path.unlink(missing_ok=True)

    def _waiting_paths(self) -> list[Path]:
        paths = {path.stem: path for path in self._temp_dir.glob("*.jpg")}
        with unit_of_work() as session:
            keys = session.scalars(
                select(Check.photo_key).where(
                    Check.photo_key.in_(paths), Check.photo_state == PhotoState.WAITING
                )
            ).all()
        return [paths[key] for key in keys]

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
            self.discard(key)

    def _remove_orphans(self) -> None:
        """Files of uploads that died, and copies of photos that are stored."""
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
                self.discard(key)

    def _temp_path(self, key: str) -> Path:
        return self._temp_dir / f"{key}.jpg"


def _modified(path: Path) -> float:
    """Seconds since the epoch; for a file that went away meanwhile, now."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return now().timestamp()
