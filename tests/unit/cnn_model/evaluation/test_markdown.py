"""Markdown tables."""

import pytest

from cnn_model.evaluation.markdown import table

ROWS = [("", "value"), ("a longer cell", 1), ("b", None)]


def test_a_table_starts_with_its_headings() -> None:
    assert table(ROWS) == "|  | value |\n|---|---|\n| a longer cell | 1 |\n| b | None |"


def test_an_aligned_table_is_readable_as_text() -> None:
    assert table(ROWS, is_aligned=True) == (
        "|               | value |\n"
        "|---------------|-------|\n"
        "| a longer cell | 1     |\n"
        "| b             | None  |"
    )


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="argument"):
        table([("a", "b"), ("c",)])
