from datetime import UTC, datetime

import pytest

from domain.catalog import Certification, Episode
from domain.ids import ProfileId, TitleId
from domain.watching import (
    ActionKind,
    WatchState,
    WatchStatus,
    next_up,
    primary_action,
    status_at,
)

HOUR_MS = 3_600_000


def episode(season: int, number: int) -> Episode:
    return Episode(
        id=TitleId(f"{season}.{number}"),
        series_id=TitleId("series"),
        season_id=TitleId(str(season)),
        season_number=season,
        number=number,
        name=f"Part {number}",
        synopsis="",
        certification=Certification(0),
        runtime_ms=HOUR_MS,
    )


def state(of: Episode, status: WatchStatus, cursor: int = 1) -> WatchState:
    return WatchState(
        profile_id=ProfileId("pro"),
        playable_id=of.id,
        device_id=None,
        position_ms=600_000,
        status=status,
        revision=1,
        cursor=cursor,
        updated_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


EPISODES = [episode(1, 1), episode(1, 2), episode(2, 1)]


@pytest.mark.parametrize(
    ("position_ms", "runtime_ms", "expected"),
    [
        (0, 2 * HOUR_MS, WatchStatus.UNSTARTED),
        (119_999, 2 * HOUR_MS, WatchStatus.UNSTARTED),
        (120_000, 2 * HOUR_MS, WatchStatus.IN_PROGRESS),  # two minutes of a long film
        (17_999, 600_000, WatchStatus.UNSTARTED),
        (18_000, 600_000, WatchStatus.IN_PROGRESS),  # 3 % of a short one
        (2 * HOUR_MS - 180_001, 2 * HOUR_MS, WatchStatus.IN_PROGRESS),
        (2 * HOUR_MS - 180_000, 2 * HOUR_MS, WatchStatus.FINISHED),  # the last three minutes
        (28_499, 30_000, WatchStatus.IN_PROGRESS),
        (28_500, 30_000, WatchStatus.FINISHED),  # the last 5 % of a very short one
        (30_000, 30_000, WatchStatus.FINISHED),
    ],
)
def test_started_and_finished_follow_the_watch_next_rules(position_ms, runtime_ms, expected):
    assert status_at(position_ms, runtime_ms) is expected


def test_a_series_nobody_touched_begins_at_the_beginning():
    assert next_up(EPISODES, {}) is EPISODES[0]


def test_a_series_without_episodes_has_nothing_next():
    assert next_up([], {}) is None


def test_an_unfinished_episode_is_gone_on_with():
    states = {EPISODES[1].id: state(EPISODES[1], WatchStatus.IN_PROGRESS)}

    assert next_up(EPISODES, states) is EPISODES[1]


def test_after_a_finished_episode_comes_the_next_one_over_the_end_of_a_season():
    states = {EPISODES[1].id: state(EPISODES[1], WatchStatus.FINISHED)}

    assert next_up(EPISODES, states) is EPISODES[2]


def test_the_episode_touched_last_decides_and_not_the_one_furthest_in():
    states = {
        EPISODES[2].id: state(EPISODES[2], WatchStatus.IN_PROGRESS, cursor=1),
        EPISODES[0].id: state(EPISODES[0], WatchStatus.FINISHED, cursor=2),
    }

    assert next_up(EPISODES, states) is EPISODES[1]


def test_a_series_seen_to_its_end_begins_anew():
    states = {EPISODES[2].id: state(EPISODES[2], WatchStatus.FINISHED)}

    assert next_up(EPISODES, states) is EPISODES[0]


@pytest.mark.parametrize(
    ("status", "kind", "resume_ms"),
    [
        (None, ActionKind.PLAY, None),
        (WatchStatus.UNSTARTED, ActionKind.PLAY, None),
        (WatchStatus.IN_PROGRESS, ActionKind.RESUME, 600_000),
        (WatchStatus.FINISHED, ActionKind.WATCH_AGAIN, None),
    ],
)
def test_the_one_button_says_what_it_will_do(status, kind, resume_ms):
    seen = None if status is None else state(EPISODES[0], status)

    action = primary_action(EPISODES[0], seen)

    assert (action.kind, action.resume_ms, action.target) == (kind, resume_ms, EPISODES[0])
