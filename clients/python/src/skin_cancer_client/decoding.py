"""From JSON to records and back."""

import dataclasses
import types
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

T = TypeVar("T")

TEXTS: Mapping[type, Callable[[str], Any]] = {
    UUID: UUID,
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
}
PLAIN: Mapping[type, tuple[type, ...]] = {
    bool: (bool,),
    float: (float, int),
    int: (int,),
    str: (str,),
}


class DecodingError(ValueError):
    """A value does not have the type of its field."""


def decode(kind: type[T], value: object, place: str = "answer") -> T:
    """Return a value of JSON as `kind`: a record, or the type of one of its fields.

    Fields that the record does not have are ignored. Raise DecodingError.
    """
    result: T = _decode(kind, value, place)
    return result


def encode(value: object) -> Any:
    """Return a record as values of JSON."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: encode(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
    if isinstance(value, Mapping):
        return {name: encode(item) for name, item in value.items()}
    if isinstance(value, tuple):
        return [encode(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _decode(kind: Any, value: object, place: str) -> Any:
    origin = get_origin(kind)
    if kind is Any:
        return value
    if origin in (Union, types.UnionType):
        return None if value is None else _decode(_not_none(kind), value, place)
    if origin is Literal:
        # A later version of the service may have more values than are known here.
        return _decode(str, value, place)
    if dataclasses.is_dataclass(kind):
        return _record(kind, value, place)
    if origin is tuple:
        return _items(get_args(kind), value, place)
    if origin is Mapping:
        return _entries(get_args(kind)[1], value, place)
    if kind in TEXTS:
        return _from_text(kind, value, place)
    if isinstance(value, PLAIN[kind]) and (kind is bool or not isinstance(value, bool)):
        return kind(value)
    raise DecodingError(f"{place} is no {kind.__name__}")


def _not_none(union: Any) -> Any:
    return next(kind for kind in get_args(union) if kind is not types.NoneType)


@cache
def _fields(record: Any) -> dict[str, tuple[Any, bool]]:
    """Return the type of each field, and whether it has a default."""
    hints = get_type_hints(record)
    return {
        field.name: (hints[field.name], field.default is not dataclasses.MISSING)
        for field in dataclasses.fields(record)
    }


def _record(record: Any, value: object, place: str) -> Any:
    if not isinstance(value, dict):
        raise DecodingError(f"{place} is no object")
    values = {}
    for name, (kind, has_default) in _fields(record).items():
        if name in value:
            values[name] = _decode(kind, value[name], f"{place}.{name}")
        elif not has_default:
            raise DecodingError(f"{place}.{name} is missing")
    return record(**values)


def _items(kinds: tuple[Any, ...], value: object, place: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise DecodingError(f"{place} is no array")
    if kinds[-1] is Ellipsis:
        kinds = (kinds[0],) * len(value)
    if len(kinds) != len(value):
        raise DecodingError(f"{place} has not {len(kinds)} items")
    return tuple(
        _decode(kind, item, f"{place}[{index}]")
        for index, (kind, item) in enumerate(zip(kinds, value, strict=True))
    )


def _entries(kind: Any, value: object, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise DecodingError(f"{place} is no object")
    return {name: _decode(kind, item, f"{place}.{name}") for name, item in value.items()}


def _from_text(kind: type, value: object, place: str) -> Any:
    try:
        return TEXTS[kind](_decode(str, value, place))
    except ValueError as error:
        raise DecodingError(f"{place} is no {kind.__name__}") from error
