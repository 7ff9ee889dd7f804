"""How the answers in the quickstart are compared with real ones."""

from typing import Any

import pytest

from tests.quickstart import blocks, differences, printed

ID = "ce7b6d66-3f20-4971-a72a-7afee1de1f44"


@pytest.mark.parametrize(
    ("shown", "real"),
    [
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": 0.446}, {"a": 0.44600936}),
        ({"a": "44.6%"}, {"a": "44.7%"}),
        ({"a": "Have a …"}, {"a": "Have a dermatologist examine it."}),
        ({"a": [1, "…"]}, {"a": [1, 2, 3]}),
        ({"a": ID}, {"a": ID.replace("c", "d")}),
        ({"a": None}, {"a": None}),
    ],
)
def test_what_may_differ(shown: Any, real: Any) -> None:
    assert differences(shown, real) == []


@pytest.mark.parametrize(
    ("shown", "real"),
    [
        ({"a": 1}, {}),
        ({"a": 1}, {"a": True}),
        ({"a": 0.446}, {"a": 0.546}),
        ({"a": "44.6%"}, {"a": "54.6%"}),
        ({"a": "Have a …"}, {"a": "See a dermatologist."}),
        ({"a": [1, "…"]}, {"a": [2, 1]}),
        ({"a": [1, "…"]}, {"a": []}),
        ({"a": [1]}, {"a": [1, 2]}),
        ({"a": {"b": "x"}}, {"a": {"b": "y"}}),
        ({"a": ID}, {"a": "no id"}),
        ({"a": None}, {"a": "x"}),
    ],
)
def test_what_may_not_differ(shown: Any, real: Any) -> None:
    assert differences(shown, real) != []


def test_all_languages_have_every_step_and_print_the_same() -> None:
    languages = [block.language for block in blocks()]
    assert languages == ["bash", "python", "js"] * (len(languages) // 3)
    python, javascript = ([line.lower() for line in printed(name)] for name in ("python", "js"))
    assert python == javascript
