"""A browser on the web client of a real service."""

import io
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from cnn_model.data.synthetic import jpeg, skin_photo
from tests.service import Service

PASSWORD = "four random words"
SIZES = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1280, "height": 860}}
FRAMES = 15
# Milliseconds. Other tests keep the machine busy.
PATIENCE = 20_000
# The browser says so itself when a request has no answer or an error, which tests bring about.
EXPECTED = ("Failed to load resource", "An unknown error occurred when fetching the script")


def chromium() -> Path | None:
    """Return the installed browser, None if there is none."""
    path = Path(os.environ.get("CHROMIUM_PATH", "/usr/bin/chromium"))
    return path if path.exists() else None


def camera_film(folder: Path) -> Path:
    """Write what the fake camera shows: a lesion, as a film of JPEG pictures."""
    path = folder / "lesion.mjpeg"
    path.write_bytes(jpeg(skin_photo((480, 360), seed=3).resize((960, 720))) * FRAMES)
    return path


def launch(playwright: Playwright, film: Path) -> Browser:
    return playwright.chromium.launch(
        executable_path=str(chromium()),
        args=[
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={film}",
        ],
    )


@dataclass
class WebClient:
    """A person at the web client."""

    page: Page
    service: Service
    email: str

    @property
    def context(self) -> BrowserContext:
        return self.page.context

    def open(self, view: str = "") -> None:
        self.page.goto(f"{self.service.root}/#/{view}")

    def register(self) -> None:
        self.open("register")
        self.page.get_by_label("First name (optional)").fill("Robin")
        self.page.get_by_label("E-mail address").fill(self.email)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="Create account").click()
        self.sees("New photo")

    def enter(self) -> None:
        """Register without the form, which takes longer."""
        answer = self.context.request.post(
            f"{self.service.root}/api/v1/register",
            data={"email": self.email, "password": PASSWORD, "first_name": "Robin"},
            headers={"Session": "cookie"},
        )
        user = json.dumps(json.dumps(answer.json()["user"]))
        self.page.goto(f"{self.service.root}/health/live")
        self.page.evaluate(f"localStorage.setItem('user', {user})")
        self.open("new")
        self.sees("New photo")

    def log_in(self) -> None:
        self.page.get_by_label("E-mail address").fill(self.email)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="Log in").click()
        self.sees("Your checks")

    def choose(self, *photos: bytes) -> None:
        self.open("new")
        files = [
            {"name": f"{place}.jpg", "mimeType": "image/jpeg", "buffer": photo}
            for place, photo in enumerate(photos)
        ]
        self.page.get_by_label("Choose photos").set_input_files(files)  # type: ignore[arg-type]

    def send(self) -> None:
        self.page.get_by_role("button", name="Check").click()

    def check(self, seed: int = 0) -> None:
        """Have a photo of a lesion assessed, and see the answer."""
        self.choose(lesion(seed))
        self.send()
        self.sees_answer()

    def sees(self, title: str) -> None:
        expect(self.page.get_by_role("heading", level=1, name=title)).to_be_visible()

    def sees_answer(self) -> None:
        expect(self.page.locator("#answer-title")).to_be_visible()

    def sees_text(self, text: str) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible()


def lesion(seed: int = 0, size: tuple[int, int] | None = None) -> bytes:
    photo = skin_photo((480, 360), seed=seed)
    return jpeg(photo.resize(size) if size else photo)


def blank() -> bytes:
    """Return a photo of nothing, which is refused."""
    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", (400, 300), (200, 150, 140)).save(file, "JPEG")
    return file.getvalue()


@contextmanager
def visit(browser: Browser, service: Service, size: str, **options: object) -> Iterator[WebClient]:
    """Yield a new person at the web client. Fail if the page has an error or breaks the policy."""
    context = browser.new_context(
        viewport=SIZES[size],  # type: ignore[arg-type]
        has_touch=size == "phone",
        locale="en-GB",
        **options,  # type: ignore[arg-type]
    )
    context.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    try:
        yield WebClient(page, service, f"user{secrets.token_hex(4)}@example.com")
    finally:
        context.close()
    unexpected = [line for line in errors if not line.startswith(EXPECTED)]
    assert unexpected == [], unexpected
