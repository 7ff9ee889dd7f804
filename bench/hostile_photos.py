"""The memory of the service under costly photos: `python -m bench.hostile_photos`.

Eight copies of a photo are uploaded at once, half as JSON and half as forms. The photos are as
large as their format may be.
"""

import io
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread

import click
import numpy as np
import pillow_heif
import psutil
import pybase64
import requests
from PIL import Image
from tqdm import tqdm

from bench.server import Server, running_server, token
from cnn_model.data.synthetic import jpeg, skin_photo
from constants import MAX_PHOTO_PIXELS, MAX_UNREDUCED_PIXELS, MAX_WEBP_PIXELS

AT_ONCE, WARM_UPS = 8, 8


def _saved(mode: str, pixels: int, **options: object) -> bytes:
    side, buffer = int(pixels**0.5), io.BytesIO()
    Image.new(mode, (side, side), 100).save(buffer, **options)  # type: ignore[arg-type]
    return buffer.getvalue()


def _heic_with_ten_bits() -> bytes:
    side, buffer = int(MAX_UNREDUCED_PIXELS**0.5), io.BytesIO()
    pixels = np.full((side, side, 3), 30_000, np.uint16)
    picture = pillow_heif.from_bytes("RGB;16", (side, side), pixels.tobytes())
    picture.save(buffer, quality=1, enc_params={"preset": "ultrafast"})
    return buffer.getvalue()


PHOTOS: dict[str, Callable[[], bytes]] = {
    "JPEG": lambda: _saved("RGB", MAX_PHOTO_PIXELS, format="JPEG", quality=10),
    "JPEG, progressive CMYK": lambda: _saved(
        "CMYK", MAX_UNREDUCED_PIXELS, format="JPEG", quality=10, progressive=True
    ),
    "PNG, transparent": lambda: _saved("RGBA", MAX_UNREDUCED_PIXELS, format="PNG"),
    "PNG, palette": lambda: _saved("P", MAX_UNREDUCED_PIXELS, format="PNG", transparency=0),
    "WebP, lossless": lambda: _saved("RGB", MAX_WEBP_PIXELS, format="WEBP", lossless=True),
    "WebP, transparent": lambda: _saved("RGBA", MAX_WEBP_PIXELS, format="WEBP", quality=1),
    "HEIC, ten bits": _heic_with_ten_bits,
}


def megabytes(server: Server) -> list[int]:
    """Return the memory of each serving process together with its decoder."""
    found = []
    for worker in server.process.children():
        if worker.name() != "postgres":
            family = (worker, *worker.children(recursive=True))
            found.append(sum(member.memory_info().rss for member in family) >> 20)
    return found


def upload(server: Server, headers: dict[str, str], photo: bytes, *, as_json: bool) -> int:
    """Return the status of an upload."""
    body = (
        {"json": {"photo": pybase64.b64encode(photo).decode()}}
        if as_json
        else {"files": {"photo": photo}}
    )
    url = f"{server.api}/user/checks"
    return requests.post(url, headers=headers, timeout=120, **body).status_code


def measure(server: Server, headers: dict[str, str], photo: bytes) -> tuple[int, int, float]:
    """Return the peak in megabytes, how many uploads had to wait too long, and the seconds."""
    peak, is_over = 0, Event()

    def watch() -> None:
        nonlocal peak
        while not is_over.wait(0.02):
            try:
                peak = max(peak, *megabytes(server))
            except psutil.Error:
                continue  # a decoder that was replaced meanwhile

    watcher = Thread(target=watch)
    watcher.start()
    start = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        uploads = [
            pool.submit(upload, server, headers, photo, as_json=number % 2 == 0)
            for number in range(AT_ONCE)
        ]
    seconds = time.perf_counter() - start
    is_over.set()
    watcher.join()
    return peak, sum(each.result() == 503 for each in uploads), seconds


@click.command()
def bench() -> None:
    """Upload costly photos to a server that is started for it and print its memory."""
    with running_server() as server:
        headers = {"Authorization": f"Bearer {token(server.api)}"}
        for _ in range(WARM_UPS):
            upload(server, headers, jpeg(skin_photo((4032, 3024))), as_json=True)
        click.echo(f"MB of a process with its decoder, at the start: {max(megabytes(server))}")
        click.echo(f"{'eight at once':24} peak in MB  afterwards  seconds  503")
        for name, make in tqdm(PHOTOS.items(), leave=False):
            peak, refused, seconds = measure(server, headers, make())
            time.sleep(1)
            after = max(megabytes(server))
            tqdm.write(f"{name:24}{peak:11}{after:12}{seconds:9.1f}{refused:5}")


if __name__ == "__main__":
    bench()
