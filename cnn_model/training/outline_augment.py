"""Augmentation for the outline network: light, colour, things in view, and the file."""

import numpy as np
from PIL import Image, ImageDraw

from cnn_model.data.images import recompressed
from cnn_model.data.overview import Floats, Pixels, Scene
from cnn_model.serving.outline import PADDING
from cnn_model.serving.skin_tone import MELANIN

GAMMA = 2.2
INKS = ((70, 40, 110), (40, 50, 130), (30, 30, 40), (120, 40, 60))


def close_view(
    photo: Pixels, mask: Pixels, side: int, fraction: float, random: np.random.Generator
) -> Scene:
    """Return a photo that takes about `fraction` of the side, turned and shifted, (side, side).

    What lies beyond its edges is mirrored, lesion and all.
    """
    inner = round(side * fraction)
    stretch = random.uniform(0.85, 1.18)
    shape = (round(inner * stretch), round(inner / stretch))
    layers = np.dstack([photo, mask])
    if random.random() < 0.5:
        layers = layers[:, ::-1]
    # Pillow has no mode for a photo and its mask, and RGBA would blacken what is not lesion.
    small = Image.frombytes("CMYK", photo.shape[:2], layers.tobytes()).resize(shape)
    padded = np.pad(np.asarray(small), ((side, side), (side, side), (0, 0)), mode="symmetric")
    angle = random.uniform(0, 2 * np.pi)
    cos, sin = np.cos(angle), np.sin(angle)
    shift = random.uniform(-0.22, 0.22, 2) * side
    x, y = padded.shape[1] / 2 + shift[0], padded.shape[0] / 2 + shift[1]
    centre = side / 2
    matrix = (cos, -sin, x - cos * centre + sin * centre, sin, cos, y - sin * centre - cos * centre)
    moved = Image.frombytes("CMYK", padded.shape[1::-1], padded.tobytes()).transform(
        (side, side), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR
    )
    values = np.asarray(moved, dtype=np.float32)
    return Scene(values[..., :3], values[..., 3] / 255)


def altered(scene: Scene, random: np.random.Generator) -> Scene:
    """Return a scene as another camera would take it, with things in view, cut and compressed."""
    scene = _with_things(scene, random)
    photo = _blurred(_recoloured(_lit(scene.photo, random), random), random)
    if random.random() < 0.3:
        photo = photo + random.normal(0, random.uniform(1, 8), photo.shape).astype(np.float32)
    photo = np.clip(photo, 0, 255)
    if random.random() < 0.35:
        image = Image.fromarray(photo.astype(np.uint8))
        photo = np.asarray(recompressed(image, int(random.integers(15, 80))), dtype=np.float32)
    return _letterboxed(Scene(photo, scene.mask), random)


def _with_things(scene: Scene, random: np.random.Generator) -> Scene:
    """Return the scene with hair, ink, a ruler or a dark lens rim, each now and then."""
    image = Image.fromarray(np.clip(scene.photo, 0, 255).astype(np.uint8))
    mask = Image.fromarray((scene.mask * 255).astype(np.uint8))
    pen, cover, side = ImageDraw.Draw(image), ImageDraw.Draw(mask), scene.side
    if random.random() < 0.15:
        _draw_hair(pen, side, random)
    if random.random() < 0.12:
        _draw_ink(pen, scene.mask, random)
    if random.random() < 0.06:
        _draw_ruler((pen, cover), side, random)
    if random.random() < 0.06:
        reach = side * random.uniform(0.48, 0.65)
        box = (side / 2 - reach, side / 2 - reach, side / 2 + reach, side / 2 + reach)
        for canvas in (pen, cover):
            # A ring as wide as the rest of the photo.
            wide = tuple(np.array(box) + np.array([-side, -side, side, side]))
            canvas.ellipse(wide, outline=0, width=side)
    return Scene(np.asarray(image, np.float32), np.asarray(mask, np.float32) / 255)


def _draw_hair(pen: ImageDraw.ImageDraw, side: int, random: np.random.Generator) -> None:
    colour = tuple(int(value) for value in random.uniform(10, 90) * np.array([1.0, 0.8, 0.7]))
    direction = random.uniform(0, np.pi)
    for _ in range(int(random.integers(2, 18))):
        x, y = random.uniform(0, side, 2)
        angle, points = direction + random.normal(0, 0.4), [(x, y)]
        for _ in range(5):
            angle += random.normal(0, 0.2)
            x, y = x + side / 12 * np.cos(angle), y + side / 12 * np.sin(angle)
            points.append((x, y))
        pen.line(points, fill=colour, width=1)


