"""The space that is left on the disks of the service."""

import shutil
from collections.abc import Sequence
from pathlib import Path

# On a small disk, the reserve is this part of it.
MAX_SHARE = 0.25


class DiskSpace:
    """Tells whether uploads leave enough space: a database that finds the disk full stops."""

    def __init__(self, folders: Sequence[Path], reserve: int) -> None:
        """Set the folders, which need not exist yet, and the megabytes that must stay free."""
        self._folders = folders
        self._reserve = reserve * 2**20

    def is_short(self) -> bool:
        """Return whether the disk of any folder has less free space than the reserve."""
        return any(self._is_short(folder) for folder in self._folders)

    def _is_short(self, folder: Path) -> bool:
        existing = next(path for path in (folder, *folder.parents) if path.exists())
        disk = shutil.disk_usage(existing)
        return disk.free < min(self._reserve, int(disk.total * MAX_SHARE))
