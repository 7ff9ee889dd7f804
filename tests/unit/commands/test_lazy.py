"""Commands that need more than the service does."""

import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from commands.lazy import LazyCommand

PROJECT = Path(__file__).parents[3]


def group(place: str) -> click.Group:
    return click.Group("model", commands=[LazyCommand("try", place, "Try it.")])


def test_the_help_of_all_commands_imports_none_of_them() -> None:
    program = (
        "import sys\nfrom click.testing import CliRunner\nfrom commands.models import models\n"
        "print(CliRunner().invoke(models, ['--help']).output)\n"
        "print(sorted({'tensorflow', 'keras', 'cnn_model.training.train'} & set(sys.modules)))"
    )
    output = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=PROJECT
    ).stdout
    assert "Train a network" in output
    assert output.strip().endswith("[]")


def test_a_command_is_imported_to_run_and_to_show_its_options() -> None:
    commands = group("commands.server.serve:serve")
    result = CliRunner().invoke(commands, ["try", "--help"])
    assert result.exit_code == 0
    assert "Migrate the database and serve" in result.output


@pytest.mark.parametrize("arguments", [["try"], ["try", "--help"]])
def test_what_is_not_installed_is_named_with_the_remedy(arguments: list[str]) -> None:
    result = CliRunner().invoke(group("no_such_module:command"), arguments)
    assert result.exit_code == 1
    assert "no_such_module" in result.output
    assert "make install" in result.output
