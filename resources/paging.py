"""The address of the next page of a list (RFC 8288)."""

from collections.abc import Mapping
from typing import Any

from flask import request, url_for


def link_to_next(page: Mapping[str, Any]) -> dict[str, str]:
    """Return the header that leads to the page after this one, with the filters of the request."""
    if not page["next_cursor"]:
        return {}
    query = {**request.args.to_dict(), "cursor": page["next_cursor"]}
    return {"Link": f'<{url_for(str(request.endpoint), **query)}>; rel="next"'}
