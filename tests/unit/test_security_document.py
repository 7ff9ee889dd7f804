"""`docs/security.md` names a test for each line of the standard, and each of these tests exists."""

import re
from pathlib import Path

PROJECT = Path(__file__).parents[2]
TEXT = (PROJECT / "docs" / "security.md").read_text()
ROWS = re.findall(r"^\| (V?\d+\.\d+\.\d+) \| (.+?) \| (.+?) \|$", TEXT, re.MULTILINE)
PROOF = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?(?:::(\w+))?`")


def test_every_requirement_stands_once_and_in_order() -> None:
    numbers = [tuple(int(part) for part in number.split(".")) for number, _, _ in ROWS]
    assert len(numbers) > 30
    assert numbers == sorted(set(numbers))


def test_every_requirement_has_a_proof_that_exists() -> None:
    for number, _, proofs in ROWS:
        found = PROOF.findall(proofs)
        assert found, number
        for file, *names in found:
            content = (PROJECT / file).read_text()
            for name in filter(None, names):
                assert re.search(rf"^ *(?:def|class) {name}\b", content, re.MULTILINE), (
                    number,
                    name,
                )
