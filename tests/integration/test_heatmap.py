"""Where the network looked, as a picture and as numbers."""

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from flask import Flask
from PIL import Image

from cnn_model.data.synthetic import jpeg, skin_photo
from constants import Role
from tests.client import Client
from tests.factories import make_user

PHOTO = jpeg(skin_photo())


def uploaded(person: Client) -> dict[str, Any]:
    answer = person.upload(PHOTO)
    assert answer.status_code == 201
    return dict(answer.json or {})


@pytest.mark.model
def test_is_a_picture(user: Client) -> None:
    check = uploaded(user)
    heatmap = user.get(check["heatmap_url"])
    assert heatmap.mimetype == "image/png"
    picture = Image.open(BytesIO(heatmap.data))
    assert picture.size == (512, 512)
    assert "no evidence" in picture.info["Description"]


def test_is_numbers_where_asked(user: Client) -> None:
    check = uploaded(user)
    heatmap = user.get(f"{check['heatmap_url']}?format=json").json
    assert heatmap is not None
    values = np.array(heatmap["values"])
    assert values.ndim == 2
    assert values.shape[0] == values.shape[1] > 1
    assert np.isfinite(values).all()
    assert "no evidence" in heatmap["notice"]
    assert user.get(f"{check['heatmap_url']}?format=svg").status_code == 422


def test_the_numbers_are_as_private_as_the_picture(
    app: Flask, user: Client, other_user: Client
) -> None:
    address = f"{uploaded(user)['heatmap_url']}?format=json"
    doctor = Client(app, make_user(role=Role.DOCTOR))
    assert other_user.get(address).status_code == 404
    assert doctor.get(address).status_code == 200
