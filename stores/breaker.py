"""May a dependency be called now? Only rules: the clock is read by whoever asks."""

from enum import StrEnum

from domain.degradation import BreakerState

FAILURES_TO_OPEN = 5  # row 33 of docs/promises.md; in a row, so that a single hiccup opens nothing
OPEN_FOR_S = 60.0  # row 33 of docs/promises.md


class Outcome(StrEnum):
    """How a call ended."""

    OK = "ok"
    SLOW = "slow"  # answered, and later than a healthy part ever does: counts as a failure
    FAILED = "failed"  # the part did not answer in time, or is not there
    ABANDONED = "abandoned"  # the caller went away, or nobody can tell: says nothing of the part


class Breaker:
    """CLOSED lets every call through, OPEN none, HALF_OPEN exactly one, whose outcome decides."""

    def __init__(self) -> None:
        self.state = BreakerState.CLOSED
        self._failures = 0
        self._opened_at = 0.0
        self._era = 0  # the number of changes so far: a call that began before one decides nothing
        self._tried = False

    def enter(self) -> int | None:
        """A ticket for one call, to be given to `leave`; None when it must not be made."""
        if self.state is BreakerState.OPEN or (
            self.state is BreakerState.HALF_OPEN and self._tried
        ):
            return None
        self._tried = True
        return self._era

    def leave(self, ticket: int, outcome: Outcome, now: float) -> None:
        """Says how the call of this ticket ended. `now` is in seconds and never goes back."""
        if ticket != self._era:
            return
        if self.state is BreakerState.HALF_OPEN:
            self._decide(outcome, now)
        elif outcome is Outcome.OK:
            self._failures = 0
        elif outcome is not Outcome.ABANDONED:
            self._failures += 1
            if self._failures == FAILURES_TO_OPEN:
                self._opened_at = now
                self._turn(BreakerState.OPEN)

    def is_due(self, now: float) -> bool:
        """Whether it has been open for OPEN_FOR_S, so that a viewer's call should try."""
        return self.state is BreakerState.OPEN and now - self._opened_at >= OPEN_FOR_S

    def half_open(self) -> None:
        """Lets one call through; nothing but an open breaker changes."""
        if self.state is BreakerState.OPEN:
            self._turn(BreakerState.HALF_OPEN)

    def _decide(self, outcome: Outcome, now: float) -> None:
        if outcome is Outcome.OK:
            self._failures = 0
            self._turn(BreakerState.CLOSED)
            return
        if outcome is not Outcome.ABANDONED and now - self._opened_at >= OPEN_FOR_S:
            self._opened_at = now
        self._turn(BreakerState.OPEN)

    def _turn(self, state: BreakerState) -> None:
        self.state = state
        self._era += 1
        self._tried = False
