"""The headers RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers-10)."""

from flask import Flask, Response

from managers.rate_limit import MEGABYTE, Limit, Quota, begin_quotas, near_quotas


def register_quotas(app: Flask) -> None:
    """Tell clients of the limits that are nearly used up."""
    app.before_request(begin_quotas)
    app.after_request(_add_headers)


def _add_headers(response: Response) -> Response:
    quotas = near_quotas()
    if quotas:
        response.headers["RateLimit-Policy"] = ", ".join(map(_policy, quotas))
        response.headers["RateLimit"] = ", ".join(map(_rest, quotas))
    return response


def _policy(quota: Quota) -> str:
    unit = ';qu="content-bytes"' if quota.limit is Limit.UPLOAD_MEGABYTES else ""
    return f"{_name(quota)};q={quota.amount * _unit(quota)}{unit};w={quota.window}"


def _rest(quota: Quota) -> str:
    return f"{_name(quota)};r={quota.remaining * _unit(quota)};t={quota.reset}"


def _name(quota: Quota) -> str:
    # A limit may have several windows.
    return f'"{quota.limit}-{quota.window}"'


def _unit(quota: Quota) -> int:
    return MEGABYTE if quota.limit is Limit.UPLOAD_MEGABYTES else 1
