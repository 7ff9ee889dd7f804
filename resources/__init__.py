"""The HTTP layer: routes, parsing, answers and errors."""
