"""The root of all errors that the service foresees."""


class ServiceError(Exception):
    """An error with a name of its own; `resources/problem_types.py` turns it into HTTP.

    The message of those that leave a manager is meant for whoever asked.
    """
