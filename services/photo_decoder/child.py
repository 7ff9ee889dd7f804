"""The process that decodes photos: `python -m services.photo_decoder.child SOCKET FILE`.

The arguments are the descriptors of the connection to the parent and of memory that both share. A
message of the parent is the length of a file in this memory. The pixels take its place.
"""

import json
import mmap
import os
import pwd
import resource
import sys
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import simplejpeg
from PIL import Image, PngImagePlugin, WebPImagePlugin  # noqa: F401 - imported as root

from utils.photo import PhotoError, normalise

# Megabytes above what the process takes when it starts, and seconds of a processor. The most that a
# photo within the limits took is 400 and 2.3.
MEMORY_LIMIT, CPU_SECONDS = 600, 10
NOBODY = "nobody"
READY = b"ready"
BAND_ROWS = 64
PAGE = os.sysconf("SC_PAGE_SIZE")


def main() -> None:
    """Decode photos until the parent closes the connection."""
    connection, memory = Connection(int(sys.argv[1])), mmap.mmap(int(sys.argv[2]), 0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (_data_bytes() + MEMORY_LIMIT * 2**20,) * 2)
    _decode(_usual_photo(), memory)
    _give_up_root()
    start = _resident_bytes()
    connection.send_bytes(READY)
    while True:
        try:
            length = int(connection.recv_bytes())
        except EOFError:
            return
        _limit_cpu()
        answer = _decode(memory[:length], memory)
        answer["growth"] = _resident_bytes() - start
        connection.send_bytes(json.dumps(answer).encode())


def _give_up_root() -> None:
    """Continue as the system user NOBODY if the process runs as root."""
    # Everything is imported by now: that user may not be allowed to read the code.
    if os.geteuid() == 0:
        account = pwd.getpwnam(NOBODY)
        os.setgroups([])
        os.setresgid(account.pw_gid, account.pw_gid, account.pw_gid)
        os.setresuid(account.pw_uid, account.pw_uid, account.pw_uid)


def _usual_photo() -> bytes:
    """Return a photo of twelve megapixels: decoding one takes the memory that all others take."""
    # From an array, which is given back to the system; the process would keep a picture of Pillow.
    return bytes(simplejpeg.encode_jpeg(np.zeros((3024, 4032, 3), np.uint8)))


def _decode(content: bytes, memory: mmap.mmap) -> dict[str, object]:
    """Write the pixels, three bytes each, to `memory`; return what the photo or its error is."""
    try:
        photo = normalise(content)
    except PhotoError as error:
        return {"error": type(error).__name__, "message": str(error)}
    _write_pixels(photo.image, memory)
    return {"size": photo.image.size, "issues": photo.issues}


def _write_pixels(image: Image.Image, memory: mmap.mmap) -> None:
    # In bands, because the bytes of a whole photo would be in memory twice more.
    place = 0
    for top in range(0, image.height, BAND_ROWS):
        band = image.crop((0, top, image.width, min(top + BAND_ROWS, image.height))).tobytes()
        memory[place : place + len(band)] = band
        place += len(band)


def _limit_cpu() -> None:
    """Allow the seconds for one photo on top of what the process has used so far."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(usage.ru_utime + usage.ru_stime) + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


def _resident_bytes() -> int:
    """Return the memory that the process has; 0 where the system does not tell."""
    return _statm(1)


def _data_bytes() -> int:
    return _statm(5)


def _statm(column: int) -> int:
    try:
        return int(Path("/proc/self/statm").read_text().split()[column]) * PAGE
    except OSError:
        return 0


if __name__ == "__main__":
    main()
