"""The web client: its page, its service worker and its files."""

from functools import cache

import orjson
from flask import Response, request

from config import PROJECT
from managers.errors import NotFoundError
from resources.base import BaseResource, public
from resources.static_file import respond_with_file
from utils.static_files import StaticFile, StaticFiles, import_map_hash, of_content

PAGE, WORKER = "index.html", "sw.js"
# Tests, tools and what they install stand in other folders, and are not served.
FOLDERS = (
    "api", "components", "icons", "locales", "photo", "state", "store", "styles", "vendor", "views",
)  # fmt: skip
HIDDEN = ("package.json", "package-lock.json", "tsconfig.json", "vendor/manifest.json")
# In this order. One request is quicker than six.
STYLES = [
    f"styles/{name}.css" for name in ("tokens", "base", "layout", "components", "views", "print")
]
WEB = StaticFiles(PROJECT / "web", FOLDERS, HIDDEN, {"styles/all.css": STYLES})
LANGUAGES = ("en", "de", "es")


class WebPageResource(BaseResource):
    in_document = False

    @public
    def get(self) -> Response:
        response = respond_with_file(WEB.files[PAGE])
        response.headers.update(
            {
                "Content-Security-Policy": policy(),
                "Cross-Origin-Opener-Policy": "same-origin",
                "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
            }
        )
        # The page asks for its texts after its scripts have started, which is late.
        language = request.accept_languages.best_match(LANGUAGES, LANGUAGES[0])
        response.headers["Link"] = (
            f"</web/locales/{language}.json>; rel=preload; as=fetch; crossorigin"
        )
        response.headers.add("Vary", "Accept-Language")
        return response


class WebWorkerResource(BaseResource):
    in_document = False

    @public
    def get(self) -> Response:
        # Served from the root, because a service worker sees the addresses below its own only.
        response = respond_with_file(_worker())
        response.headers["Content-Security-Policy"] = policy()
        return response


class WebFileResource(BaseResource):
    in_document = False

    @public
    def get(self, path: str) -> Response:
        if path in (PAGE, WORKER) or path not in WEB.files:
            raise NotFoundError("The web client has no file with this name.")
        return respond_with_file(WEB.files[path])


@cache
def policy() -> str:
    """Return the Content-Security-Policy of the web client: own files only, nothing inline."""
    allowed = import_map_hash(WEB.files[PAGE].content)
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' {allowed}",
            "style-src 'self'",
            "img-src 'self' blob:",
            "connect-src 'self'",
            "manifest-src 'self'",
            "worker-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


@cache
def _worker() -> StaticFile:
    """Return the service worker, with the version and the addresses of all files."""
    names = [name for name in WEB.files if name not in (PAGE, WORKER)]
    head = {"version": WEB.version, "files": ["/", *(f"/web/{name}" for name in names)]}
    content = b"self.PRECACHE = " + orjson.dumps(head) + b";\n" + WEB.files[WORKER].content
    return of_content(content, ".js")
