import base64
import json
from uuid import uuid4

import pytest

from domain.encoding import TrackClass
from tests import factories
from tests.factories import RUNTIME_MS

LICENSE = """
mutation ($id: ID!, $challenge: Base64!) {
  acquireLicense(sessionId: $id, challenge: $challenge) {
    ... on License { system body keyIds expiresAt }
    ... on Problem { code }
  }
}
"""
SESSION = """
query ($id: ID!) {
  node(id: $id) { ... on PlaybackSession {
    state positionMs leaseExpiresAt startedAt currentRendition { height }
    device { name } profile { name } playable { name }
  } }
}
"""
SMALL_SCREEN = {
    "codecs": ["avc1.640028"],
    "maxHeight": 480,
    "drm": ["CLEARKEY"],
    "protocols": ["HLS"],
}


@pytest.fixture
async def home(stores):
    return await factories.household(stores)


@pytest.fixture
async def viewer(api, home):
    return await api.viewer(home)


@pytest.fixture
async def film(stores):
    return await factories.movie(stores)


async def states(stores):
    return await factories.fetch(stores, factories.t.watch_states)


async def test_one_round_trip_answers_all_a_player_needs(viewer, film, stores):
    started = await viewer.start(film.id)

    assert started["session"]["state"] == "ACTIVE"
    assert started["session"]["playable"] == {"name": "Night Train"}
    assert started["manifest"]["protocol"] == "DASH"
    assert started["manifest"]["url"].startswith("http://house.test/media/")
    assert started["manifest"]["url"].endswith(f"/films/{film.media_id}/manifest.mpd")
    assert started["drm"]["clearKeyUrl"] == "http://house.test/license/clearkey"
    assert started["resume"] == {"positionMs": 0, "reason": "START"}
    assert started["heartbeatSeconds"] == 30


async def test_a_small_screen_is_offered_the_rungs_that_fit_it(viewer, film):
    started = await viewer.start(film.id, capabilities=SMALL_SCREEN)

    assert started["manifest"]["ladder"] == [{"height": 360}]
    assert started["manifest"]["url"].endswith("/master.m3u8")


async def test_a_start_is_a_fact_with_the_session_in_one_transaction(viewer, film, stores):
    started = await viewer.start(film.id)

    [fact] = await factories.fetch(stores, factories.t.outbox)
    assert fact.kind == "video_start"
    assert fact.payload["session"] == started["session"]["id"]
    assert fact.payload["content"] == film.id


async def test_the_same_key_returns_the_same_session_and_no_second_fact(viewer, film, stores):
    key = str(uuid4())

    first = await viewer.start(film.id, idempotencyKey=key)
    again = await viewer.start(film.id, idempotencyKey=key)

    assert first["session"]["id"] == again["session"]["id"]
    assert len(await factories.fetch(stores, factories.t.playback_sessions)) == 1
    assert len(await factories.fetch(stores, factories.t.outbox)) == 1


async def test_a_key_that_started_another_title_is_refused(viewer, film, stores):
    other = await factories.movie(stores, "Other")
    await viewer.start(film.id, idempotencyKey="once")

    assert (await viewer.start(other.id, idempotencyKey="once"))["code"] == "INVALID_INPUT"
    assert len(await factories.fetch(stores, factories.t.playback_sessions)) == 1


async def test_the_key_of_a_stopped_session_does_not_wake_it(viewer, film):
    session = (await viewer.start(film.id, idempotencyKey="once"))["session"]["id"]
    await viewer.stop(session, 0)

    assert (await viewer.start(film.id, idempotencyKey="once"))["code"] == "SESSION_LOST"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"playableId": "mov_" + "0" * 32}, "NOT_FOUND"),
        ({"playableId": "x"}, "NOT_FOUND"),
        ({"idempotencyKey": ""}, "INVALID_INPUT"),
        ({"startMs": -1}, "INVALID_INPUT"),
        ({"capabilities": SMALL_SCREEN | {"maxHeight": 100}}, "UNSUPPORTED_DEVICE"),
        ({"capabilities": SMALL_SCREEN | {"drm": []}}, "UNSUPPORTED_DEVICE"),
    ],
)
async def test_what_cannot_be_played_is_refused_and_nothing_is_written(
    viewer, film, stores, wrong, code
):
    assert (await viewer.start(film.id, **wrong))["code"] == code
    assert await factories.fetch(stores, factories.t.playback_sessions) == []
    assert await factories.fetch(stores, factories.t.outbox) == []


async def test_a_title_without_media_is_not_ready(viewer, stores):
    coming = await factories.movie(stores, with_media=False)

    assert (await viewer.start(coming.id))["code"] == "NOT_READY"


async def test_a_series_is_not_played_but_its_episodes_are(viewer, stores):
    series_id, episodes = await factories.series(stores)

    assert (await viewer.start(series_id))["code"] == "NOT_FOUND"
    assert (await viewer.start(episodes[0].id))["nextUp"] == {"name": "Lighthouse 1.2"}


async def test_progress_is_stored_when_a_heartbeat_is_answered(viewer, film, stores):
    session = (await viewer.start(film.id))["session"]["id"]

    answer = await viewer.beat(session, 30_000)

    assert answer["watchState"] == {
        "positionMs": 30_000,
        "progress": 0.5,
        "status": "IN_PROGRESS",
        "revision": 1,
    }
    assert [(s.position_ms, s.revision) for s in await states(stores)] == [(30_000, 1)]


