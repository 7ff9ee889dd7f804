"""Fields of responses, and fields with a description for the document of the API."""

import copy
from collections.abc import Callable, Iterable
from typing import Any

from marshmallow import fields, validate


class Computed(fields.Field[Any]):
    """Dump what a function makes of the object, as another field would dump it."""

    def __init__(
        self, compute: Callable[[Any], Any], field: fields.Field[Any], **kwargs: Any
    ) -> None:
        """Set the function of the object, and the field that has the type of its value."""
        super().__init__(**kwargs)
        self._compute = compute
        self.field = field

    def _bind_to_schema(self, field_name: str, parent: Any) -> None:
        super()._bind_to_schema(field_name, parent)
        self.field = copy.deepcopy(self.field)
        self.field._bind_to_schema(field_name, self)

    def serialize(self, attr: str, obj: Any, accessor: Any = None, **kwargs: Any) -> Any:
        return self.field._serialize(self._compute(obj), attr, obj, **kwargs)


def proportion(description: str, **kwargs: Any) -> fields.Float:
    """Return a field for a probability or a proportion, 0 to 1."""
    within = validate.Range(0, 1)
    return fields.Float(validate=within, metadata={"description": description}, **kwargs)


def string(description: str, **kwargs: Any) -> fields.String:
    """Return a field for text, with a description for the document of the API."""
    return fields.String(metadata={"description": description}, **kwargs)


def choice(
    component: str, values: Iterable[str], description: str = "", **kwargs: Any
) -> fields.String:
    """Return a field for one of some texts; `component` names them in the document of the API."""
    metadata = {"component": component} | ({"description": description} if description else {})
    return fields.String(validate=validate.OneOf(list(values)), metadata=metadata, **kwargs)


def moment(description: str, **kwargs: Any) -> fields.AwareDateTime:
    """Return a field for a time in UTC (RFC 3339)."""
    return fields.AwareDateTime(format="iso", metadata={"description": description}, **kwargs)
