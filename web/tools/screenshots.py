"""Write the screenshots of the documents: `python -m web.tools.screenshots docs/images`.

The photos are drawn (`cnn_model.data.synthetic`), and the answers are those of the bundled model.
"""

import io
from pathlib import Path

import click
from PIL import Image
from playwright.sync_api import expect, sync_playwright

from cnn_model.data.synthetic import jpeg, skin_photo
from cnn_model.serving.description import BUNDLED, NAME
from tests.service import Service, on_new_data
from tests.web_client import WebClient, camera_film, launch, visit

SITES = ("back", "arm", "face", "thigh")
QUALITY = 82


def prepare(client: WebClient) -> None:
    """Let a person have some checks."""
    client.enter()
    for place, site in enumerate(SITES):
        client.choose(jpeg(skin_photo((640, 480), seed=place + 20)))
        client.page.get_by_label("Age").fill("52")
        client.page.get_by_label("Place on the body").select_option(site)
        client.send()
        client.sees_answer()


def save(client: WebClient, path: Path) -> None:
    client.page.wait_for_timeout(500)
    picture = Image.open(io.BytesIO(client.page.screenshot()))
    picture.save(path, quality=QUALITY, method=6)


def take_answer(client: WebClient, folder: Path, size: str) -> None:
    expect(client.page.locator(".check-photo")).to_be_visible()
    save(client, folder / f"web-client-{size}-answer.webp")


def take_others(client: WebClient, folder: Path) -> None:
    client.page.locator(".numbers").scroll_into_view_if_needed()
    save(client, folder / "web-client-numbers.webp")
    client.open("checks")
    expect(client.page.locator(".check-card img")).to_have_count(len(SITES))
    save(client, folder / "web-client-checks.webp")
    client.open("camera")
    client.page.wait_for_timeout(1500)
    save(client, folder / "web-client-camera.webp")


def run(service: Service, folder: Path) -> None:
    service.start(WORKERS="1", LOG_LEVEL="warning", NETWORK_FILE=str(BUNDLED / f"{NAME}.tflite"))
    service.wait_until_ready()
    with sync_playwright() as playwright:
        browser = launch(playwright, camera_film(service.folder))
        for size, scheme in (("phone", "light"), ("desktop", "dark")):
            with visit(browser, service, size, color_scheme=scheme) as client:
                prepare(client)
                take_answer(client, folder, size)
                if size == "phone":
                    take_others(client, folder)
        browser.close()


@click.command(help=__doc__)
@click.argument("folder", type=click.Path(path_type=Path))
def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for service in on_new_data():
        run(service, folder)


if __name__ == "__main__":
    main()
