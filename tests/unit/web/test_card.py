"""The model card in other languages, as the model view of the web client shows it."""

import json
import re
from pathlib import Path

import pytest

from cnn_model.serving.card import card_texts
from resources.web import LANGUAGES, WEB

FOLDER = Path(__file__).parents[3] / "web" / "locales"
# 0.013, 1,030 or 2.2.1; not the mark at the end of a sentence.
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
SWAPPED = str.maketrans(".,", ",.")

translated = pytest.mark.parametrize("language", [tag for tag in LANGUAGES if tag != "en"])


def originals() -> list[str]:
    """Return the texts of the card that the model view shows, as the service gives them."""
    card = card_texts()
    limitations = [text for item in card["limitations"] for text in (item["title"], item["text"])]
    return [card["intended_use"], *card["out_of_scope_uses"], *limitations]


def translations(language: str) -> dict[str, str]:
    texts: dict[str, str] = json.loads((FOLDER / f"card.{language}.json").read_text())
    return texts


def listed(texts: list[str]) -> str:
    """Return texts as they stand in the file, for a message."""
    return "\n".join(json.dumps(text, ensure_ascii=False) for text in texts)


def elsewhere(number: str) -> str:
    """Return a number with a decimal comma; a version such as 2.2.1 stays as it is."""
    return number if number.count(".") > 1 else number.translate(SWAPPED)


@translated
def test_every_text_of_the_card_is_translated(language: str) -> None:
    missing = [text for text in originals() if text not in translations(language)]
    file = f"web/locales/card.{language}.json"
    assert not missing, (
        f"{file} has no translation of these texts of cnn_model/card/card.toml. If a text was "
        f"changed, change the key and the translation:\n{listed(missing)}"
    )


@translated
def test_every_translation_has_a_text_of_the_card(language: str) -> None:
    unused = [text for text in translations(language) if text not in originals()]
    file = f"web/locales/card.{language}.json"
    assert not unused, (
        f"{file} translates texts that are not in cnn_model/card/card.toml any more (change or "
        f"remove them):\n{listed(unused)}"
    )


@translated
def test_translations_have_the_numbers_of_the_original(language: str) -> None:
    for original, translation in translations(language).items():
        expected = sorted(elsewhere(number) for number in NUMBER.findall(original))
        found = sorted(NUMBER.findall(translation))
        assert found == expected, (
            f"web/locales/card.{language}.json has the numbers {found} and not {expected} in:\n"
            f"{listed([translation])}"
        )


@translated
def test_translations_are_texts_in_one_line(language: str) -> None:
    for original, translation in translations(language).items():
        assert translation == " ".join(translation.split()), translation
        assert translation not in ("", original)


@translated
def test_translations_are_served(language: str) -> None:
    assert WEB.files[f"locales/card.{language}.json"].media_type == "application/json"
