"""The parsers below the decoders, which read untrusted bytes first."""

import contextlib
import struct
import zlib

from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import FILES
from utils.photo import PhotoUnreadableError, hevc, isobmff, jpeg, png, webp
from utils.photo.exif import read_exif

BROKEN = (IndexError, KeyError, StopIteration, ValueError, struct.error, PhotoUnreadableError)
"""What `isobmff.coded_units` promises to raise at most."""
KINDS = st.sampled_from((b"iref", b"dimg", b"hvcC", b"ispe", b"idat", b"free"))
NUMBER = st.sampled_from((0, 1, 2, 3, 0xFFFF)) | st.integers(0, 0xFFFF)


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body) + 8, kind) + body


def numbers(version: int, *values: int) -> bytes:
    """Version and flags, then these numbers in two bytes each."""
    return bytes((version, 0, 0, 0)) + b"".join(struct.pack(">H", value) for value in values)


BODIES = st.builds(
    numbers, st.integers(0, 3), *[NUMBER] * 3
) | st.binary(max_size=60)  # fmt: skip
PROPERTIES = st.lists(st.builds(box, KINDS, BODIES), max_size=4).map(b"".join)


@st.composite
def metas(draw: st.DrawFn) -> bytes:
    """A file whose boxes are all there, with anything in them."""
    places = draw(st.binary(min_size=6, max_size=60) | BODIES)
    properties = box(b"ipco", draw(PROPERTIES)) + box(b"ipma", draw(BODIES))
    boxes = [
        box(b"pitm", draw(BODIES)),
        box(b"iloc", places),
        box(b"iprp", properties),
        box(b"iref", bytes(4) + draw(PROPERTIES)),
        box(b"idat", draw(BODIES)),
    ]
    return box(b"ftyp", b"heic") + box(b"meta", bytes(4) + b"".join(draw(st.permutations(boxes))))


@given(st.binary(max_size=300) | metas())
def test_any_boxes_give_units_or_what_is_promised(content: bytes) -> None:
    with contextlib.suppress(*BROKEN):
        for units in isobmff.coded_units(content):
            assert all(isinstance(unit, bytes) for unit in units)


@given(st.data())
def test_any_edit_of_the_boxes_of_a_photo_gives_units_or_what_is_promised(
    data: st.DataObject,
) -> None:
    content = data.draw(st.sampled_from([file for file in FILES if file[4:8] == b"ftyp"]))
    end = content.index(b"mdat")
    place = data.draw(st.integers(0, end))
    new = data.draw(st.binary(min_size=1, max_size=4))
    with contextlib.suppress(*BROKEN):
        isobmff.coded_units(content[:place] + new + content[place + len(new) :])


@given(st.lists(st.binary(max_size=60), max_size=6))
def test_any_units_are_damaged_or_not(units: list[bytes]) -> None:
    assert hevc.is_damaged(units) in (True, False)


@given(st.data())
def test_a_unit_that_lost_its_end_is_damage_or_none_is_seen(data: st.DataObject) -> None:
    file = next(file for file in FILES if file[4:8] == b"ftyp")
    units = isobmff.coded_units(file)[0]
    chosen = data.draw(st.integers(0, len(units) - 1))
    units[chosen] = units[chosen][: data.draw(st.integers(0, len(units[chosen])))]
    assert hevc.is_damaged(units) in (True, False)


ENTRY = st.builds(
    struct.pack,
    st.just("<HHIHH"),
    st.sampled_from((0x0112, 0x8769, 0xA005, 0xA001, 1)) | NUMBER,
    st.integers(0, 20),
    st.sampled_from((0, 1, 2, 0xFFFFFFFF)),
    NUMBER,
    NUMBER,
)
DIRECTORIES = st.lists(ENTRY, max_size=5).map(
    lambda entries: b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + b"".join(entries)
)


@given(st.sampled_from((b"", b"Exif\0\0")), st.binary(max_size=200) | DIRECTORIES)
def test_any_exif_is_read(header: bytes, block: bytes) -> None:
    exif = read_exif(header + block)
    assert 1 <= exif.orientation <= 8
    assert not (exif.is_adobe_rgb and exif.is_uncalibrated)


CHUNK = st.builds(
    lambda kind, data, is_whole: (
        struct.pack(">I", len(data))
        + kind
        + data
        + struct.pack(">I", zlib.crc32(kind + data) ^ is_whole)
    ),
    st.sampled_from((*png.PIXELS, *png.COLOURS, png.FRAMES, png.EXIF)),
    st.binary(max_size=40),
    st.booleans(),
)


@given(st.lists(CHUNK, max_size=6).map(b"".join), st.binary(max_size=40))
def test_the_chunks_of_a_png_are_parts_of_it_in_their_order(body: bytes, rest: bytes) -> None:
    content = png.SIGNATURE + body + rest
    chunks = [chunk for _, chunk, _ in png._chunks(content)]
    assert content.startswith(png.SIGNATURE + b"".join(chunks))
    described = {kind: chunk[8:-4] for kind, chunk, _ in png._chunks(content)}
    assert len(list(png._colours(described))) <= 3


@given(st.binary(max_size=300))
def test_the_chunks_of_a_webp_are_parts_of_it(content: bytes) -> None:
    assert all(data in content for _, data in webp._chunks(content))


SEGMENTS = st.lists(
    st.sampled_from((b"\xff", b"\xff\xda\0\2", b"\xff\xc0", b"\xff\xd0", b"\0", b"\0\4"))
    | st.binary(max_size=6),
    max_size=20,
).map(b"".join)


@given(SEGMENTS, st.booleans())
def test_the_segments_of_a_jpeg_are_parts_of_it_in_their_order(body: bytes, ends: bool) -> None:
    content = jpeg.SIGNATURE + body + (jpeg.END if ends else b"")
    place = 0
    with contextlib.suppress(PhotoUnreadableError):
        for marker, segment in jpeg._segments(content):
            assert segment[:2] == bytes((0xFF, marker))
            place = content.index(segment, place) + len(segment)
