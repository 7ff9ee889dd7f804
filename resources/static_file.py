"""Responses with static files of the pages for browsers."""

from flask import Response, current_app, request

from utils.static_files import StaticFile

# A copy is used only after the service has said that it is the newest one.
CACHE = "no-cache"


def respond_with_file(file: StaticFile) -> Response:
    """Return the file, compressed if the client accepts that, or 304 if the client has it."""
    packed = file.packed if request.accept_encodings["gzip"] else None
    response = current_app.response_class(packed or file.content, mimetype=file.media_type)
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    # One tag for both forms of the content: it is weak.
    response.set_etag(file.digest, weak=True)
    response.headers.update({"Cache-Control": CACHE, "Vary": "Accept-Encoding"})
    response.make_conditional(request)
    return response
