"""A square part of a photo that holds a lesion, and the crop around it."""

from dataclasses import dataclass

from PIL import Image

PixelBox = tuple[float, float, float, float]


@dataclass(frozen=True)
class Region:
    """A square part of a photo.

    - `x`, `y`: its centre, as fractions of the width and height, 0 to 1 from the upper left corner.
    - `size`: its side, above 0 to 1, as a fraction of the shorter side of the photo.

    Raises ValueError if one is out of range.
    """

    x: float
    y: float
    size: float

    def __post_init__(self) -> None:
        if not (0 <= self.x <= 1 and 0 <= self.y <= 1 and 0 < self.size <= 1):
            raise ValueError("A region has its centre in the photo, and a size above 0 to 1.")

    def box(self, width: int, height: int) -> PixelBox:
        """Return left, top, right and bottom in pixels of a photo of this size.

        They lie outside of the photo where the region does.
        """
        half = self.size * min(width, height) / 2
        x, y = self.x * width, self.y * height
        return x - half, y - half, x + half, y + half


WHOLE = Region(0.5, 0.5, 1.0)
"""The central square."""


def region_of(box: PixelBox, width: int, height: int) -> Region:
    """Return the smallest region with the centre of a box that holds it, at most a size of 1."""
    left, top, right, bottom = box
    side = max(right - left, bottom - top)
    return Region(
        x=float(min(max((left + right) / 2 / width, 0.0), 1.0)),
        y=float(min(max((top + bottom) / 2 / height, 0.0), 1.0)),
        size=float(min(side / min(width, height), 1.0)),
    )


def crop_box(width: int, height: int, region: Region) -> PixelBox:
    """Return the square of a region, shifted into the photo at its borders."""
    # Mirroring at a border would keep the lesion central, but show the half of a lesion twice.
    side = region.size * min(width, height)
    left = min(max(region.x * width - side / 2, 0.0), width - side)
    top = min(max(region.y * height - side / 2, 0.0), height - side)
    return left, top, left + side, top + side


def crop_of(photo: Image.Image, region: Region) -> Image.Image:
    """Return the square of a region, pixel for pixel; see `crop_box`."""
    box = crop_box(photo.width, photo.height, region)
    left, top = round(box[0]), round(box[1])
    side = max(round(box[2] - box[0]), 1)
    return photo.crop((left, top, left + side, top + side))
