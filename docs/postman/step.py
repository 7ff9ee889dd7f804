"""What the story of the collection consists of.

Texts in {{braces}} are variables of Postman. A step says what only a person knows; what the
document of the API says (address, schemas, headers) is added by `collection.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Step:
    """A request and its expected answer.

    - `operation`: the operationId. `title`: what happens.
    - `auth`: the variable with the access token; empty for none.
    - `path`, `query`, `headers`, `body`, `form`: of the request. The first two name parameters.
    - `media`: the expected media type; without it, the first that the document names.
    - `problem`: the expected type of problem. `status`: the expected status; without both, that of
      success.
    - `before`: statements that run first. `tests`: further assertions by their names, as
      expressions in which `body` is the answer. `saves`: by variable, the expression of its value.
    """

    operation: str
    title: str
    auth: str = "token"
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    form: Mapping[str, str] | None = None
    media: str = ""
    status: int = 0
    problem: str = ""
    before: tuple[str, ...] = ()
    tests: Mapping[str, str] = field(default_factory=dict)
    saves: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Folder:
    """Steps that belong together. `needs`: a variable without which they are skipped."""

    title: str
    text: str
    steps: tuple[Step, ...]
    needs: str = ""


def variable(name: str) -> str:
    """Return the expression of a variable's value in a script."""
    return f'pm.variables.get("{name}")'


PERSON = {"email": "{{email}}", "password": "{{password}}"}
TOKENS = {"token": "body.token", "refresh_token": "body.refresh_token"}
THE_CHECK = {"check_id": "{{check_id}}"}
SAME_ID = {"is the same check": f"pm.expect(body.id).to.eql({variable('check_id')})"}
