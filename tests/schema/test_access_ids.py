"""Nobody can tell an id of somebody else's from one that never was.

Every place of every operation where an id may stand is asked with ids of another household, of
every type there is, and with ids that nobody has. The answers differ in the id at most.
"""

import re
from dataclasses import dataclass

import pytest
from sqlalchemy import insert

from domain.encoding import JobState
from domain.my_data import DataPurpose
from tests import factories
from tests.api import Viewer
from tests.schema.callers import ADULT, CHILD, Callers
from tests.schema.operations import ROOTS, SDL

# Of one household; `belongings` has one of each.
OWNED = {"Account", "DataJob", "Device", "PlaybackSession", "Profile"}
# The catalogue's: everybody's, but for what is not published or not for the caller's age.
CATALOGUE = {"Episode", "Genre", "Movie", "Person", "Season", "Series"}
# Computed for whoever asks: the same ids for all, with what each may see behind them.
COMPUTED = {"ContinueWatchingRow", "Page", "RowItem", "TitleRow"}
# Answered once, and kept nowhere.
UNKEPT = {"License"}

PLACES = [(root, place) for root in ROOTS for place in root.id_places()]
REMAINING = re.compile(rb'"remaining":\d+')  # of a budget, which every answer takes from
ADULT_AGE = 18


@dataclass(frozen=True)
class Town:
    """Two households, what each has by type, and titles that a child must not see."""

    tokens: dict[str, str]
    mine: dict[str, str]
    theirs: dict[str, str]
    hidden: dict[str, str]


@pytest.fixture
async def town(api, stores, house):
    callers = Callers(stores, house)
    film = await factories.movie(stores)
    mine = await callers.household("viewer@house.test")
    theirs = await callers.household("other@house.test")
    adult = await factories.movie(stores, "For grown-ups", age=ADULT_AGE)
    series, episodes = await factories.series(stores, "Also", age=ADULT_AGE)
    secret = await factories.movie(stores, "Not yet", published=False)
    titles = factories.t.titles
    async with stores.begin() as tx:
        below = titles.select().where(titles.c.parent_id == series)
        season = (await tx.execute(below)).one().id
    return Town(
        tokens={who: await callers.token(mine, who) for who in (ADULT, CHILD, None)},
        mine=await belongings(api, callers, mine, film),
        theirs=await belongings(api, callers, theirs, film),
        hidden={
            "Movie": adult.id,
            "Series": series,
            "Season": season,
            "Episode": episodes[0].id,
            "unpublished Movie": secret.id,
        },
    )


async def belongings(api, callers, home, film):
    viewer = Viewer(api, await callers.token(home, ADULT, device="theirs"))
    session = (await viewer.start(film.id))["session"]["id"]
    me = await viewer.run("{ viewer { device { id } } }")
    job_id = "dat_" + home.account_id.removeprefix("acc_")
    job = {
        "id": job_id,
        "account_id": home.account_id,
        "purpose": DataPurpose.EXPORT,
        "state": JobState.QUEUED,
        "created_at": factories.NOW,
    }
    async with callers.stores.begin() as tx:
        await tx.execute(insert(factories.t.data_jobs).values(job))
    return {
        "Account": home.account_id,
        "DataJob": job_id,
        "Device": me.data["viewer"]["device"]["id"],
        "PlaybackSession": session,
        "Profile": home.profiles[CHILD],
        "Movie": film.id,
    }


def missing(id_):
    """Nobody's, of the same kind."""
    return id_[:4] + "0" * 31 + "1"


async def ask(api, town, root, place, id_, who):
    variables = root.with_id(place, id_)
    if "password" in variables:
        variables["password"] = factories.PASSWORD
    response = await api.http.post(
        "/graphql",
        json={"query": root.document(), "variables": variables},
        headers={"Authorization": f"Bearer {town.tokens[who]}"},
    )
    assert b'"INTERNAL"' not in response.content
    told = REMAINING.sub(b'"remaining":0', response.content)
    return response.status_code, told.replace(id_.encode(), b"ID")


def test_every_type_with_an_id_is_somebodys_or_everybodys():
    nodes = {kind.name for kind in SDL.get_possible_types(SDL.type_map["Node"])}

    assert nodes == OWNED | CATALOGUE | COMPUTED | UNKEPT


@pytest.mark.parametrize(("root", "place"), PLACES, ids=lambda part: str(part))
async def test_an_id_of_another_household_is_like_one_that_never_was(
    api, stores, town, root, place
):
    who = None if root.scope == "SIGNED_IN" else ADULT
    before = [await factories.fetch(stores, table) for table in owned_tables()]

    answers = {
        kind: (
            await ask(api, town, root, place, id_, who),
            await ask(api, town, root, place, missing(id_), who),
        )
        for kind, id_ in town.theirs.items()
        if kind in OWNED
    }
    unchanged = before == [await factories.fetch(stores, table) for table in owned_tables()]
    own = [await ask(api, town, root, place, id_, who) for id_ in town.mine.values()]

    assert {kind for kind, (foreign, absent) in answers.items() if foreign != absent} == set()
    assert unchanged
    assert {*own} - {absent for _, absent in answers.values()}, "what is one's own is not found"


@pytest.mark.parametrize(
    ("root", "place"),
    [(r, p) for r, p in PLACES if r.scope in {"PROFILE", "SIGNED_IN"}],
    ids=lambda part: str(part),
)
async def test_an_id_a_child_must_not_see_is_like_one_that_never_was(api, town, root, place):
    kept = {**town.hidden, "DataJob": town.mine["DataJob"], "Device": town.mine["Device"]}
    for kind, id_ in kept.items():
        hidden = await ask(api, town, root, place, id_, CHILD)
        absent = await ask(api, town, root, place, missing(id_), CHILD)

        assert (kind, hidden) == (kind, absent)


def owned_tables():
    tables = factories.t
    return [tables.accounts, tables.profiles, tables.devices, tables.playback_sessions]
