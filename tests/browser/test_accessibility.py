"""WCAG 2.2 AA in every view and state, by axe; and layouts that fit."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.service import Service
from tests.web_client import WebClient, blank, lesion, visit

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": TAGS}}
# The width of a small phone, and of a page at 400 % (WCAG 1.4.10).
NARROW = {"width": 320, "height": 640}


def require_accessible(page: Page, state: str) -> None:
    # Nothing may be measured while it appears.
    page.evaluate(ANIMATIONS_DONE)
    results = Axe().run(page, options=OPTIONS)
    assert results.violations_count == 0, f"{state}: {results.generate_report()}"
    width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert width <= 0, f"{state} is {width} pixels too wide"
    small = page.evaluate(SMALL_TARGETS)
    assert small == [], f"{state}: too small to touch: {small}"


ANIMATIONS_DONE = """
Promise.all(document.getAnimations().filter(each => each.effect.getTiming().iterations === 1)
  .map(each => each.finished.catch(() => {})))
"""
# Controls below 44 by 44 pixels; links inside of a sentence may be smaller.
SMALL_TARGETS = """
[...document.querySelectorAll("button, input, select, summary, nav a, .button, .back")]
  .filter(each => each.checkVisibility({ visibilityProperty: true }))
  .filter(each => !each.matches(".visually-hidden") && !each.closest(".skip"))
  .map(each => [each.className || each.tagName, each.getBoundingClientRect()])
  .filter(([, box]) => box.width > 0 && (box.height < 43.5 || box.width < 43.5))
  .map(([name, box]) => `${name} ${Math.round(box.width)} x ${Math.round(box.height)}`)
"""


@contextmanager
def narrow(browser: Browser, service: Service, scheme: str, **options: str) -> Iterator[WebClient]:
    with visit(browser, service, "phone", color_scheme=scheme, **options) as client:
        client.page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        yield client


SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])


@SCHEMES
def test_the_views_before_a_login(browser: Browser, service: Service, scheme: str) -> None:
    with narrow(browser, service, scheme, reduced_motion="reduce") as client:
        page = client.page
        client.open("login")
        client.sees("Log in")
        require_accessible(page, "login")
        page.get_by_label("E-mail address").fill("nobody@example.com")
        page.get_by_label("Password", exact=True).fill("wrong")
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("alert")).to_be_visible()
        require_accessible(page, "login refused")
        client.open("register")
        client.sees("Create an account")
        require_accessible(page, "register")


@SCHEMES
def test_the_views_of_photos(browser: Browser, service: Service, scheme: str) -> None:
    with narrow(browser, service, scheme, reduced_motion="reduce") as client:
        page = client.page
        client.register()
        require_accessible(page, "new")
        client.open("checks")
        client.sees_text("No checks yet")
        require_accessible(page, "no checks")
        client.choose(lesion())
        client.sees_text("About you and the spot")
        require_accessible(page, "photos to send")
        client.send()
        client.sees_answer()
        page.get_by_text("All kinds of spots").click()
        require_accessible(page, "check")
        client.open("checks")
        expect(page.locator(".check-card img")).to_be_visible()
        require_accessible(page, "checks")
        page.locator(".check-card").click()
        page.get_by_role("button", name="Delete").click()
        client.sees_text("Undo")
        client.sees("Your checks")
        require_accessible(page, "undo")


@SCHEMES
def test_the_other_views(browser: Browser, service: Service, scheme: str) -> None:
    with narrow(browser, service, scheme, reduced_motion="reduce") as client:
        page = client.page
        client.register()
        client.choose(blank())
        client.send()
        client.sees_text("This photo cannot be assessed")
        require_accessible(page, "refused photo")
        page.get_by_role("button", name="Discard").click()
        client.open("account")
        client.sees("Robin")
        page.get_by_text("Change the password").click()
        require_accessible(page, "account")
        page.get_by_role("button", name="Delete my account").click()
        require_accessible(page, "dialog")
        page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
        client.open("camera")
        expect(page.locator(".camera-hint")).to_have_text(re.compile(r"\w+: "))
        require_accessible(page, "camera")
        client.open("model")
        client.sees_text("Known limitations")
        require_accessible(page, "model")
        client.context.set_offline(True)
        client.open("checks")
        client.sees_text("No connection")
        client.sees("Your checks")
        require_accessible(page, "offline")
        client.context.set_offline(False)


def test_the_views_of_staff(browser: Browser, service: Service, administrator: str) -> None:
    with visit(browser, service, "desktop") as client:
        client.email = administrator
        client.open("login")
        client.log_in()
        client.check()
        client.open("staff/users")
        client.sees("People")
        expect(client.page.locator(".person").first).to_be_visible()
        require_accessible(client.page, "people")
        client.open("staff/checks")
        client.sees("Labels")
        expect(client.page.get_by_alt_text("Photo to label")).to_be_visible()
        require_accessible(client.page, "labels")
        client.page.keyboard.press("3")
        client.sees_text("Labelled: Suspicious")
        client.page.keyboard.press("ArrowLeft")
        expect(client.page.locator(".task .status-malignant")).to_be_visible()


def test_the_views_of_staff_are_for_staff(person: WebClient) -> None:
    for view in ("staff/users", "staff/checks"):
        person.open(view)
        person.sees("Your checks")
    expect(person.page.get_by_text("Staff")).to_have_count(0)


@pytest.mark.parametrize("language", ["de", "es"])
def test_other_languages_fit(browser: Browser, service: Service, language: str) -> None:
    with narrow(browser, service, "light") as client:
        client.register()
        client.check()
        path = client.page.url.partition("#/")[2]
        client.page.evaluate(f"localStorage.setItem('language', '\"{language}\"')")
        client.page.reload()
        for view in (path, "checks", "new", "account", "model"):
            client.open(view)
            expect(client.page.get_by_role("heading", level=1)).to_be_visible()
            require_accessible(client.page, f"{view} in {language}")


def test_large_text_and_right_to_left_fit(person: WebClient) -> None:
    person.check()
    person.page.evaluate("document.documentElement.style.fontSize = '200%'")
    for direction in ("ltr", "rtl"):
        person.page.evaluate(f"document.documentElement.dir = '{direction}'")
        width = person.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert width <= 0, direction


def test_more_contrast_and_forced_colours(person: WebClient) -> None:
    person.check()
    person.page.emulate_media(contrast="more")
    require_accessible(person.page, "more contrast")
    person.page.emulate_media(forced_colors="active")
    person.sees_answer()
