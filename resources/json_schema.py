"""JSON Schemas of the fields of this project, for the document of the API."""

from typing import Any

from apispec.ext.marshmallow import MarshmallowPlugin, resolver
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from marshmallow import Schema, fields

from schemas.described_fields import Computed


class FieldConverter(OpenAPIConverter):
    def init_attribute_functions(self) -> None:
        super().init_attribute_functions()  # type: ignore[no-untyped-call]
        # Before the functions that add `null` and the limits to what is there.
        self.attribute_functions.insert(1, self.own_schema)
        # Before the function that adds `null`, which knows references.
        self.attribute_functions.insert(-1, self.reference)
        self.attribute_functions.append(self.constant)

    def own_schema(self, field: fields.Field[Any], ret: dict[str, Any]) -> dict[str, Any]:
        """Return what apispec does not see in an enumeration or in a field of this project."""
        if isinstance(field, Computed):
            return dict(self.field2property(field.field))
        if isinstance(field, fields.Enum):
            return {"type": "string"}
        return dict(getattr(field, "json_schema", {}))

    def reference(self, field: fields.Field[Any], ret: dict[str, Any]) -> dict[str, Any]:
        """Return a reference to an enumeration, which becomes a component of the document.

        Generators of clients make one type of it then, wherever it is used. Raise ValueError if a
        component of this name is something else.
        """
        name = _enumeration(field)
        if not name:
            return {}
        values = [value for value in ret.pop("enum") if value is not None]
        described = {"type": ret.pop("type"), "enum": values}
        if self.spec.components.schemas.setdefault(name, described) != described:
            raise ValueError(f"Two components are named {name}.")
        return {"$ref": f"#/components/schemas/{name}"}

    def constant(self, field: fields.Field[Any], ret: dict[str, Any]) -> dict[str, Any]:
        """Return the value of a constant, which apispec takes for the default of a request."""
        if not isinstance(field, fields.Constant):
            return {}
        ret.pop("default", None)
        return {"type": "string", "const": field.constant}


class FieldPlugin(MarshmallowPlugin):
    """Turns schemas into components that are named after them: CheckResponse is `Check`."""

    Converter = FieldConverter

    def __init__(self) -> None:
        super().__init__(schema_name_resolver=_name_of)


def _enumeration(field: fields.Field[Any]) -> str | None:
    """Return the name of the enumeration of a field, if it has one."""
    if isinstance(field, fields.Enum):
        return field.enum.__name__
    return field.metadata.get("component")


def _name_of(schema: type[Schema]) -> str:
    return str(resolver(schema)).removesuffix("Request").removesuffix("Response")
