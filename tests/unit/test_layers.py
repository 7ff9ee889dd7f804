"""What the single modules at the top may import; import-linter sees to the packages."""

import ast
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
OWN = {
    "app",
    "bench",
    "cnn_model",
    "commands",
    "config",
    "constants",
    "db",
    "managers",
    "models",
    "resources",
    "schemas",
    "services",
    "tests",
    "utils",
    "wsgi",
}
ALLOWED = {
    "constants.py": set(),
    "config.py": {"utils"},
    "db.py": {"utils"},
    "app.py": {
        "commands",
        "config",
        "constants",
        "db",
        "managers",
        "resources",
        "services",
        "utils",
    },
    "wsgi.py": {"app", "commands", "config", "services", "utils"},
}


def imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


@pytest.mark.parametrize("module", ALLOWED)
def test_the_top_imports_no_more_than_it_needs(module: str) -> None:
    assert imports(PROJECT / module) & OWN <= ALLOWED[module]


def test_the_settings_need_only_the_values_of_settings() -> None:
    """All packages import them, so they must not bring anything along."""
    tree = ast.walk(ast.parse((PROJECT / "config.py").read_text()))
    modules = [node.module for node in tree if isinstance(node, ast.ImportFrom)]
    own = {name for name in modules if name and name.partition(".")[0] in OWN}
    assert own == {"utils.setting_values"}
    values = imports(PROJECT / "utils" / "setting_values.py")
    assert not values & OWN


@pytest.mark.parametrize("package", ["utils", "schemas"])
def test_the_lowest_layers_know_no_settings_and_no_database(package: str) -> None:
    for path in (PROJECT / package).rglob("*.py"):
        assert not imports(path) & {"app", "config", "db"}, path
