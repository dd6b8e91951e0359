"""The breaker against its table, and against a plain model over many random walks."""

import random

import pytest

from domain.degradation import BreakerState
from stores.breaker import FAILURES_TO_OPEN, OPEN_FOR_S, Breaker, Outcome

CLOSED, OPEN, HALF_OPEN = BreakerState.CLOSED, BreakerState.OPEN, BreakerState.HALF_OPEN
OK, SLOW, FAILED, ABANDONED = Outcome.OK, Outcome.SLOW, Outcome.FAILED, Outcome.ABANDONED


def call(breaker, outcome, now=0.0):
    breaker.leave(breaker.enter(), outcome, now)


def opened(at=0.0):
    breaker = Breaker()
    for _ in range(5):
        call(breaker, FAILED, at)
    return breaker


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        ([FAILED] * 4, CLOSED),
        ([FAILED] * 5, OPEN),
        ([SLOW] * 5, OPEN),
        ([FAILED, SLOW, FAILED, SLOW, FAILED], OPEN),
        ([FAILED] * 4 + [OK] + [FAILED] * 4, CLOSED),
        ([FAILED] * 4 + [ABANDONED] * 9, CLOSED),
        ([FAILED] * 4 + [ABANDONED, FAILED], OPEN),
    ],
)
def test_five_failures_in_a_row_open_it(outcomes, state):
    breaker = Breaker()

    for outcome in outcomes:
        call(breaker, outcome)

    assert breaker.state is state


def test_an_open_one_lets_nobody_through_and_is_due_after_a_minute():
    breaker = opened(at=100.0)

    assert breaker.enter() is None
    assert not breaker.is_due(159.9)
    assert breaker.is_due(160.0)


@pytest.mark.parametrize(
    ("outcome", "state"), [(OK, CLOSED), (SLOW, OPEN), (FAILED, OPEN), (ABANDONED, OPEN)]
)
def test_a_half_open_one_lets_one_through_whose_outcome_decides(outcome, state):
    breaker = opened()
    breaker.half_open()

    ticket = breaker.enter()
    second = breaker.enter()
    breaker.leave(ticket, outcome, 1.0)

    assert second is None
    assert breaker.state is state


def test_a_question_that_fails_does_not_keep_viewers_out_for_longer():
    breaker = opened(at=0.0)

    for now in (10.0, 59.0):
        breaker.half_open()
        call(breaker, FAILED, now)

    assert breaker.is_due(60.0)


def test_a_viewer_who_tried_in_vain_is_the_last_for_another_minute():
    breaker = opened(at=0.0)

    breaker.half_open()
    call(breaker, FAILED, 61.0)

    assert not breaker.is_due(120.9)
    assert breaker.is_due(121.0)


def test_what_began_before_a_change_decides_nothing():
    breaker = Breaker()
    early = breaker.enter()
    for _ in range(5):
        call(breaker, FAILED)

    breaker.leave(early, OK, 1.0)
    late = breaker.state
    breaker.half_open()
    breaker.leave(early, OK, 2.0)

    assert (late, breaker.state) == (OPEN, HALF_OPEN)


def test_only_an_open_one_becomes_half_open():
    closed, half = Breaker(), opened()
    half.half_open()
    half.enter()

    closed.half_open()
    half.half_open()

    assert closed.state is CLOSED
    assert half.enter() is None


@pytest.mark.parametrize("seed", range(200))
def test_every_walk_goes_as_in_the_plain_model(seed):
    dice, breaker, model = random.Random(seed), Breaker(), Model()
    now, under_way = 0, []

    for _ in range(300):
        now += dice.choice((0, 1, 20))
        step = dice.random()
        if step < 0.45:
            ticket, allowed = breaker.enter(), model.enter()
            assert (ticket is not None) == (allowed is not None)
            if ticket is not None:
                under_way.append((ticket, allowed))
        elif step < 0.9 and under_way:
            ticket, allowed = under_way.pop(dice.randrange(len(under_way)))
            outcome = dice.choices([OK, SLOW, FAILED, ABANDONED], [1, 2, 6, 1])[0]
            breaker.leave(ticket, outcome, now)
            model.leave(allowed, outcome, now)
        elif dice.random() < 0.5:
            breaker.half_open()
            model.half_open()
        assert breaker.state.value == model.state
        assert breaker.is_due(now) == (model.state == "OPEN" and now >= model.opened_at + 60)


class Model:
    """Keeps everything that ever happened and reads the answer from it."""

    def __init__(self):
        self.state, self.opened_at, self.told, self.ever = "CLOSED", None, [], 0

    def enter(self):
        if self.state == "OPEN" or (self.state == "HALF_OPEN" and self.told):
            return None
        if self.state == "HALF_OPEN":
            self.told.append("tried")
        return self.ever

    def half_open(self):
        if self.state == "OPEN":
            self.change("HALF_OPEN")

    def leave(self, ever, outcome, now):
        if ever != self.ever:
            return
        if self.state == "CLOSED":
            if outcome is not ABANDONED:
                self.told.append(outcome)
            if len(self.told) >= FAILURES_TO_OPEN and OK not in self.told[-FAILURES_TO_OPEN:]:
                self.opened_at = now
                self.change("OPEN")
        elif outcome is OK:
            self.change("CLOSED")
        else:
            if outcome is not ABANDONED and now >= self.opened_at + OPEN_FOR_S:
                self.opened_at = now
            self.change("OPEN")

    def change(self, state):
        self.state, self.told, self.ever = state, [], self.ever + 1
