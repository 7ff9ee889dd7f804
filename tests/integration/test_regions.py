"""Where the lesion is: named by the upload, or found in the photo, and kept with the check."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from cnn_model.data.synthetic import jpeg, skin_photo
from constants import Status
from models import Check
from schemas.fields import REGION_RULE
from tests.assertions import assert_problem, ok
from tests.client import Client
from tests.database import count
from tests.factories import make_check

PHOTO = jpeg(skin_photo())
ON_LESION, BESIDE = "0.5,0.5,0.6", "0.08,0.1,0.1"


def test_the_lesion_is_found_and_outlined(user: Client) -> None:
    check = ok(user.upload(PHOTO))
    region, outline = check["region"], check["outline"]
    assert region == {"x": 0.5, "y": 0.5, "size": 1.0, "source": "centre"}
    bits = np.unpackbits(np.frombuffer(base64.b64decode(outline["mask"]), np.uint8))
    mask = bits.reshape(64, 64).astype(bool)
    assert mask[32, 32]
    assert not mask[0].any()
    assert mask.mean() == pytest.approx(outline["area_fraction"], abs=1e-4)
    assert 0.5 <= outline["confidence"] <= 1
    assert ok(user.get(f"/user/checks/{check['id']}")) == check


@pytest.mark.parametrize("way", ["upload", "upload_file"])
def test_an_upload_may_name_the_region(user: Client, way: str) -> None:
    check = ok(getattr(user, way)(PHOTO, context={"region": ON_LESION}))
    region = check["region"]
    assert region["source"] == "upload"
    assert (region["x"], region["y"], region["size"]) == pytest.approx((0.5, 0.5, 0.6))


def test_only_the_named_region_counts(user: Client) -> None:
    """There is nothing but skin beside the lesion."""
    answer = user.upload(PHOTO, {"region": BESIDE})
    assert answer.status_code == 422
    assert answer.json is not None
    assert "no_lesion_in_view" in answer.json["reasons"]


def test_a_named_region_at_the_border_lies_in_the_photo(user: Client) -> None:
    region = ok(user.upload(PHOTO, {"region": "0.7,0.5,1"}))["region"]
    assert region["x"] == pytest.approx(0.5, abs=0.17)
    assert region["size"] == 1


def test_a_small_lesion_is_assessed_in_a_crop_around_it(user: Client) -> None:
    photo = Image.new("RGB", (1600, 1200), (215, 170, 150))
    photo.paste(skin_photo((480, 480)).crop((120, 120, 360, 360)), (1100, 200))
    check = ok(user.upload(jpeg(photo)))
    region = check["region"]
    assert region["source"] == "outline"
    assert (region["x"], region["y"]) == pytest.approx((1220 / 1600, 320 / 1200), abs=0.1)
    assert 0.1 < region["size"] < 0.4
    heatmap = Image.open(io.BytesIO(user.get(f"/user/checks/{check['id']}/heatmap").data))
    assert np.asarray(heatmap.convert("L")).min() < 130  # the lesion fills the heatmap


def test_null_names_no_region(user: Client) -> None:
    assert ok(user.upload(PHOTO, {"region": None}))["region"]["source"] == "centre"


@pytest.mark.parametrize("region", ["0.5,0.5", "0.5,0.5,2", "middle", [0.5, 0.5, 0.2], {"x": 0.5}])
def test_what_is_no_region_is_refused(user: Client, region: object) -> None:
    answer = user.upload(PHOTO, {"region": region})
    assert_problem(answer, 422, "validation")
    assert answer.json is not None
    assert answer.json["errors"] == {"region": [REGION_RULE]}
    assert count(Check) == 0


@pytest.mark.parametrize("other", [{}, {"region": BESIDE}], ids=["no region", "another region"])
def test_another_region_needs_another_key(user: Client, other: dict[str, str]) -> None:
    key = {"Idempotency-Key": "6a0f0a6e-3a2c"}
    named = {"region": ON_LESION}
    first, second = (ok(user.upload(PHOTO, named, headers=key)) for _ in range(2))
    assert first == second
    assert_problem(user.upload(PHOTO, other, headers=key), 422, "idempotency-key-reused")
    assert count(Check) == 1


def test_older_checks_have_neither(user: Client) -> None:
    assert user.user is not None
    check = make_check(user_id=user.user.id, status=Status.BENIGN)
    seen = ok(user.get(f"/user/checks/{check.id}"))
    assert seen["region"] is seen["outline"] is None
