"""What can go wrong in the domain. Services raise these; pages and the API turn them into answers.

Messages are for the user: what is wrong and what to do. They never hold an identity number.
"""

from collections.abc import Mapping


class DomainError(Exception):
    status = 400

    def __init__(self, message: object) -> None:
        super().__init__(message)
        self.message = message


class Invalid(DomainError):
    """Input that cannot be accepted. `faults` maps a JSON pointer (`/fields/drug`) to a message."""

    status = 422

    def __init__(self, faults: Mapping[str, object]) -> None:
        super().__init__("; ".join(f"{pointer}: {fault}" for pointer, fault in faults.items()))
        self.faults = dict(faults)


class Conflict(DomainError):
    """Somebody or something came first. `holder` names the colleague, where it is one."""

    status = 409

    def __init__(self, message: object, holder: str | None = None) -> None:
        super().__init__(message)
        self.holder = holder


class Forbidden(DomainError):
    status = 403


class NotFound(DomainError):
    status = 404
