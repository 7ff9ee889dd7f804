"""What answers a request: NumPy, Pillow and LiteRT only."""
