"""The code of docs/quickstart.md, and the answers that it shows."""

import json
import re
from dataclasses import dataclass
from typing import Any

from tests.service import PROJECT

DOCUMENT = PROJECT / "docs" / "quickstart.md"
WRITTEN_HOST = "http://127.0.0.1:5000"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# Lines of a comment that say what the statement before prints.
PRINTED = {
    "python": re.compile(r"print\((?:[^\n]*)\)(?:  |\n *)# (.*)"),
    "js": re.compile(r"console\.log\((?:[^\n]*)\);(?: |\n *)// (.*)"),
}
CHANGING = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}|\d{4}-\d\d-\d\dT[\d:.]+\+00:00"
)
# Of a probability, on another machine.
TOLERANCE = 0.02
MARK = "### block"


@dataclass(frozen=True)
class Block:
    language: str
    code: str
    shown: Any = None
    """The answer of a block in curl, as the document shows it."""


def blocks() -> list[Block]:
    """All blocks that are executed, in their order."""
    found: list[Block] = []
    for language, code in FENCE.findall(DOCUMENT.read_text()):
        if language == "json":
            place = max(n for n, block in enumerate(found) if block.language == "bash")
            found[place] = Block("bash", found[place].code, json.loads(code))
        elif language in ("bash", "python", "js"):
            found.append(Block(language, code))
    return found


def script(language: str, host: str) -> str:
    """The blocks of a language as one program; in bash, a mark comes before each block."""
    parts = [block.code for block in blocks() if block.language == language]
    if language == "bash":
        parts = ["set -eu\n", *(f'echo "\n{MARK}"\n{part}' for part in parts)]
    return "\n".join(parts).replace(WRITTEN_HOST, host)


def printed(language: str) -> list[str]:
    """What the comments of a language say that it prints."""
    return PRINTED[language].findall(script(language, WRITTEN_HOST))


def differences(shown: Any, real: Any, place: str = "") -> list[str]:
    """Where a shown answer differs from a real one.

    The shown one may leave fields out. An ellipsis stands for the rest of a text or list. Ids and
    times need the same form only, and numbers may differ a little.
    """
    if isinstance(shown, dict) and isinstance(real, dict):
        return [
            found
            for key, value in shown.items()
            for found in differences(value, real.get(key, "nothing"), f"{place}.{key}")
        ]
    if isinstance(shown, list) and isinstance(real, list):
        kept = shown[:-1] if shown[-1:] == ["…"] else shown
        if len(real) < len(kept) or (kept is shown and len(real) > len(kept)):
            return [f"{place}: shown {len(kept)} items, answered {len(real)}"]
        pairs = zip(kept, real, strict=False)
        return [found for one, other in pairs for found in differences(one, other, f"{place}[]")]
    return [] if _same(shown, real) else [f"{place}: shown {shown!r}, answered {real!r}"]


def _same(shown: Any, real: Any) -> bool:
    if isinstance(shown, str) and isinstance(real, str):
        if CHANGING.fullmatch(shown):
            return CHANGING.fullmatch(real) is not None
        return real.startswith(shown[:-1]) if shown.endswith("…") else same_text(shown, real)
    if isinstance(shown, float):
        return isinstance(real, float) and abs(shown - real) <= TOLERANCE * max(1, abs(shown))
    return type(shown) is type(real) and bool(shown == real)


def same_text(shown: str, real: str) -> bool:
    """Whether two texts are the same but for percentages, which may differ a little."""
    percentage = re.compile(r"(\d+\.\d)%")
    if percentage.sub("%", shown) != percentage.sub("%", real):
        return False
    pairs = zip(percentage.findall(shown), percentage.findall(real), strict=True)
    return all(abs(float(one) - float(other)) <= 100 * TOLERANCE for one, other in pairs)