async def test_a_heartbeat_that_comes_late_or_twice_changes_nothing(viewer, film, stores):
    session = (await viewer.start(film.id))["session"]["id"]
    await viewer.beat(session, 30_000, sequence=5)

    twice = await viewer.beat(session, 30_000, sequence=5)
    late = await viewer.beat(session, 10_000, sequence=4)

    assert twice["watchState"] == late["watchState"]
    assert late["watchState"]["positionMs"] == 30_000
    assert [(s.position_ms, s.revision) for s in await states(stores)] == [(30_000, 1)]


async def test_a_position_beyond_the_end_is_the_end(viewer, film):
    session = (await viewer.start(film.id))["session"]["id"]

    answer = await viewer.beat(session, RUNTIME_MS * 9)

    assert answer["watchState"]["positionMs"] == RUNTIME_MS
    assert answer["watchState"]["status"] == "FINISHED"


@pytest.mark.parametrize("wrong", [{"positionMs": -1}, {"sequence": -1}])
async def test_a_heartbeat_that_no_player_can_mean_changes_nothing(viewer, film, stores, wrong):
    session = (await viewer.start(film.id))["session"]["id"]

    assert (await viewer.beat(session, 1, **wrong))["code"] == "INVALID_INPUT"
    assert await states(stores) == []


async def test_playback_goes_on_where_it_stopped(viewer, film):
    session = (await viewer.start(film.id))["session"]["id"]
    await viewer.beat(session, 20_000)
    await viewer.stop(session, 25_000)

    again = await viewer.start(film.id)

    assert again["resume"] == {"positionMs": 25_000, "reason": "SAVED"}


async def test_a_stopped_session_is_lost_and_stopping_it_again_changes_nothing(
    viewer, film, stores
):
    session = (await viewer.start(film.id))["session"]["id"]
    first = await viewer.stop(session, 25_000)
    again = await viewer.stop(session, 50_000)

    assert first == again
    assert (await viewer.beat(session, 50_000))["code"] == "SESSION_LOST"
    assert [s.position_ms for s in await states(stores)] == [25_000]


async def test_somebody_elses_session_looks_like_one_that_never_was(api, viewer, film, stores):
    session = (await viewer.start(film.id))["session"]["id"]
    stranger = await api.viewer(await factories.household(stores, email="other@house.test"))

    foreign = await stranger.beat(session, 30_000)
    missing = await stranger.beat("pbs_" + "0" * 32, 30_000)

    assert foreign == missing
    assert foreign["code"] == "NOT_FOUND"
    assert (await stranger.stop(session, 1))["code"] == "NOT_FOUND"
    assert (await viewer.run(SESSION, id=session)).data["node"]["state"] == "ACTIVE"
    assert await states(stores) == []


async def test_a_session_shows_its_lease_device_and_rung_while_it_lives(viewer, film, stores):
    session = (await viewer.start(film.id))["session"]["id"]
    await viewer.beat(session, 30_000, renditionKbps=1800)

    shown = (await viewer.run(SESSION, id=session)).data["node"]

    assert shown["leaseExpiresAt"] > shown["startedAt"]
    assert shown["currentRendition"] == {"height": 720}
    assert (shown["device"], shown["profile"]) == ({"name": "Living room"}, {"name": "Ada"})
    assert await stores.leases.alive(session)


async def ask_for_keys(viewer, session, *kids, challenge=None):
    wanted = {"kids": [base64.urlsafe_b64encode(k.bytes).decode().rstrip("=") for k in kids]}
    raw = json.dumps(wanted | {"type": "temporary"}).encode()
    encoded = challenge or base64.b64encode(raw).decode()
    return (await viewer.run(LICENSE, id=session, challenge=encoded)).data["acquireLicense"]


async def test_a_license_holds_the_keys_asked_for(viewer, film):
    session = (await viewer.start(film.id))["session"]["id"]
    kid, key = film.keys[TrackClass.HD]

    answer = await ask_for_keys(viewer, session, kid)

    assert answer["keyIds"] == [kid.hex]
    [jwk] = json.loads(base64.b64decode(answer["body"]))["keys"]
    assert base64.urlsafe_b64decode(jwk["k"] + "==") == key


async def test_a_small_screen_gets_no_key_of_the_better_picture(viewer, film):
    session = (await viewer.start(film.id, capabilities=SMALL_SCREEN))["session"]["id"]
    kids = {track: kid for track, (kid, _) in film.keys.items()}

    answer = await ask_for_keys(viewer, session, *kids.values())

    assert set(answer["keyIds"]) == {kids[TrackClass.SD].hex, kids[TrackClass.AUDIO].hex}


async def test_keys_of_another_film_are_not_found(viewer, film, stores):
    other = await factories.movie(stores, "Other")
    session = (await viewer.start(film.id))["session"]["id"]

    answer = await ask_for_keys(viewer, session, other.keys[TrackClass.SD][0])

    assert answer == {"code": "NOT_FOUND"}


async def test_a_stopped_session_gets_no_keys(viewer, film):
    session = (await viewer.start(film.id))["session"]["id"]
    await viewer.stop(session, 0)

    assert (await ask_for_keys(viewer, session, film.keys[TrackClass.SD][0])) == {
        "code": "SESSION_LOST"
    }


@pytest.mark.parametrize("challenge", ["", "?", "e30=", base64.b64encode(b"[" * 3000).decode()])
async def test_a_challenge_that_no_player_sends_is_refused(viewer, film, challenge):
    session = (await viewer.start(film.id))["session"]["id"]

    answer = (await viewer.run(LICENSE, id=session, challenge=challenge)).data

    assert answer["acquireLicense"] == {"code": "INVALID_INPUT"}
