"""How often the hints of the camera agree with image quality control.

`python -m web.tools.camera_hints ../photos/smartphone/images`

Photos, and worsened copies of them, are measured by the service (`cnn_model/serving/quality.py`)
and in a browser by the modules of the web client, as the camera does. Prints a table in Markdown.
"""

import base64
import os
from pathlib import Path

import click
from PIL import Image
from playwright.sync_api import Page, Route, sync_playwright

from cnn_model.data.synthetic import jpeg
from cnn_model.evaluation import corruptions
from cnn_model.serving import quality
from cnn_model.serving.measures import SIDE, measure_square
from cnn_model.serving.preprocess import central_crop, central_square
from constants import Modality

WEB = Path(__file__).parents[1]
ORIGIN = "http://localhost"
FRAME = 1080
VERSIONS = {
    "as they are": lambda photo: photo,
    "blurred": lambda photo: corruptions.blurred(photo, 0.8),
    "underexposed": lambda photo: corruptions.underexposed(photo, 2),
    "with glare": lambda photo: corruptions.with_glare(photo, 5),
    "from far away": lambda photo: corruptions.small(photo, 30),
}
MEASURE = """async ([frame, side]) => {
  const { drawSquare } = await import("/photo/scale.js");
  const { measure } = await import("/photo/measures.js");
  const { issues } = await import("/photo/hints.js");
  const bytes = Uint8Array.from(atob(frame), (letter) => letter.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
  const canvas = Object.assign(document.createElement("canvas"), { width: side, height: side });
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const pixels = drawSquare(bitmap, bitmap.width, bitmap.height, pen);
  const start = performance.now();
  const measured = measure(pixels, side);
  return { issues: issues(measured), milliseconds: performance.now() - start };
}"""


def of_service(photo: Image.Image) -> set[str]:
    """Return the hints that the measures of the service would give."""
    measured = measure_square(central_square(photo, SIDE))
    small = measured["lesion_area_fraction"] < quality.SMALL
    checks = {
        "dark": measured["brightness"] < quality.DARK,
        "glare": measured["glare_fraction"] > quality.GLARE,
        "blurred": measured["sharpness"] < quality.BLURRED[Modality.CLINICAL],
        "far": small or measured["border_contrast"] < quality.LOW_CONTRAST,
        "off_centre": measured["contrast_offset"] > quality.OFF_CENTRE[Modality.CLINICAL],
    }
    return {hint for hint, is_found in checks.items() if is_found}


def of_browser(page: Page, photo: Image.Image) -> tuple[set[str], float]:
    """Return the hints of the web client, and the milliseconds that they took."""
    found = page.evaluate(MEASURE, [base64.b64encode(jpeg(photo)).decode(), SIDE])
    return set(found["issues"]), found["milliseconds"]


def serve(route: Route) -> None:
    """Answer with the files of the web client, without a server."""
    path = WEB / route.request.url.removeprefix(f"{ORIGIN}/")
    if path.suffix == ".js":
        route.fulfill(body=path.read_bytes(), content_type="text/javascript")
    else:
        route.fulfill(body="<!doctype html>", content_type="text/html")


@click.command(help=__doc__)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--count", default=100, help="Number of photos.")
def main(folder: Path, count: int) -> None:
    paths = sorted(folder.iterdir())
    paths = paths[:: max(len(paths) // count, 1)][:count]
    times: list[float] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM_PATH", "/usr/bin/chromium"),
            args=["--no-sandbox", "--disable-dev-shm-usage"],
        )
        page = browser.new_page()
        page.route("**/*", serve)
        page.goto(f"{ORIGIN}/")
        click.echo("| photos | hint of both | service only | browser only | neither | agreement |")
        click.echo("|---|---|---|---|---|---|")
        for version, worsen in VERSIONS.items():
            both = service_only = browser_only = neither = 0
            for path in paths:
                photo = central_crop(Image.open(path).convert("RGB")).resize((FRAME, FRAME))
                frame = worsen(photo)
                expected = of_service(frame)
                found, milliseconds = of_browser(page, frame)
                times.append(milliseconds)
                both += len(expected & found)
                service_only += len(expected - found)
                browser_only += len(found - expected)
                neither += 5 - len(expected | found)
            total = both + service_only + browser_only + neither
            counts = f"{both} | {service_only} | {browser_only} | {neither}"
            click.echo(f"| {version} | {counts} | {(both + neither) / total:.1%} |")
        browser.close()
    times.sort()
    click.echo(
        f"\n{len(paths)} photos, five hints each. One frame takes {times[len(times) // 2]:.1f} ms "
        f"(median), {times[int(len(times) * 0.95)]:.1f} ms (95th percentile)."
    )


if __name__ == "__main__":
    main()
