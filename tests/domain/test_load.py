"""The limiter by itself: what it decides, and a day of overload on a clock that is only counted."""

import itertools
from collections import Counter, deque
from dataclasses import dataclass

import pytest

from domain import load
from domain.load import PATIENCE_S, Limiter, PriorityClass, State

CRITICAL, STANDARD, PREFETCH, BULK = PriorityClass
QUEUE = {rank: int(load.START * share) for rank, share in load.QUEUE_SHARE.items()}


def full(limiter, priority=STANDARD):
    """As many as the limit lets in."""
    return [limiter.ask(priority, 0.0) for _ in range(int(limiter.limit))]


def waiting(limiter, priority, count):
    return [limiter.ask(priority, 0.0) for _ in range(count)]


def states(places):
    return Counter(place.state for place in places)


def test_requests_run_up_to_the_limit_then_wait_then_are_refused_at_once():
    limiter = Limiter(0.0)

    places = waiting(limiter, STANDARD, load.START + QUEUE[STANDARD] + 5)

    assert states(places) == {
        State.RUNNING: load.START,
        State.WAITING: QUEUE[STANDARD],
        State.REFUSED: 5,
    }


def test_the_most_important_is_called_first_and_the_longest_waiting_of_it():
    limiter = Limiter(0.0)
    running = full(limiter)
    bulk, standard, first, second = (
        limiter.ask(rank, 0.0) for rank in (BULK, STANDARD, CRITICAL, CRITICAL)
    )

    called = []
    for name, place in {"bulk": bulk, "standard": standard, "1": first, "2": second}.items():
        place.called = lambda name=name: called.append(name)
    for place in running[:4]:
        limiter.leave(place, 0.01)

    assert called == ["1", "2", "standard", "bulk"]


@pytest.mark.parametrize("rank", PriorityClass)
def test_a_class_waits_behind_its_betters_and_itself_and_no_further(rank):
    limiter = Limiter(0.0)
    full(limiter)
    waiting(limiter, CRITICAL, QUEUE[rank] - 1)

    last, refused = waiting(limiter, rank, 2)

    assert (last.state, refused.state) == (State.WAITING, State.REFUSED)


def test_those_that_matter_less_keep_nobody_out_of_the_queue():
    limiter = Limiter(0.0)
    full(limiter)
    waiting(limiter, BULK, QUEUE[BULK])
    waiting(limiter, STANDARD, QUEUE[STANDARD])

    places = waiting(limiter, CRITICAL, QUEUE[CRITICAL])

    assert states(places) == {State.WAITING: QUEUE[CRITICAL]}


def test_who_gives_up_waiting_leaves_the_queue_and_takes_no_place():
    limiter = Limiter(0.0)
    running = full(limiter)
    [tired, patient] = waiting(limiter, STANDARD, 2)

    limiter.leave(tired, 0.1)
    limiter.leave(running[0], 0.1)

    assert (tired.state, patient.state) == (State.REFUSED, State.RUNNING)
    assert limiter.running == load.START


def test_leaving_twice_gives_back_one_place():
    limiter = Limiter(0.0)
    place = limiter.ask(STANDARD, 0.0)

    limiter.leave(place, 0.1)
    limiter.leave(place, 0.1)

    assert limiter.running == 0


@pytest.mark.parametrize(
    ("at_once", "took_s", "limit"),
    [
        (32, 0.4, 16.0),  # twice the target: half of it would have met it
        (32, 0.25, 25.6),
        (32, 4.0, 16.0),  # never less than half in one window
        (32, 0.2, 35.2),  # quick, and others were held back
        (31, 0.1, 32.0),  # quick, and nobody was
        (16, 0.4, 16.0),  # half of it is tried enough to blame
        (15, 0.4, 32.0),  # a few slow ones say nothing about a limit of twice as many
    ],
)
def test_a_window_is_judged_by_its_mean_and_by_how_much_of_the_limit_was_used(
    at_once, took_s, limit
):
    limiter = Limiter(0.0)

    for place in waiting(limiter, STANDARD, at_once):
        limiter.leave(place, took_s)

    # The first to leave closes the window, and the others belong to the next.
    assert limiter.limit == pytest.approx(limit)


