"""Decoding of uploaded photos in a process of its own.

A decoder works on whatever anybody sends: a file can be made to crash it, to keep it busy, or to
fill its memory. Here this ends a child process, and not the service.
"""

from services.photo_decoder.decoder import DecoderUnavailableError, PhotoDecoder, photo_decoder

__all__ = ["DecoderUnavailableError", "PhotoDecoder", "photo_decoder"]
