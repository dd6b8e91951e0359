from dataclasses import replace
from datetime import UTC, datetime

import pytest

from domain.catalog import Media, Rendition
from domain.errors import InvalidInput, UnsupportedDevice
from domain.ids import MediaId, ProfileId, TitleId
from domain.playback import (
    CapabilitiesInput,
    DrmSystem,
    HeartbeatInput,
    PlayerState,
    ResumePoint,
    ResumeReason,
    StartPlaybackInput,
    StreamProtocol,
    ceiling,
    check_heartbeat,
    check_start,
    protocol_for,
    resume_point,
)
from domain.watching import WatchState, WatchStatus

LADDER = tuple(Rendition(h, h * 16 // 9, "avc1.64001f", h, h) for h in (360, 720, 1080))
MEDIA = Media(MediaId("med_1"), TitleId("mov_1"), 60_000, LADDER, None)
TV = CapabilitiesInput(
    codecs=["avc1.640028"],
    max_height=1080,
    drm=[DrmSystem.CLEARKEY],
    protocols=[StreamProtocol.DASH],
)
STATE = WatchState(
    profile_id=ProfileId("pro_1"),
    playable_id=TitleId("mov_1"),
    device_id=None,
    position_ms=20_000,
    status=WatchStatus.IN_PROGRESS,
    revision=1,
    cursor=1,
    updated_at=datetime(2026, 1, 1, tzinfo=UTC),
)


@pytest.mark.parametrize(("screen", "rung"), [(2160, 1080), (1080, 1080), (1079, 720), (360, 360)])
def test_a_device_gets_the_best_rung_that_its_screen_can_show(screen, rung):
    assert ceiling(MEDIA, replace(TV, max_height=screen)) == rung


@pytest.mark.parametrize(
    "lacking", [{"max_height": 240}, {"codecs": ["vp9"]}, {"codecs": []}, {"drm": []}]
)
def test_a_device_that_can_play_nothing_of_it_is_told_so(lacking):
    with pytest.raises(UnsupportedDevice):
        ceiling(MEDIA, replace(TV, **lacking))


def test_the_protocol_named_first_is_the_one():
    both = [StreamProtocol.HLS, StreamProtocol.DASH]

    assert protocol_for(replace(TV, protocols=both)) is StreamProtocol.HLS


def test_a_device_without_a_protocol_is_told_so():
    with pytest.raises(UnsupportedDevice):
        protocol_for(replace(TV, protocols=[]))


@pytest.mark.parametrize(
    ("start_ms", "state", "expected"),
    [
        (None, None, ResumePoint(0, ResumeReason.START)),
        (None, STATE, ResumePoint(20_000, ResumeReason.SAVED)),
        (None, replace(STATE, status=WatchStatus.FINISHED), ResumePoint(0, ResumeReason.START)),
        (5_000, STATE, ResumePoint(5_000, ResumeReason.EXPLICIT)),
        (0, STATE, ResumePoint(0, ResumeReason.EXPLICIT)),
        (99_000, None, ResumePoint(60_000, ResumeReason.EXPLICIT)),
    ],
)
def test_playback_begins_as_asked_else_where_it_stopped_else_at_the_start(
    start_ms, state, expected
):
    assert resume_point(start_ms, state, 60_000) == expected


@pytest.mark.parametrize("wrong", [{"position_ms": -1}, {"sequence": -1}])
def test_a_heartbeat_that_no_player_can_mean_is_refused(wrong):
    beat = HeartbeatInput("pbs_1", sequence=0, position_ms=0, state=PlayerState.PLAYING)

    with pytest.raises(InvalidInput):
        check_heartbeat(replace(beat, **wrong))


@pytest.mark.parametrize(
    "wrong", [{"idempotency_key": ""}, {"idempotency_key": "x" * 201}, {"start_ms": -1}]
)
def test_a_start_that_no_player_can_mean_is_refused(wrong):
    asked = StartPlaybackInput("mov_1", capabilities=TV, idempotency_key="once")

    with pytest.raises(InvalidInput):
        check_start(replace(asked, **wrong))
