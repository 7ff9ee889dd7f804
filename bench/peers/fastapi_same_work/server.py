"""FastAPI doing the work of this service with ordinary means.

The token is checked, the photo decoded at a reduced scale, turned, converted to sRGB, re-encoded
and written to the disk, its quality measured, and a row committed through SQLAlchemy. It isolates
no decoder, detects no damage, calibrates nothing, and has fewer measures of quality.
"""

import io
import os
import uuid
from pathlib import Path
from typing import Annotated, Any

import jwt
import numpy as np
from fastapi import FastAPI, Header, HTTPException, UploadFile
from peer_network import Networks
from PIL import Image, ImageCms, ImageOps
from sqlalchemy import JSON, String, create_engine, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

KEY, KEPT_SIDE, JPEG_QUALITY = os.environ["JWT_KEY"], 2048, 90
folder = Path(os.environ["PHOTO_FOLDER"])
networks = Networks()
engine = create_engine(os.environ["DATABASE_URL"])
srgb = ImageCms.createProfile("sRGB")


class Base(DeclarativeBase):
    pass


class Check(Base):
    __tablename__ = "peer_checks"

    id: Mapped[str] = mapped_column(String, primary_key=True)
    user: Mapped[str] = mapped_column(String)
    result: Mapped[Any] = mapped_column(JSON)


with engine.begin() as connection:
    connection.execute(text("SELECT pg_advisory_xact_lock(1)"))
    Base.metadata.create_all(connection)
app = FastAPI()


@app.get("/ready")
def ready() -> dict[str, bool]:
    return {"ready": True}


@app.post("/predict", status_code=201)
def predict(photo: UploadFile, authorization: Annotated[str, Header()]) -> dict[str, Any]:
    user = _user(authorization)
    picture = _normalised(photo.file.read())
    key = str(uuid.uuid4())
    _keep(picture, folder / f"{key}.jpg")
    result = {**networks.answer_photo(picture), "quality": _quality(picture)}
    with Session(engine) as session:
        session.add(Check(id=key, user=user, result=result))
        session.commit()
    return {"id": key, **result}


def _user(authorization: str) -> str:
    token = authorization.removeprefix("Bearer ")
    try:
        return str(jwt.decode(token, KEY, ["HS256"], options={"require": ["exp", "sub"]})["sub"])
    except jwt.InvalidTokenError as error:
        raise HTTPException(401) from error


def _normalised(content: bytes) -> Image.Image:
    with Image.open(io.BytesIO(content)) as file:
        # Pillow decodes to no less than this: half the side of a photo with 12 megapixels.
        file.draft("RGB", (KEPT_SIDE // 2, KEPT_SIDE // 2))
        profile = file.info.get("icc_profile")
        picture = ImageOps.exif_transpose(file).convert("RGB")
    picture.thumbnail((KEPT_SIDE, KEPT_SIDE), reducing_gap=2.0)
    if profile:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        ImageCms.profileToProfile(picture, source, srgb, inPlace=True)
    return picture


def _keep(picture: Image.Image, path: Path) -> None:
    with path.open("wb") as file:
        picture.save(file, "JPEG", quality=JPEG_QUALITY)
        file.flush()
        os.fsync(file.fileno())


def _quality(picture: Image.Image) -> dict[str, float]:
    small = ImageOps.fit(picture, (256, 256), Image.Resampling.BILINEAR)
    pixels = np.asarray(small, np.float32)
    grey = pixels @ np.array([0.299, 0.587, 0.114], np.float32)
    edges = grey[1:-1, 1:-1] * 4 - grey[:-2, 1:-1] - grey[2:, 1:-1]
    edges = edges - grey[1:-1, :-2] - grey[1:-1, 2:]
    brightest, darkest = pixels.max(axis=2), pixels.min(axis=2)
    return {
        "brightness": float(np.percentile(brightest, 95)),
        "glare": float((darkest > 245).mean()),
        "saturation": float(((brightest - darkest) / np.maximum(brightest, 1)).mean()),
        "sharpness": float(edges.var()),
        "contrast": float(grey.std()),
    }