def test_the_limit_stays_between_its_ends():
    slow, quick = Limiter(0.0), Limiter(0.0)

    for window in range(1, 60):
        for limiter, took_s in ((slow, 1.0), (quick, 0.01)):
            for place in [limiter.ask(STANDARD, window - took_s) for _ in range(load.MOST)]:
                limiter.leave(place, float(window))

    assert slow.limit == load.FEWEST
    assert quick.limit == load.MOST


# ---------------------------------------------------------------- a day of overload

STEP_S = 0.001
SERVED_STEPS = 6  # of CPU for an answer
REFUSED_SHARE = 0.04  # of that for a refusal
CAPACITY = 1 / (SERVED_STEPS * STEP_S)
GIVEN_UP_S = 2.0  # what comes later than this was for nobody
MIX = {CRITICAL: 0.25, STANDARD: 0.45, PREFETCH: 0.15, BULK: 0.15}


@dataclass(eq=False)
class Asked:
    place: load.Place
    at: float
    steps_left: int = SERVED_STEPS


class Machine:
    """One core, shared by turns among all that run, as an event loop does."""

    def __init__(self):
        self.limiter = Limiter(0.0)
        self.now = 0.0
        self.good = Counter()
        self.refused = Counter()
        self.late_s = []
        self._clock = itertools.count(1)
        self._ready = deque()
        self._queue = []
        self._debt = 0.0  # steps of CPU owed to refusals
        self._due = Counter()

    def run(self, seconds, load_factor, mix=MIX):
        for _ in range(round(seconds / STEP_S)):
            self.now = next(self._clock) * STEP_S
            for rank, share in mix.items():
                self._due[rank] += load_factor * CAPACITY * share * STEP_S
                while self._due[rank] >= 1:
                    self._due[rank] -= 1
                    self._arrive(rank)
            self._lose_patience()
            self._work()

    def forget(self):
        self.good.clear()
        self.refused.clear()
        self.late_s.clear()

    def _arrive(self, rank):
        asked = Asked(self.limiter.ask(rank, self.now), self.now)
        if asked.place.state is State.RUNNING:
            self._ready.append(asked)
        elif asked.place.state is State.WAITING:
            asked.place.called = lambda: self._called(asked)
            self._queue.append(asked)
        else:
            self._refuse(rank)

    def _called(self, asked):
        self._queue.remove(asked)
        self._ready.append(asked)

    def _refuse(self, rank):
        self.refused[rank] += 1
        self._debt += SERVED_STEPS * REFUSED_SHARE

    def _lose_patience(self):
        for asked in list(self._queue):
            if self.now - asked.at > PATIENCE_S[asked.place.priority]:
                self._queue.remove(asked)
                self.limiter.leave(asked.place, self.now)
                self._refuse(asked.place.priority)

    def _work(self):
        if self._debt >= 1:
            self._debt -= 1
        elif self._ready:
            asked = self._ready.popleft()
            asked.steps_left -= 1
            if asked.steps_left:
                self._ready.append(asked)
                return
            self.limiter.leave(asked.place, self.now)
            self.late_s.append(self.now - asked.at)
            if self.now - asked.at <= GIVEN_UP_S:
                self.good[asked.place.priority] += 1


def test_at_three_times_capacity_as_much_is_answered_as_at_the_peak_and_critical_first():
    machine = Machine()
    machine.run(5, 0.95)
    peak = machine.good.total()
    machine.forget()

    machine.run(10, 3)

    good, refused = machine.good, machine.refused
    shares = {rank: good[rank] / (good[rank] + refused[rank]) for rank in PriorityClass}
    assert good.total() / 2 >= 0.9 * peak
    assert shares[CRITICAL] >= 0.99
    assert shares[STANDARD] > 0.1
    assert shares[PREFETCH] < 0.02  # while the limit was still being found
    assert shares[BULK] < 0.02


def test_after_the_overload_everybody_is_answered_again_within_a_second():
    machine = Machine()
    machine.run(10, 3)
    machine.run(1, 0.8)
    machine.forget()

    machine.run(5, 0.8)

    assert machine.refused.total() == 0
    assert max(machine.late_s) <= 0.1


def test_critical_alone_beyond_capacity_is_still_answered_in_time():
    machine = Machine()
    machine.run(2, 3, {CRITICAL: 1.0})
    machine.forget()

    machine.run(5, 3, {CRITICAL: 1.0})

    assert machine.good.total() >= 0.85 * CAPACITY * 5
    assert max(machine.late_s) <= PATIENCE_S[CRITICAL] + 2 * load.TARGET_S
