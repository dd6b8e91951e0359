"""What a viewer gets while parts of the house are closed, here by drills."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, update

from domain import tokens
from domain.degradation import Dependency
from domain.pages import NO_PICTURES, NO_PROGRESS, OLD_CATALOGUE, OLD_PROGRESS, ONLY_FOR_ALL
from tests import factories
from tests.api import Viewer

POSTGRES, REDIS, OBJECTS = Dependency
HOME = """
query Home {
  page {
    provenance { source computedAt degraded reason }
    rows(first: 20) { edges { node {
      kind provenance { source computedAt degraded reason }
      items { edges { node { title { name } resume { positionMs } } } }
    } } }
  }
}
"""
DETAILS = """
query Details($id: ID!) {
  node(id: $id) {
    ... on Movie { name watchState { positionMs } primaryAction { kind resumeMs } }
  }
}
"""
BEAT = """
mutation ($input: HeartbeatInput!) {
  heartbeat(input: $input) {
    ... on HeartbeatAccepted { watchState { positionMs } session { leaseExpiresAt } }
  }
}
"""
OPS = "{ ops { degradation shedding health { name breaker p99Ms } } }"


def drill(stores, *closed):
    for part, guard in stores.guards.items():
        guard.drill(closed=part in closed)


@pytest.fixture
async def home(stores):
    return await factories.household(stores, ages={"Ada": 18, "Bo": 7})


@pytest.fixture
async def viewer(api, home):
    return await api.viewer(home)


@pytest.fixture
async def film(stores):
    return await factories.movie(stores, age=16)


@pytest.fixture
async def watching(viewer, film):
    """In the middle of the film."""
    session = (await viewer.start(film.id))["session"]["id"]
    await viewer.beat(session, 30_000)
    return session


def names(page):
    return {
        edge["node"]["kind"]: [i["node"]["title"]["name"] for i in edge["node"]["items"]["edges"]]
        for edge in page["rows"]["edges"]
    }


async def test_without_postgres_home_is_the_last_good_copy_and_says_so(stores, viewer, watching):
    await stores.copies.look(stores)
    before = datetime.now(UTC)
    live = (await viewer.run(HOME)).data["page"]
    drill(stores, POSTGRES)

    page = (await viewer.run(HOME)).data["page"]

    assert (
        names(page)
        == names(live)
        == {
            "CONTINUE_WATCHING": ["Night Train"],
            "NEW_RELEASES": ["Night Train"],
        }
    )
    begun, new = [edge["node"] for edge in page["rows"]["edges"]]
    assert begun["items"]["edges"][0]["node"]["resume"] == {"positionMs": 30_000}
    assert (
        page["provenance"]
        == new["provenance"]
        == {
            "source": "STALE",
            "computedAt": stores.copies.catalogue.as_of.isoformat(),
            "degraded": True,
            "reason": OLD_CATALOGUE,
        }
    )
    assert begun["provenance"]["reason"] == OLD_PROGRESS
    assert datetime.fromisoformat(begun["provenance"]["computedAt"]) >= before


async def test_with_postgres_nothing_is_stale(stores, viewer, watching):
    page = (await viewer.run(HOME)).data["page"]

    assert page["provenance"]["source"] == "LIVE"
    assert page["provenance"]["reason"] is None
    assert {edge["node"]["provenance"]["degraded"] for edge in page["rows"]["edges"]} == {False}


async def test_progress_that_was_acknowledged_is_in_the_copy(stores, viewer, film, watching):
    await stores.copies.look(stores)
    drill(stores, POSTGRES)

    node = (await viewer.run(DETAILS, id=film.id)).data["node"]

    assert node == {
        "name": "Night Train",
        "watchState": {"positionMs": 30_000},
        "primaryAction": {"kind": "RESUME", "resumeMs": 30_000},
    }


async def test_what_nobody_knows_to_be_begun_is_unknown_and_can_be_played(stores, viewer, watching):
    another = await factories.movie(stores, "Another")
    await stores.copies.look(stores)
    drill(stores, POSTGRES)

    reply = await viewer.run(DETAILS, id=another.id)

    assert reply.codes == ["UNAVAILABLE"]
    assert reply.body["data"]["node"] == {
        "name": "Another",
        "watchState": None,
        "primaryAction": {"kind": "PLAY", "resumeMs": None},
    }


async def test_a_child_reaches_no_title_above_its_age_in_the_copy(api, stores, home, film):
    await factories.movie(stores, "For all")
    await stores.copies.look(stores)
    child = await api.viewer(home, "Bo")
    await child.run(HOME)
    drill(stores, POSTGRES)

    assert names((await child.run(HOME)).data["page"])["NEW_RELEASES"] == ["For all"]
    assert (await child.run(DETAILS, id=film.id)).data == {"node": None}


async def test_a_viewer_nobody_remembers_sees_what_is_for_all_ages(stores, viewer, film):
    await factories.movie(stores, "For all")
    await stores.copies.look(stores)
    stores.copies.viewers._kept.clear()
    stores.copies.watching._kept.clear()
    drill(stores, POSTGRES, REDIS)

    reply = await viewer.run(HOME)

    page = reply.body["data"]["page"]
    begun, new = [edge["node"] for edge in page["rows"]["edges"]]
    assert [i["node"]["title"]["name"] for i in new["items"]["edges"]] == ["For all"]
    assert page["provenance"]["reason"] == f"{OLD_CATALOGUE} {ONLY_FOR_ALL}"
    assert (begun["items"], begun["provenance"]["reason"]) == (None, NO_PROGRESS)
    assert reply.codes == ["UNAVAILABLE"]
    assert (await viewer.run(DETAILS, id=film.id)).data == {"node": None}


async def test_without_postgres_what_changes_something_is_refused_with_a_time(
    api, stores, home, viewer, film, watching
):
    await stores.copies.look(stores)
    drill(stores, POSTGRES)

    refused = [
        await viewer.start(film.id),
        await viewer.beat(watching, 40_000),
        await viewer.stop(watching, 40_000),
        await api.sign_in(home.email),
    ]

    assert [answer["code"] for answer in refused] == ["UNAVAILABLE"] * 4
    drill(stores)
    [state] = await factories.fetch(stores, factories.t.watch_states)
    assert state.position_ms == 30_000


async def test_without_redis_a_film_goes_on_and_none_is_begun(stores, viewer, film, watching):
    drill(stores, REDIS)

    assert (await viewer.beat(watching, 40_000))["watchState"]["positionMs"] == 40_000
    assert (await viewer.start(film.id))["code"] == "UNAVAILABLE"
    assert len(await factories.fetch(stores, factories.t.playback_sessions)) == 1
    assert (await viewer.stop(watching, 50_000))["watchState"]["positionMs"] == 50_000


async def test_without_redis_a_lease_may_end_now_and_progress_is_answered(stores, viewer, watching):
    drill(stores, REDIS)
    before = datetime.now(UTC)

    report = {"sessionId": watching, "sequence": 1, "positionMs": 40_000, "state": "PLAYING"}
    accepted = (await viewer.run(BEAT, input=report)).data["heartbeat"]

    assert accepted["watchState"] == {"positionMs": 40_000}
    ends_at = datetime.fromisoformat(accepted["session"]["leaseExpiresAt"])
    assert before <= ends_at <= datetime.now(UTC)


async def test_without_objects_home_is_live_and_lacks_its_pictures(stores, viewer, film):
    drill(stores, OBJECTS)

    page = (await viewer.run(HOME)).data["page"]

    assert page["provenance"]["source"] == "LIVE"
    assert page["provenance"]["reason"] == NO_PICTURES
    assert (await viewer.start(film.id))["code"] == "UNAVAILABLE"


async def test_an_operator_sees_how_the_parts_do_and_nobody_else(api, stores, home, viewer):
    refused = await viewer.run(OPS)
    async with stores.begin() as tx:
        await tx.execute(update(factories.t.accounts).values(operator=True))
    drill(stores, REDIS)

    ops = (await viewer.run(OPS)).data["ops"]

    assert refused.codes == ["FORBIDDEN"]
    assert (await api.run(OPS)).codes == ["UNAUTHENTICATED"]
    assert ops["degradation"] == "PARTIAL"
    assert {part["name"]: part["breaker"] for part in ops["health"]} == {
        "postgres": "CLOSED",
        "redis": "OPEN",
        "objects": "CLOSED",
    }
    assert ops["health"][0]["p99Ms"] > 0


async def test_a_page_that_loses_postgres_halfway_is_a_copy_as_a_whole(stores, viewer, watching):
    await stores.copies.look(stores)
    await viewer.run(HOME)
    statements = []

    def lose_it_at_the_fourth(*_):
        statements.append(None)
        drill(stores, *([POSTGRES] if len(statements) >= 4 else []))

    event.listen(stores.engine.sync_engine, "after_cursor_execute", lose_it_at_the_fourth)
    page = (await viewer.run(HOME)).data["page"]
    event.remove(stores.engine.sync_engine, "after_cursor_execute", lose_it_at_the_fourth)

    assert len(statements) >= 4
    assert page["provenance"]["source"] == "STALE"
    assert {e["node"]["provenance"]["source"] for e in page["rows"]["edges"]} == {"STALE"}
    assert names(page)["CONTINUE_WATCHING"] == ["Night Train"]


async def test_a_token_that_ran_out_reads_copies_for_as_long_as_postgres_is_closed(
    api, stores, house, viewer, watching
):
    await stores.copies.look(stores)
    await viewer.run(HOME)
    now = datetime.now(UTC)
    claims = tokens.read_access(house.token_keys, viewer.token, now=now)

    def with_a_token_that_ran_out(ago):
        ran_out = replace(claims, expires_at=now - ago)
        return Viewer(api, tokens.issue_access(house.token_keys, ran_out))

    late = with_a_token_that_ran_out(timedelta(hours=1))
    before = await late.run(HOME)
    drill(stores, POSTGRES)
    page = (await late.run(HOME)).data["page"]
    too_late = await with_a_token_that_ran_out(timedelta(hours=25)).run(HOME)

    assert before.codes == ["TOKEN_EXPIRED"]
    assert page["provenance"]["source"] == "STALE"
    assert too_late.codes == ["TOKEN_EXPIRED"]
