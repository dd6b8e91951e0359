"""How many requests may run at once, and whose turn comes first when more are asked for?

The limit finds itself. In a process that is as busy as it can be, answers take as long as there are
requests beside each other (Little's law: time = requests / throughput), so the limit that keeps the
time at a target is limit x target / time. It shrinks by that rule, and grows a little at a time
while answers are quick and the limit is what holds others back.

Whoever finds no room waits a short while, more important classes in front. Within a class it is
first come, first served, and the queue is short instead of clever: a request beyond it is refused
at once, rather than after a wait for nothing.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

TARGET_S = (
    0.2  # a viewer takes an answer for immediate; throughput gains nothing above (bench load)
)
START = 32  # requests; what two cores reach within the target, so that a new process learns little
FEWEST = 4  # requests; fewer leave the loop idle while all of them wait for a database
MOST = 256  # requests; no process answers more within the target, and each one holds memory
WINDOW_S = 0.2  # the limit is judged once per target: sooner would be before the change shows
STEEPEST_FALL = 0.5  # of the limit in one window: one slow statement is not yet an overload
RISE = 0.1  # of the limit in one window: from the fewest to the start takes three seconds
MOST_OPERATION_BYTES = 256 * 1024  # a document and its variables, with room to spare


class PriorityClass(StrEnum):
    """From what is answered first to what is refused first."""

    CRITICAL = "CRITICAL"
    STANDARD = "STANDARD"
    PREFETCH = "PREFETCH"
    BULK = "BULK"


# Seconds that waiting may take. Who watches a film is kept; what a screen asked for is asked again
# by its viewer; what nobody waits for can come another time.
PATIENCE_S: Mapping[PriorityClass, float] = MappingProxyType(
    {
        PriorityClass.CRITICAL: 1.0,
        PriorityClass.STANDARD: 0.25,
        PriorityClass.PREFETCH: 0.1,
        PriorityClass.BULK: 0.1,
    }
)
# How many of a class or of better ones may wait, as a share of the limit. The whole limit is
# answered in one target, so this is also how many targets the last of them waits.
QUEUE_SHARE: Mapping[PriorityClass, float] = MappingProxyType(
    {
        PriorityClass.CRITICAL: 4.0,
        PriorityClass.STANDARD: 0.5,
        PriorityClass.PREFETCH: 0.25,
        PriorityClass.BULK: 0.25,
    }
)


class State(StrEnum):
    """Where a request is. RUNNING and REFUSED are for good, until `leave`."""

    WAITING = "WAITING"
    RUNNING = "RUNNING"
    REFUSED = "REFUSED"


@dataclass(slots=True, eq=False)
class Place:
    """One request's place. `called` is called when one that waited may run."""

    priority: PriorityClass
    state: State
    since: float  # seconds of the caller's clock: when it was let in, or began to wait
    called: Callable[[], None] | None = None


class Limiter:
    """The places of one process. Its clock is the caller's: any that does not go back."""

    def __init__(self, now: float) -> None:
        self.limit = float(START)
        self.running = 0
        self._waiting: dict[PriorityClass, deque[Place]] = {rank: deque() for rank in PriorityClass}
        self._window = _Window(now)

    def ask(self, priority: PriorityClass, now: float) -> Place:
        """A place, RUNNING, WAITING or REFUSED. Whatever it is, `leave` has to be called."""
        place = Place(priority, State.WAITING, now)
        if self.running < int(self.limit):
            self._let_in(place, now)
        elif self._in_front_of(priority) < self.limit * QUEUE_SHARE[priority]:
            self._waiting[priority].append(place)
        else:
            place.state = State.REFUSED
        return place

    def leave(self, place: Place, now: float) -> None:
        """It was answered, or nobody waits for it any more."""
        if place.state is State.WAITING:
            self._waiting[place.priority].remove(place)
            place.state = State.REFUSED
        elif place.state is State.RUNNING:
            self.running -= 1
            place.state = State.REFUSED  # leaving twice changes nothing
            self._window.add(now - place.since)
            if now - self._window.began_at >= WINDOW_S:
                self.limit = self._window.judge(self.limit)
                self._window = _Window(now)
            self._call_next(now)

    def _let_in(self, place: Place, now: float) -> None:
        place.state, place.since = State.RUNNING, now
        self.running += 1
        self._window.busiest = max(self._window.busiest, self.running)

    def _in_front_of(self, priority: PriorityClass) -> int:
        """How many that wait would be called before one more of this class."""
        in_front = 0
        for rank, queue in self._waiting.items():
            in_front += len(queue)
            if rank is priority:
                break
        return in_front

    def _call_next(self, now: float) -> None:
        for queue in self._waiting.values():
            while queue and self.running < int(self.limit):
                place = queue.popleft()
                self._let_in(place, now)
                if place.called is not None:
                    place.called()


class _Window:
    """What was seen since a time."""

    def __init__(self, began_at: float) -> None:
        self.began_at = began_at
        self.busiest = 0  # requests beside each other
        self._answers = 0
        self._took_s = 0.0

    def add(self, took_s: float) -> None:
        self._answers += 1
        self._took_s += took_s

    def judge(self, limit: float) -> float:
        """The limit from now on. One that was not nearly reached has not been tried: a few slow
        sign-ins in an empty house say nothing about it."""
        mean_s = self._took_s / self._answers
        if mean_s > TARGET_S and self.busiest >= limit / 2:
            return max(FEWEST, limit * max(STEEPEST_FALL, TARGET_S / mean_s))
        if mean_s <= TARGET_S and self.busiest >= int(limit):
            return min(MOST, limit * (1 + RISE))
        return limit
