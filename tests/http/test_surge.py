"""Three times as many viewers as one process can answer, from another process, on real servers."""

from collections import Counter

import pytest

from bench.load import measure
from domain.load import PriorityClass

CRITICAL, STANDARD, *_ = PriorityClass


@pytest.mark.slow
async def test_in_a_short_surge_refusals_have_names_and_critical_is_refused_last():
    found = (await measure(["app"], hurry=4))["app"]

    answers = found.surge.answers
    refused = Counter(answer.ask.priority for answer in answers if answer.refused)
    assert [
        answer.body for answer in answers if answer.status not in (0, 200) and not answer.refused
    ] == []
    assert any(answer.good for answer in answers)
    assert refused[CRITICAL] <= refused[STANDARD]


@pytest.mark.soak
async def test_at_three_times_capacity_the_house_stands():
    found = (await measure(["app"]))["app"]

    assert found.surge.goodput >= 0.9 * found.peak
    assert found.surge.share(CRITICAL) >= 0.99
    assert found.normal_after_s <= 10
