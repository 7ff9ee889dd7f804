"""Compression of answers."""

from flask import Flask, Response, request
from flask_compress import Compress

TYPES = ("application/json", "text/css", "text/html", "text/javascript", "text/plain")
MIN_BYTES = 500


def register_compression(app: Flask) -> None:
    """Compress JSON and text that a client reads, with gzip."""
    app.config.update(
        COMPRESS_REGISTER=False,
        COMPRESS_ALGORITHM=["gzip"],
        COMPRESS_MIMETYPES=list(TYPES),
        COMPRESS_MIN_SIZE=MIN_BYTES,
        COMPRESS_STREAMS=False,
        # `resources.conditional` has done it.
        COMPRESS_EVALUATE_CONDITIONAL_REQUEST=False,
    )
    compress = Compress(app)

    @app.after_request
    def pack(response: Response) -> Response:
        # The length of a compressed body tells whether two parts of it are alike (BREACH). Tokens
        # are in answers to POST only, beside what an attacker may have chosen.
        if request.method not in ("GET", "HEAD"):
            return response
        response.vary.add("Accept-Encoding")
        # Flask-Compress takes `gzip;q=0` for a wish.
        is_wanted = request.accept_encodings.quality("gzip") > 0
        return compress.after_request(response) if is_wanted else response
