"""The root of all errors that the service expects."""


class ServiceError(Exception):
    """An expected error. `resources/problem_types.py` maps it to HTTP.

    The message of an error that leaves a manager is written for the client.
    """


class BusyError(ServiceError):
    """Too much of one kind of work is in progress, and waiting for it would block other work."""
