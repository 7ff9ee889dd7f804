"""A folder of static files, read once and held in memory with its compressed forms."""

import base64
import gzip
import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
COMPRESSED = {".css", ".html", ".js", ".json", ".svg", ".webmanifest"}
IMPORT_MAP = re.compile(r'<script type="importmap">(.*?)</script>', re.DOTALL)


@dataclass(frozen=True)
class StaticFile:
    """One file: `packed` is its content under gzip, None for a type that is compressed already."""

    content: bytes
    packed: bytes | None
    media_type: str
    digest: str


class StaticFiles:
    """The files directly in `root` and in some of its folders, by their path with `/`."""

    def __init__(
        self,
        root: Path,
        folders: Collection[str] = (),
        hidden: Collection[str] = (),
        joined: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """Set what is served.

        `folders` are names in `root`, `hidden` are paths of files. `joined` are files that consist
        of others, one after the other, which are not served by themselves.
        """
        self._root = root
        self._folders = folders
        self._joined = joined or {}
        self._hidden = {*hidden, *(part for parts in self._joined.values() for part in parts)}

    @cached_property
    def files(self) -> Mapping[str, StaticFile]:
        # A request is looked up here and never becomes a path of the file system.
        paths = [*self._root.glob("*")]
        for folder in self._folders:
            paths += (self._root / folder).rglob("*")
        named = {path.relative_to(self._root).as_posix(): path for path in sorted(paths)}
        files = {
            name: of_content(path.read_bytes(), path.suffix)
            for name, path in named.items()
            if path.suffix in TYPES and path.is_file() and name not in self._hidden
        }
        return files | {name: self._join(name, parts) for name, parts in self._joined.items()}

    def _join(self, name: str, parts: Sequence[str]) -> StaticFile:
        content = b"\n".join((self._root / part).read_bytes() for part in parts)
        return of_content(content, Path(name).suffix)

    @cached_property
    def version(self) -> str:
        """The digest of all files: another version has other files."""
        digests = "".join(f"{name}:{file.digest}\n" for name, file in self.files.items())
        return hashlib.sha256(digests.encode()).hexdigest()[:16]


def import_map_hash(page: bytes) -> str:
    """Return the source expression of a policy that allows the import map of an HTML page."""
    found = IMPORT_MAP.search(page.decode())
    if found is None:
        raise ValueError("The page has no import map.")
    digest = hashlib.sha256(found[1].encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def of_content(content: bytes, suffix: str) -> StaticFile:
    """Return a file with this content and the type of this suffix."""
    packed = gzip.compress(content, 9, mtime=0) if suffix in COMPRESSED else None
    return StaticFile(content, packed, TYPES[suffix], hashlib.sha256(content).hexdigest()[:32])
