"""Where an error comes from."""

import json
import re

import pytest

from utils.origin import MAX_PLACES, origin_of

HERE = re.escape(__name__)


def lookup(depth: int = 0) -> None:
    if depth:
        lookup(depth - 1)
    raise KeyError("a secret")


def test_names_the_type_and_the_lines() -> None:
    with pytest.raises(KeyError) as caught:
        lookup()
    assert re.fullmatch(rf"KeyError in {HERE}:\d+ > {HERE}:\d+", origin_of(caught.value))


def test_names_the_line_that_called_a_library() -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        json.loads("a secret")
    assert re.fullmatch(
        rf"JSONDecodeError in {HERE}:\d+ > json\.decoder:\d+ > json\.decoder:\d+",
        origin_of(caught.value),
    )


def test_is_one_line_however_deep_the_error_was() -> None:
    with pytest.raises(KeyError) as caught:
        lookup(100)
    assert origin_of(caught.value).count(":") <= MAX_PLACES


def test_is_the_type_of_an_error_that_was_never_raised() -> None:
    assert origin_of(KeyError("a secret")) == "KeyError"
