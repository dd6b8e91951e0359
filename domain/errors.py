"""Every way Marquee refuses: a class a refusal, with a code that keeps its meaning for ever."""

from enum import StrEnum
from typing import ClassVar


class ProblemCode(StrEnum):
    """Stable codes; a client may branch on them. New ones may be added, none is ever reused."""

    INVALID_INPUT = "INVALID_INPUT"
    NOT_FOUND = "NOT_FOUND"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    TOKEN_EXPIRED = "TOKEN_EXPIRED"  # noqa: S105 - a code, not a secret
    TOKEN_INVALID = "TOKEN_INVALID"  # noqa: S105 - a code, not a secret
    FORBIDDEN = "FORBIDDEN"
    TOO_COMPLEX = "TOO_COMPLEX"
    RATE_LIMITED = "RATE_LIMITED"
    PIN_REQUIRED = "PIN_REQUIRED"
    PIN_LOCKED = "PIN_LOCKED"
    SLOW_DOWN = "SLOW_DOWN"
    PENDING = "PENDING"
    EXPIRED = "EXPIRED"
    DENIED = "DENIED"
    CONFLICT = "CONFLICT"
    NOT_READY = "NOT_READY"
    UNSUPPORTED_DEVICE = "UNSUPPORTED_DEVICE"
    SESSION_LOST = "SESSION_LOST"
    OVERLOADED = "OVERLOADED"
    UNAVAILABLE = "UNAVAILABLE"


class DomainError(Exception):
    """An expected refusal. Its message is written for the viewer and safe to show."""

    code: ClassVar[ProblemCode]
    retry_after_seconds: int | None = None

    def __init__(self, message: str, *, field: list[str] | None = None) -> None:
        """`field` is the path of the offending input field, where there is one."""
        super().__init__(message)
        self.message = message
        self.field = field

    @property
    def extensions(self) -> dict[str, object]:
        """What graphql-core copies into `errors[].extensions`, also in the middle of a stream."""
        if self.retry_after_seconds is None:
            return {"code": self.code.value}
        return {"code": self.code.value, "retryAfterSeconds": self.retry_after_seconds}


class InvalidInput(DomainError):
    """A value that no request of this kind may carry."""

    code = ProblemCode.INVALID_INPUT


class TooComplex(InvalidInput):
    """More than one request may ask for: it was not run, and perhaps not even read."""

    code = ProblemCode.TOO_COMPLEX


class NotFound(DomainError):
    """Absent, or not visible to whoever asks: the two are told apart by nobody."""

    code = ProblemCode.NOT_FOUND


class Unauthenticated(DomainError):
    """Nobody is signed in, or the e-mail and password do not belong together."""

    code = ProblemCode.UNAUTHENTICATED


class TokenExpired(DomainError):
    """The token was good and has run out."""

    code = ProblemCode.TOKEN_EXPIRED


class TokenInvalid(DomainError):
    """The token was not made by this house, was changed, or was made for another door."""

    code = ProblemCode.TOKEN_INVALID


class Forbidden(DomainError):
    """Signed in, but not in the scope this needs (no profile chosen, say)."""

    code = ProblemCode.FORBIDDEN


class RateLimited(DomainError):
    """More was asked in a while than is given in it; nothing was done."""

    code = ProblemCode.RATE_LIMITED

    def __init__(self, message: str, *, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class PinRequired(DomainError):
    """The profile has a PIN, and it was not given, or another was."""

    code = ProblemCode.PIN_REQUIRED

    def __init__(self, message: str, *, attempts_left: int) -> None:
        super().__init__(message, field=["pin"])
        self.attempts_left = attempts_left


class PinLocked(DomainError):
    """Too many wrong PINs: even the right one is refused for a while."""

    code = ProblemCode.PIN_LOCKED

    def __init__(self, message: str, *, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class SlowDown(DomainError):
    """The device asked again too soon; from now on it waits longer in between (RFC 8628, 3.5)."""

    code = ProblemCode.SLOW_DOWN

    def __init__(self, message: str, *, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class Pending(DomainError):
    """Somebody else has to do something first: approve a code, or read a mail."""

    code = ProblemCode.PENDING

    def __init__(self, message: str, *, retry_after_seconds: int | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class Expired(DomainError):
    """It was good, and its time has run out, or it was used."""

    code = ProblemCode.EXPIRED


class Denied(DomainError):
    """Somebody who may decide has said no."""

    code = ProblemCode.DENIED


class Conflict(DomainError):
    """It contradicts what is there already."""

    code = ProblemCode.CONFLICT


class NotReady(DomainError):
    """The title exists, and its media is not there yet."""

    code = ProblemCode.NOT_READY


class UnsupportedDevice(DomainError):
    """The device can play nothing of what there is."""

    code = ProblemCode.UNSUPPORTED_DEVICE


class SessionLost(DomainError):
    """The playback session has ended, or its lease ran out."""

    code = ProblemCode.SESSION_LOST


class Overloaded(DomainError):
    """More is asked of this process than it can answer; what matters most is answered first."""

    code = ProblemCode.OVERLOADED
    retry_after_seconds = 2  # long enough for the queue behind it to drain


class Unavailable(DomainError):
    """A part of the house that this needs does not answer, and nothing can stand in for it."""

    code = ProblemCode.UNAVAILABLE

    def __init__(self, dependency: str, *, retry_after_seconds: int) -> None:
        """`dependency` is the part's name, for the log and the operator; the viewer is not told."""
        super().__init__("This does not work at the moment. Try again shortly.")
        self.dependency = dependency
        self.retry_after_seconds = retry_after_seconds
