"""What comes of an operation that loses Postgres when it is half done?"""

from contextlib import contextmanager

import pytest
from sqlalchemy import event, update

from domain.degradation import Dependency
from stores.tables import titles
from tests import factories

HOME = """
{ page { provenance { source } rows(first: 20) { edges { node {
  items { edges { node { title { name artwork { url } } } } }
} } } } }
"""
BEAT = """
mutation ($input: HeartbeatInput!) { heartbeat(input: $input) {
  ... on HeartbeatAccepted {
    watchState { positionMs }
    session { playable { ... on Movie { name artwork { url } } } }
  }
} }
"""


@contextmanager
def postgres_lost(stores, *, when_asked):
    """As soon as it has answered such a statement; what comes after is read from the copies."""

    def lose(*given):
        if given[2].startswith(when_asked):
            stores.guards[Dependency.POSTGRES].drill(closed=True)

    event.listen(stores.engine.sync_engine, "after_cursor_execute", lose)
    yield
    event.remove(stores.engine.sync_engine, "after_cursor_execute", lose)


@pytest.fixture
async def viewer(api, stores):
    return await api.viewer(await factories.household(stores))


@pytest.fixture
async def film(stores):
    """A film that the copies know by another name."""
    found = await factories.movie(stores, "Copied")
    await stores.copies.look(stores)
    async with stores.begin() as tx:
        await tx.execute(update(titles).values(name="Live"))
    return found


async def test_nothing_that_a_query_read_live_is_shown_as_a_copy(stores, viewer, film):
    with postgres_lost(stores, when_asked="SELECT titles."):
        page = (await viewer.run(HOME)).data["page"]

    items = [item for row in page["rows"]["edges"] for item in row["node"]["items"]["edges"]]
    assert page["provenance"]["source"] == "STALE"
    assert {item["node"]["title"]["name"] for item in items} == {"Copied"}


async def test_a_mutation_that_was_done_is_answered_as_far_as_it_got(stores, viewer, film):
    session = (await viewer.start(film.id))["session"]["id"]
    report = {"sessionId": session, "sequence": 1, "positionMs": 30_000, "state": "PLAYING"}

    with postgres_lost(stores, when_asked="SELECT titles."):
        accepted = (await viewer.run(BEAT, input=report)).data["heartbeat"]

    assert accepted["watchState"]["positionMs"] == 30_000
    assert accepted["session"]["playable"]["name"] == "Live"
