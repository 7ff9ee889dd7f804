"""The first version's way: Flask, the whole photo decoded, and `model.predict` of Keras."""

import base64
import io
import os
from pathlib import Path

import keras
import numpy as np
from flask import Flask, request
from PIL import Image

app = Flask(__name__)
files = [Path(file).with_suffix(".keras") for file in os.environ["NETWORK_FILES"].split(os.pathsep)]
# The outline network has no such file: the first version had no outlines.
files = [file for file in files if file.exists()]
models = [keras.saving.load_model(file, compile=False) for file in files if file.exists()]


@app.get("/ready")
def ready() -> dict[str, bool]:
    return {"ready": True}


@app.post("/predict")
def predict() -> dict[str, list[float]]:
    with Image.open(io.BytesIO(base64.b64decode(request.json["photo"]))) as file:
        photo = file.convert("RGB")
    outputs = [_outputs(model, photo) for model in models]
    return {"outputs": [value for output in outputs for value in output]}


def _outputs(model: keras.Model, photo: Image.Image) -> list[float]:
    pixels = np.asarray(photo.resize(model.input_shape[1:3]), np.float32)
    output = model.predict(pixels[None], verbose=0)
    return [float(value) for value in np.reshape(output, (-1, output.shape[-1])).mean(axis=0)]
