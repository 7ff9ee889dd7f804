"""A photo can end the process that decodes it, and nothing else."""

import io
import os
import pwd
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnn_model.data.synthetic import jpeg, skin_photo
from cnn_model.evaluation import encodings
from constants import MAX_PHOTO_BYTES, QualityIssue
from services.photo_decoder import DecoderUnavailableError, PhotoDecoder, decoder
from utils.errors import BusyError
from utils.photo import PhotoAnimatedError, PhotoTooLargeError, PhotoUnreadableError, normalise

PHOTO = skin_photo((300, 200))
FILE = jpeg(PHOTO)


@pytest.fixture(scope="module")
def photo_decoder() -> Iterator[PhotoDecoder]:
    photo_decoder = PhotoDecoder()
    photo_decoder.start()
    yield photo_decoder
    assert photo_decoder._child
    photo_decoder._child.stop()


def pid_of(photo_decoder: PhotoDecoder) -> int:
    assert photo_decoder._child
    return photo_decoder._child._process.pid


@pytest.mark.parametrize("name", encodings.ENCODINGS)
def test_gives_the_same_pixels(photo_decoder: PhotoDecoder, name: str) -> None:
    """Also as a user who cannot read what is imported late."""
    content = encodings.ENCODINGS[name](PHOTO)
    expected, found = normalise(content), photo_decoder.normalise(content)
    np.testing.assert_array_equal(np.asarray(found.image), np.asarray(expected.image))
    assert found.issues == expected.issues


def test_tells_the_issues_of_the_file(photo_decoder: PhotoDecoder) -> None:
    content = jpeg(PHOTO, icc_profile=b"no profile")
    assert photo_decoder.normalise(content).issues == (QualityIssue.COLOURS_UNKNOWN,)


def animated() -> bytes:
    buffer = io.BytesIO()
    frames = [skin_photo((80, 80), seed=seed) for seed in range(2)]
    frames[0].save(buffer, "WEBP", save_all=True, append_images=frames[1:])
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"text", PhotoUnreadableError),
        (FILE[:-20], PhotoUnreadableError),
        (animated(), PhotoAnimatedError),
        (jpeg(Image.new("RGB", (2000, 70))), PhotoTooLargeError),
        (bytes(MAX_PHOTO_BYTES + 1), PhotoTooLargeError),
    ],
    ids=["no picture", "cut", "animated", "narrow", "large"],
)
def test_raises_the_errors_of_the_child(
    photo_decoder: PhotoDecoder, content: bytes, error: type[Exception]
) -> None:
    with pytest.raises(error) as raised:
        photo_decoder.normalise(content)
    assert str(raised.value).endswith(".")


def die_later(photo_decoder: PhotoDecoder, number: signal.Signals) -> threading.Timer:
    """End the child while it works on the next photo."""
    pid = pid_of(photo_decoder)
    os.kill(pid, signal.SIGSTOP)

    def die() -> None:
        os.kill(pid, number)
        # A process that is stopped handles no other signal.
        if number != signal.SIGKILL:
            os.kill(pid, signal.SIGCONT)

    timer = threading.Timer(0.1, die)
    timer.start()
    return timer


def test_a_photo_that_ends_the_child_is_refused(photo_decoder: PhotoDecoder) -> None:
    photo_decoder.normalise(FILE)
    timer = die_later(photo_decoder, signal.SIGXCPU)
    with pytest.raises(PhotoUnreadableError, match="too long"):
        photo_decoder.normalise(FILE)
    timer.join()
    assert photo_decoder.normalise(FILE).image.size == PHOTO.size


def test_a_child_that_somebody_killed_is_replaced(photo_decoder: PhotoDecoder) -> None:
    """The photo is not the reason: another child decodes it."""
    photo_decoder.normalise(FILE)
    timer = die_later(photo_decoder, signal.SIGKILL)
    assert photo_decoder.normalise(FILE).image.size == PHOTO.size
    timer.join()


def test_a_child_that_takes_too_long_is_replaced(
    photo_decoder: PhotoDecoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo_decoder.normalise(FILE)
    first = pid_of(photo_decoder)
    os.kill(first, signal.SIGSTOP)
    with monkeypatch.context() as patch:
        patch.setattr(decoder, "DEADLINE", 0.05)
        with pytest.raises(PhotoUnreadableError):
            photo_decoder.normalise(FILE)
    assert photo_decoder.normalise(FILE).image.size == PHOTO.size
    assert pid_of(photo_decoder) != first


def test_a_child_that_keeps_memory_is_replaced(
    photo_decoder: PhotoDecoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = pid_of(photo_decoder)
    monkeypatch.setattr(decoder, "MAX_GROWTH", -(2**40))
    assert photo_decoder.normalise(FILE).image.size == PHOTO.size
    assert pid_of(photo_decoder) != first


def test_another_photo_waits_only_for_a_while(
    photo_decoder: PhotoDecoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoder, "PATIENCE", 0.01)
    with photo_decoder._turn(), pytest.raises(BusyError):
        photo_decoder.normalise(FILE)


def test_the_child_has_no_secrets_and_little_else(photo_decoder: PhotoDecoder) -> None:
    photo_decoder.normalise(FILE)
    process = Path("/proc") / str(pid_of(photo_decoder))
    items = filter(None, (process / "environ").read_text().split("\0"))
    assert {item.partition("=")[0] for item in items} == set(decoder.ENVIRONMENT)
    libraries = (process / "maps").read_text()
    assert not any(name in libraries for name in ("psycopg2", "sqlalchemy", "litert", "tensorflow"))


def test_the_child_ends_with_its_parent() -> None:
    own = PhotoDecoder()
    own.normalise(FILE)
    assert own._child
    process = own._child._process
    own._child._connection.close()
    assert process.wait(timeout=30) == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has something to give up")
def test_the_child_gives_up_root(photo_decoder: PhotoDecoder) -> None:
    photo_decoder.normalise(FILE)
    status = (Path("/proc") / str(pid_of(photo_decoder)) / "status").read_text()
    nobody = str(pwd.getpwnam("nobody").pw_uid)
    ids = next(line.split()[1:] for line in status.splitlines() if line.startswith("Uid:"))
    assert ids == [nobody] * 4


def test_a_child_that_does_not_start_is_no_fault_of_the_photo(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("services.photo_decoder.decoder.sys.executable", "/bin/false")
    own = PhotoDecoder()
    with pytest.raises(DecoderUnavailableError):
        own.normalise(FILE)
    monkeypatch.undo()
    assert own.normalise(FILE).image.size == PHOTO.size
    assert own._child
    own._child.stop()


def test_a_large_file_for_a_child_that_does_not_read_has_a_deadline(
    photo_decoder: PhotoDecoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo_decoder.normalise(FILE)
    os.kill(pid_of(photo_decoder), signal.SIGSTOP)
    with monkeypatch.context() as patch:
        patch.setattr(decoder, "DEADLINE", 0.05)
        with pytest.raises(PhotoUnreadableError):
            photo_decoder.normalise(FILE + bytes(5_000_000))
    assert photo_decoder.normalise(FILE).image.size == PHOTO.size
