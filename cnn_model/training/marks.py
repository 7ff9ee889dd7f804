"""Hair, rulers and ink drawn on photos: they must not change a diagnosis."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

INKS = ((60, 40, 120), (30, 60, 150), (20, 20, 30), (20, 90, 70))
Draw = ImageDraw.ImageDraw


def draw_hair(draw: Draw, side: int, random: np.random.Generator) -> None:
    """Draw dark, thin arcs across the photo."""
    shade = tuple(int(part) for part in random.integers(10, 90) * np.array((1.0, 0.8, 0.6)))
    for _ in range(random.integers(3, 25)):
        radius = random.uniform(0.2, 1.5) * side
        x, y = random.uniform(0, side, 2)
        start, length = random.uniform(0, 360), random.uniform(10, 60)
        box = (x - radius, y - radius, x + radius, y + radius)
        draw.arc(box, start, start + length, fill=shade, width=int(random.integers(1, 3)))


def draw_ruler(draw: Draw, side: int, random: np.random.Generator) -> None:
    """Draw ticks along one edge of the photo, half of the time on white paper."""
    depth, step = random.uniform(0.06, 0.15) * side, random.uniform(0.03, 0.08) * side
    is_far, is_upright = random.random(2) < 0.5
    edge = side - depth if is_far else 0.0

    def box(low: float, high: float, near: float, far: float) -> tuple[float, ...]:
        return (near, low, far, high) if is_upright else (low, near, high, far)

    if random.random() < 0.5:
        draw.rectangle(box(0, side, edge, edge + depth), fill=(235, 235, 230))
    for index in range(int(side / step)):
        length = depth * (0.9 if index % 5 == 0 else 0.5)
        near = side - length if is_far else 0.0
        draw.line(box(index * step, index * step, near, near + length), fill=(20, 20, 20))


def draw_ink(draw: Draw, side: int, random: np.random.Generator) -> None:
    """Draw a pen line around the centre, or four dots, as before an excision."""
    ink, width = INKS[random.integers(len(INKS))], int(random.integers(2, 6))
    radius = random.uniform(0.3, 0.55, 2) * side
    centre = side * (0.5 + random.uniform(-0.08, 0.08, 2))
    if random.random() < 0.5:
        start = random.uniform(0, 360)
        corners = (*(centre - radius), *(centre + radius))
        draw.arc(corners, start, start + random.uniform(60, 360), fill=ink, width=width)
        return
    for quarter in range(4):
        angle = quarter * math.pi / 2 + random.uniform(-0.4, 0.4)
        x, y = centre + radius * (math.cos(angle), math.sin(angle))
        draw.ellipse((x - width, y - width, x + width, y + width), fill=ink)


MARKS: tuple[Callable[[Draw, int, np.random.Generator], None], ...] = (
    draw_hair,
    draw_ruler,
    draw_ink,
)


def marked(
    photos: NDArray[np.uint8], probability: float, random: np.random.Generator
) -> NDArray[np.uint8]:
    """Return photos (n, s, s, 3), each with one kind of mark with this probability."""
    result = photos.copy()
    for index in np.flatnonzero(random.random(len(photos)) < probability):
        picture = Image.fromarray(photos[index])
        MARKS[random.integers(len(MARKS))](ImageDraw.Draw(picture), picture.width, random)
        result[index] = np.asarray(picture)
    return result
