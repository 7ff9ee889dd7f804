"""Every view looks as it did when somebody last looked at it, in both colour schemes.

Small pictures are compared, so that the fonts of a machine make little difference. After a change
of the design, look at the views, and write the pictures with `WRITE_PICTURES=1`.
"""

import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from tests.service import Service
from tests.web_client import WebClient, visit

PICTURES = Path(__file__).parent / "pictures"
WIDTH = 40
# Mean difference in grey levels. Other fonts make up to 11, a phone's view without its styles 21 or
# more, and the other colour scheme 130 or more.
TOLERANCE = 14


def small_picture(client: WebClient) -> Image.Image:
    shown = Image.open(io.BytesIO(client.page.screenshot())).convert("RGB")
    return shown.resize((WIDTH, shown.height * WIDTH // shown.width), Image.Resampling.BOX)


def require_looks(client: WebClient, name: str) -> None:
    client.page.wait_for_timeout(250)
    picture, path = small_picture(client), PICTURES / f"{name}.png"
    if "WRITE_PICTURES" in os.environ:
        PICTURES.mkdir(exist_ok=True)
        picture.save(path, optimize=True)
    expected = np.asarray(Image.open(path), dtype=np.float64)
    difference = float(np.abs(np.asarray(picture, dtype=np.float64) - expected).mean())
    assert difference < TOLERANCE, f"{name} differs by {difference:.1f}"


@pytest.mark.parametrize("size", ["phone", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_views(browser: Browser, service: Service, size: str, scheme: str) -> None:
    with visit(browser, service, size, color_scheme=scheme, reduced_motion="reduce") as client:
        client.open("login")
        client.sees("Log in")
        require_looks(client, f"login-{size}-{scheme}")
        client.enter()
        require_looks(client, f"new-{size}-{scheme}")
        client.open("checks")
        client.sees_text("No checks yet")
        require_looks(client, f"no-checks-{size}-{scheme}")
        client.check()
        for picture in ("check-photo", "slider-photo"):
            expect(client.page.locator(f"img.{picture}")).to_be_visible()
        require_looks(client, f"check-{size}-{scheme}")
        client.open("checks")
        expect(client.page.locator(".check-card img")).to_be_visible()
        require_looks(client, f"checks-{size}-{scheme}")
        client.open("account")
        client.sees("Robin")
        require_looks(client, f"account-{size}-{scheme}")
