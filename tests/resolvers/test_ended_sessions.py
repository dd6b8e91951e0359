"""A session that something else ends: what its player is told, and who waits for whom."""

import asyncio
from datetime import UTC, datetime

import pytest

from domain.watching import WatchStatus
from stores.sql import playback as playback_sql
from stores.sql import watching as watching_sql
from stores.sql.watching import Progress
from tests import factories
from tests.factories import t
from tests.household import SIGN_OUT
from tests.households import delete, save
from tests.resolvers.test_devices import REMOVE
from tests.resolvers.test_erased_meanwhile import until_somebody_waits

FILM = """
query ($id: ID!) { node(id: $id) { ... on Movie {
  watchState { revision } primaryAction { label } } } }
"""
STOP = """
mutation ($id: ID!) { stopPlayback(sessionId: $id, positionMs: 25000) {
  ... on PlaybackStopped { watchState {
    positionMs progress status revision updatedAt onDevice { id } playable { name } } } } }
"""


@pytest.fixture
async def home(stores):
    return await factories.household(stores, ages={"Ada": 18, "Bo": 18})


@pytest.fixture
async def film(stores):
    return await factories.movie(stores)


async def sign_out(ada, bo, bo_id):
    assert "signOut" in (await bo.run(SIGN_OUT)).data


async def remove_device(ada, bo, bo_id):
    shown = await bo.run("{ viewer { device { id } } }")
    device_id = shown.data["viewer"]["device"]["id"]
    assert "removeDevice" in (await ada.run(REMOVE, id=device_id)).data


async def lower_age(ada, bo, bo_id):
    return await save(ada, profileId=bo_id, maturityAge=16)


async def delete_profile(ada, bo, bo_id):
    return await delete(ada, bo_id)


@pytest.mark.parametrize("ends", [sign_out, remove_device, lower_age])
async def test_who_stops_what_was_ended_before_any_progress_is_told_of_an_untouched_film(
    api, stores, home, film, ends
):
    ada, bo = await api.viewer(home), await api.viewer(home, "Bo", installation="tablet")
    session_id = (await bo.start(film.id))["session"]["id"]
    await ends(ada, bo, home.profiles["Bo"])
    [ended] = await factories.fetch(stores, t.playback_sessions)

    bo = await api.viewer(home, "Bo", installation="tablet")
    stopped = (await bo.run(STOP, id=session_id)).data["stopPlayback"]

    assert ended.ended_at is not None
    assert stopped["watchState"] == {
        "positionMs": 0,
        "progress": 0.0,
        "status": "UNSTARTED",
        "revision": 0,
        "updatedAt": ended.started_at.isoformat(),
        "onDevice": None,
        "playable": {"name": "Night Train"},
    }
    assert (await bo.beat(session_id, 25_000))["code"] == "SESSION_LOST"
    assert await factories.fetch(stores, t.playback_sessions) == [ended]
    assert await factories.fetch(stores, t.watch_states) == []


async def test_a_film_that_was_never_begun_is_not_kept_as_begun(api, stores, home, film):
    ada, bo = await api.viewer(home), await api.viewer(home, "Bo", installation="tablet")
    session_id = (await bo.start(film.id))["session"]["id"]
    await lower_age(ada, bo, home.profiles["Bo"])

    bo = await api.viewer(home, "Bo", installation="tablet")
    await bo.stop(session_id, 25_000)

    shown = (await bo.run(FILM, id=film.id)).data["node"]
    assert shown == {"watchState": None, "primaryAction": {"label": "Play"}}
    kept = stores.copies.watching.remembered(home.profiles["Bo"])
    assert kept is None or kept.value.states == ()


@pytest.mark.parametrize(
    ("ends", "answer"), [(lower_age, "profile"), (delete_profile, "profileId")]
)
async def test_who_ends_the_sessions_of_a_profile_lets_progress_that_came_first_be_saved(
    api, stores, home, film, ends, answer
):
    ada, bo = await api.viewer(home), await api.viewer(home, "Bo", installation="tablet")
    session_id = (await bo.start(film.id))["session"]["id"]

    async with stores.engine.connect() as tx, tx.begin():  # as a heartbeat does
        session = await playback_sql.lock_session(tx, session_id)
        ending = asyncio.create_task(ends(ada, bo, home.profiles["Bo"]))
        await until_somebody_waits(stores)
        at_half = Progress(
            profile_id=session.profile_id,
            playable_id=session.playable_id,
            device_id=session.device_id,
            position_ms=30_000,
            status=WatchStatus.IN_PROGRESS,
        )
        saved = await watching_sql.save(tx, at_half, datetime.now(UTC))

    assert saved.revision == 1
    assert answer in await ending
    playing = await factories.fetch(stores, t.playback_sessions)
    assert [session for session in playing if session.ended_at is None] == []
