"""The scripts of a request: what is done before it, and what its answer is compared with."""

import json
from collections.abc import Iterator
from typing import Any

from docs.postman.step import Step
from resources.openapi_headers import HEADERS

# Formats that the validator of Postman does not know.
OWN_FORMATS = {"binary", "cursor", "photo", "region", "uri-reference"}


def skip_without(name: str) -> list[str]:
    """Return a script that skips a request if a variable is not set."""
    return [f'if (!pm.variables.get("{name}")) {{ pm.execution.skipRequest(); }}']


def after(step: Step, status: int, media: str, response: dict[str, Any]) -> list[str]:
    """Return the script that compares the answer of a step with the document of the API."""
    return list(_after(step, status, media, response))


def _after(step: Step, status: int, media: str, response: dict[str, Any]) -> Iterator[str]:
    yield _test(f"answers {status}", f"pm.response.to.have.status({status})")
    for name, header in response["headers"].items():
        if not HEADERS[header["$ref"].rpartition("/")[2]]["required"]:
            continue
        yield _test(f"has the header {name}", f'pm.response.to.have.header("{name}")')
    if not media:
        yield _test("has no content", 'pm.expect(pm.response.text()).to.eql("")')
        return
    kind = f'pm.expect(pm.response.headers.get("Content-Type")).to.match(/^{_pattern(media)}(;|$)/)'
    yield _test(f"is {media}", kind)
    if media.endswith("json"):
        yield from _of_json(response["content"][media]["schema"])
    if step.problem:
        name = f"pm.expect(body.type).to.match(/\\/problems\\/{step.problem}$/)"
        yield _test(f"is the problem {step.problem}", name)
    yield from (_test(title, check) for title, check in step.tests.items())
    if step.saves:
        saved = [f'  pm.collectionVariables.set("{to}", {it});' for to, it in step.saves.items()]
        yield "\n".join([f"if (pm.response.code === {status}) {{", *saved, "}"])


def _of_json(schema: dict[str, Any]) -> Iterator[str]:
    yield "const body = pm.response.json();"
    yield 'const schemas = JSON.parse(pm.collectionVariables.get("schemas"));'
    name = schema["$ref"].rpartition("/")[2]
    whole = f"{{ allOf: [{json.dumps(schema)}], components: {{ schemas }} }}"
    yield _test(f"is a {name} as documented", f"pm.response.to.have.jsonSchema({whole})")


def _test(name: str, expression: str) -> str:
    return f"pm.test({json.dumps(name)}, () => {{ {expression}; }});"


def _pattern(media: str) -> str:
    return media.replace("/", "\\/").replace("+", "\\+")


def known_formats(value: Any) -> Any:
    """Return schemas without the formats that Postman does not know."""
    if isinstance(value, dict):
        return {
            key: known_formats(inner)
            for key, inner in value.items()
            if not (key == "format" and inner in OWN_FORMATS) and key != "description"
        }
    return [known_formats(inner) for inner in value] if isinstance(value, list) else value