def _draw_ink(pen: ImageDraw.ImageDraw, mask: Floats, random: np.random.Generator) -> None:
    """Draw a pen mark: an arc around the lesion, or a line or an arc anywhere."""
    side, ink = len(mask), INKS[random.integers(len(INKS))]
    width = int(random.integers(1, 4))
    rows, columns = np.nonzero(mask > 0.5)
    x, y = random.uniform(0, side, 2)
    reach = random.uniform(0.05, 0.3, 2) * side
    if len(rows) and random.random() < 0.6:
        x, y = columns.mean(), rows.mean()
        reach = np.array([np.ptp(columns), np.ptp(rows)]) * random.uniform(0.65, 1.1) + 3
    elif random.random() < 0.3:
        pen.line([(x, y), tuple(random.uniform(0, side, 2))], fill=ink, width=width)
        return
    start = random.uniform(0, 360)
    box = (x - reach[0], y - reach[1], x + reach[0], y + reach[1])
    pen.arc(box, start, start + random.uniform(120, 360), fill=ink, width=width)


def _draw_ruler(
    canvases: tuple[ImageDraw.ImageDraw, ImageDraw.ImageDraw],
    side: int,
    random: np.random.Generator,
) -> None:
    pen, cover = canvases
    height = int(side * random.uniform(0.05, 0.15))
    top = 0 if random.random() < 0.5 else side - height
    white = int(random.integers(190, 256))
    pen.rectangle((0, top, side, top + height), fill=(white, white, white - 10))
    cover.rectangle((0, top, side, top + height), fill=0)
    for x in range(0, side, int(random.integers(3, 9))):
        pen.line([(x, top), (x, top + height // 2)], fill=(30, 30, 30), width=1)


def _lit(photo: Floats, random: np.random.Generator) -> Floats:
    """Return the photo in uneven light, sometimes with a reflection."""
    side = len(photo)
    position = np.linspace(-1, 1, side, dtype=np.float32)
    if random.random() < 0.5:
        slope = random.normal(0, 0.15, 2)
        light = 1 + slope[0] * position[:, None] + slope[1] * position[None, :]
        photo = photo * np.clip(light, 0.3, 1.7)[..., None]
    if random.random() < 0.1:
        y, x = random.uniform(-1, 1, 2)
        distance = (position[:, None] - y) ** 2 + (position[None, :] - x) ** 2
        spot = np.exp(-distance / (2 * random.uniform(0.03, 0.3) ** 2))
        photo = photo + random.uniform(40, 180) * spot[..., None]
    return photo.astype(np.float32)


def _recoloured(photo: Floats, random: np.random.Generator) -> Floats:
    """Return the photo with another exposure, contrast, tint, saturation, and skin colour."""
    gains = random.uniform(0.7, 1.25) * random.uniform(0.88, 1.12, 3)
    if random.random() < 0.3:
        gains = gains * np.exp(-random.uniform(0, 3) * MELANIN / GAMMA)
    photo = photo * gains.astype(np.float32)
    mean = photo.reshape(-1, 3).mean(axis=0)
    photo = mean + (photo - mean) * random.uniform(0.7, 1.3)
    grey = (photo @ np.full(3, 1 / 3, np.float32))[..., None]
    colour = 0.0 if random.random() < 0.02 else random.uniform(0.6, 1.35)
    photo = np.clip(grey + (photo - grey) * colour, 0, 255)
    if random.random() < 0.4:
        photo = 255 * (photo / 255) ** random.uniform(0.7, 1.4)
    return photo.astype(np.float32)


def _blurred(photo: Floats, random: np.random.Generator) -> Floats:
    if random.random() > 0.35:
        return photo
    inner = int(len(photo) * random.uniform(0.3, 0.9))
    image = Image.fromarray(np.clip(photo, 0, 255).astype(np.uint8))
    small = image.resize((inner, inner), Image.Resampling.BILINEAR)
    return np.asarray(small.resize(image.size, Image.Resampling.BICUBIC), dtype=np.float32)


def _letterboxed(scene: Scene, random: np.random.Generator) -> Scene:
    """Return some scenes cut to a rectangle and padded with grey, as a photo of that shape is."""
    if random.random() > 0.3:
        return scene
    band = int(scene.side * random.uniform(0.02, 0.22))
    photo, mask = scene.photo.copy(), scene.mask.copy()
    if random.random() < 0.5:
        photo, mask = photo.swapaxes(0, 1), mask.swapaxes(0, 1)
    if mask[band:-band].sum() < 0.7 * mask.sum():
        return scene
    photo[:band], photo[-band:], mask[:band], mask[-band:] = PADDING, PADDING, 0, 0
    return Scene(photo, mask)
