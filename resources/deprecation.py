"""Routes that will go away: RFC 9745 (Deprecation) and RFC 8594 (Sunset)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from flask import Flask, Response, current_app, request, url_for
from werkzeug.http import http_date

View = TypeVar("View", bound=Callable[..., Response])
_DEPRECATION = "deprecation"


@dataclass(frozen=True)
class Deprecation:
    """When a method of a route was deprecated, until when it stays at least, and what replaces it.

    `successor` is the endpoint that replaces it, with the same parameters in its path.
    """

    since: datetime
    sunset: datetime
    successor: str

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers of every answer to the request at hand."""
        successor = url_for(self.successor, **(request.view_args or {}))
        return {
            "Deprecation": f"@{int(self.since.timestamp())}",
            "Sunset": http_date(self.sunset),
            "Link": f'<{successor}>; rel="successor-version"',
        }


def deprecated(since: str, sunset: str, successor: str) -> Callable[[View], View]:
    """Return a decorator for a method of a resource; the dates are in UTC, such as 2026-11-26."""

    def mark(view: View) -> View:
        setattr(view, _DEPRECATION, Deprecation(_date(since), _date(sunset), successor))
        return view

    return mark


def deprecation_of(view: Any) -> Deprecation | None:
    """Return the deprecation of a method of a resource, None if it has none."""
    return getattr(view, _DEPRECATION, None)


def register_deprecation(app: Flask) -> None:
    app.after_request(_add_headers)


def _add_headers(response: Response) -> Response:
    view = current_app.view_functions.get(request.endpoint or "")
    method = getattr(getattr(view, "view_class", None), request.method.lower(), None)
    if deprecation := deprecation_of(method):
        for name, value in deprecation.headers.items():
            response.headers.add(name, value)
    return response


def _date(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
