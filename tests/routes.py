"""Addresses of all routes."""

from uuid import uuid4


def address(route: str) -> str:
    """A route with ids that do not exist."""
    for name in ("<uuid:check_id>", "<uuid:session_id>", "<uuid:user_id>"):
        route = route.replace(name, str(uuid4()))
    return (
        route.replace("<status:status>", "benign")
        .replace("<slug>", "nothing")
        .replace("<name>", "nothing")
        .replace("<path:path>", "nothing.js")
    )
