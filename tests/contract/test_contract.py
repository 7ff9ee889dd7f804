"""The service keeps to its document, whatever is sent to it, and by whom."""

from collections.abc import Iterator

import pytest

from tests.contract.run import ROLES, examine, running_service
from tests.service import Service


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with running_service() as running:
        yield running


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_schemathesis_finds_nothing(service: Service, role: str) -> None:
    # Always the same requests: those of other seeds are for `python -m tests.contract.run`.
    result = examine(service, role, "--max-examples", "4", "--seed", "1")
    assert result.returncode == 0, result.stdout
