"""The model view: the card in the language of the page, or in English where it has no text."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Route, expect

from cnn_model.serving.card import card_texts
from tests.browser.test_accessibility import SCHEMES, narrow, require_accessible
from tests.service import Service
from tests.web_client import WebClient

CARD = card_texts()
# One is the intended use; a limitation is a title and a text.
TEXTS = 1 + len(CARD["out_of_scope_uses"]) + 2 * len(CARD["limitations"])
HEADINGS = {"de": "Wofür es nicht da ist", "es": "Para qué no sirve"}
LIMITATIONS = {"de": "Keine Klasse für gesunde Haut", "es": "Sin clase para la piel sana"}


@contextmanager
def reader(
    browser: Browser, service: Service, language: str, scheme: str = "light"
) -> Iterator[WebClient]:
    """A visitor on a small phone who has chosen a language."""
    with narrow(browser, service, scheme, reduced_motion="reduce") as client:
        client.page.goto(f"{service.root}/health/live")
        client.page.evaluate(f"localStorage.setItem('language', '\"{language}\"')")
        yield client


@SCHEMES
@pytest.mark.parametrize("language", ["de", "es"])
def test_the_card_in_other_languages(
    browser: Browser, service: Service, language: str, scheme: str
) -> None:
    with reader(browser, service, language, scheme) as client:
        client.open("model")
        page = client.page
        expect(page.get_by_role("heading", name=HEADINGS[language])).to_be_visible()
        expect(page.locator("dt", has_text=LIMITATIONS[language])).to_be_visible()
        expect(page.locator(".limitations dd")).to_have_count(len(CARD["limitations"]))
        expect(page.locator("html")).to_have_attribute("lang", language)
        expect(page.locator("main [lang]")).to_have_count(0)
        expect(page.get_by_text(CARD["intended_use"])).to_have_count(0)
        require_accessible(page, f"model in {language}")


def test_the_card_in_english_needs_no_translations(browser: Browser, service: Service) -> None:
    with reader(browser, service, "en") as client:
        asked: list[str] = []
        client.page.on("request", lambda request: asked.append(request.url))
        client.open("model")
        client.sees_text(CARD["intended_use"])
        expect(client.page.locator("main [lang=en]")).to_have_count(TEXTS)
        assert [url for url in asked if "/locales/card." in url] == []


def test_a_text_without_a_translation_is_in_english(browser: Browser, service: Service) -> None:
    known = CARD["limitations"][0]

    def leave_one_out(route: Route) -> None:
        texts = route.fetch().json()
        del texts[known["text"]]
        route.fulfill(body=json.dumps(texts), content_type="application/json")

    with reader(browser, service, "de") as client:
        client.page.route("**/locales/card.de.json", leave_one_out)
        client.open("model")
        expect(client.page.locator("main [lang]")).to_have_text([known["text"]])
        expect(client.page.locator("main [lang]")).to_have_attribute("lang", "en")


@pytest.mark.parametrize("status", [None, 503])
def test_without_the_translations_the_card_is_in_english(
    browser: Browser, service: Service, status: int | None
) -> None:
    def fail(route: Route) -> None:
        if status is None:
            route.abort()
        else:
            route.fulfill(status=status, body="{}")

    with reader(browser, service, "es") as client:
        client.page.route("**/locales/card.es.json", fail)
        client.open("model")
        client.sees_text(CARD["intended_use"])
        expect(client.page.locator("main [lang=en]")).to_have_count(TEXTS)
