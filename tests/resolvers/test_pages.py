from contextlib import contextmanager

import pytest
from sqlalchemy import event

from domain.connections import write_cursor
from tests import factories

HOME = """
query Home($items: Int! = 10) {
  viewer { account { email } profile { name } device { name } }
  page {
    id slug provenance { source degraded }
    rows(first: 20) { pageInfo { hasNextPage } edges { node {
      __typename id kind heading layout
      items(first: $items) { pageInfo { hasNextPage endCursor } edges { cursor node {
        id
        title {
          __typename id name synopsis year genres { name } certification { label }
          artwork { url dominantColor alt }
          primaryAction { kind resumeMs target { id name } }
        }
        resume { positionMs progress playable { name } onDevice { name } }
      } } }
    } } }
  }
}
"""
ROW = """
query Row($id: ID!, $first: Int! = 2, $after: String) {
  node(id: $id) { ... on Row {
    heading
    items(first: $first, after: $after) {
      pageInfo { hasNextPage endCursor }
      edges { node { title { name } } }
    }
  } }
}
"""
DETAILS = """
query Details($id: ID!) {
  node(id: $id) {
    ... on Movie { name runtimeMs media { maxHeight ladder { height codec averageKbps } } }
    ... on Series {
      name episodeCount nextUp { name number season { number } }
      seasons { number name episodes { edges { node { name number next { name } } } } }
    }
  }
}
"""
AT, TITLE_ID = "2026-01-01T00:00:00+00:00", "mov_" + "0" * 32


@contextmanager
def counting(stores):
    statements = []

    def remember(_connection, _cursor, statement, *_):
        statements.append(statement)

    event.listen(stores.engine.sync_engine, "before_cursor_execute", remember)
    yield statements
    event.remove(stores.engine.sync_engine, "before_cursor_execute", remember)


def names(row):
    return [edge["node"]["title"]["name"] for edge in row["items"]["edges"]]


async def rows_of(viewer, **variables):
    page = (await viewer.run(HOME, **variables)).data["page"]
    return {edge["node"]["heading"]: edge["node"] for edge in page["rows"]["edges"]}


async def fill(stores, genres, numbers):
    """Movies, and every fifth a series; newer the higher the number."""
    for number in numbers:
        make = factories.series if number % 5 == 4 else factories.movie
        await make(stores, f"Title {number}", genres=genres, newer_by_s=number)


@pytest.fixture
async def viewer(api, stores):
    return await api.viewer(await factories.household(stores, ages={"Ada": 18, "Bo": 7}))


async def test_home_shows_what_is_new_and_a_row_for_each_genre_with_something_in_it(viewer, stores):
    drama, space = await factories.genre(stores, "Drama"), await factories.genre(stores, "Space")
    await factories.genre(stores, "Empty")
    await factories.movie(stores, "Older", genres=(drama,))
    await factories.movie(stores, "Newer", genres=(drama, space), newer_by_s=1)
    await factories.movie(stores, "Coming", genres=(drama,), published=False)

    rows = await rows_of(viewer)

    assert {heading: names(row) for heading, row in rows.items()} == {
        "Continue watching": [],
        "New": ["Newer", "Older"],
        "Drama": ["Newer", "Older"],
        "Space": ["Newer"],
    }


async def test_what_was_begun_is_gone_on_with_latest_first_and_once_a_series(viewer, stores):
    film = await factories.movie(stores, "Night Train")
    _, episodes = await factories.series(stores, "Lighthouse", episodes=(2,))
    for playable in (episodes[0], film, episodes[1]):
        session = (await viewer.start(playable.id))["session"]["id"]
        await viewer.beat(session, 30_000)

    row = (await rows_of(viewer))["Continue watching"]

    assert names(row) == ["Lighthouse", "Night Train"]
    card = row["items"]["edges"][0]["node"]
    assert card["resume"] == {
        "positionMs": 30_000,
        "progress": 0.5,
        "playable": {"name": "Lighthouse 1.2"},
        "onDevice": {"name": "Living room"},
    }
    assert card["title"]["primaryAction"]["kind"] == "RESUME"


async def test_a_child_sees_no_title_above_its_age_anywhere(api, stores, viewer):
    drama = await factories.genre(stores, "Drama")
    await factories.movie(stores, "For all", genres=(drama,), age=6)
    grown_up = await factories.movie(stores, "For adults", genres=(drama,), age=16, newer_by_s=1)
    [account] = await factories.fetch(stores, factories.t.accounts)
    profiles = await factories.fetch(stores, factories.t.profiles)
    home = factories.Household(account.id, account.email, {p.name: p.id for p in profiles})
    child = await api.viewer(home, "Bo", installation="tablet")

    assert names((await rows_of(viewer))["New"]) == ["For adults", "For all"]
    assert {h: names(r) for h, r in (await rows_of(child)).items()} == {
        "Continue watching": [],
        "New": ["For all"],
        "Drama": ["For all"],
    }
    assert (await child.run(DETAILS, id=grown_up.id)).data == {"node": None}
    assert (await child.start(grown_up.id))["code"] == "NOT_FOUND"


async def test_the_home_query_costs_the_same_number_of_statements_at_5_and_at_500_titles(
    api, stores
):
    viewer = await api.viewer(await factories.household(stores))
    genres = [await factories.genre(stores, name) for name in ("Drama", "Space")]
    await fill(stores, genres, range(5))
    with counting(stores) as at_5:
        small = await rows_of(viewer, items=50)
    await fill(stores, genres, range(5, 500))
    with counting(stores) as at_500:
        large = await rows_of(viewer, items=50)

    assert sum(len(names(row)) for row in small.values()) == 3 * 5
    assert sum(len(names(row)) for row in large.values()) == 3 * 50
    assert len(at_500) == len(at_5) == 11


async def test_a_row_is_read_to_its_end_without_repeating_or_skipping(viewer, stores):
    for number in range(5):
        await factories.movie(stores, f"Film {number}", newer_by_s=number // 2)
    row_id = (await rows_of(viewer))["New"]["id"]

    seen, after = [], None
    while True:
        items = (await viewer.run(ROW, id=row_id, after=after)).data["node"]["items"]
        seen += [edge["node"]["title"]["name"] for edge in items["edges"]]
        after = items["pageInfo"]["endCursor"]
        if not items["pageInfo"]["hasNextPage"]:
            break

    assert len(seen) == 5
    assert sorted(seen) == [f"Film {number}" for number in range(5)]
    assert seen[0] == "Film 4"


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"first": 0}, "INVALID_INPUT"),
        ({"first": 51}, "INVALID_INPUT"),
        ({"after": "x"}, "INVALID_INPUT"),
        ({"after": write_cursor(AT, "\0")}, "INVALID_INPUT"),
        ({"after": write_cursor(AT, TITLE_ID + "\0")}, "INVALID_INPUT"),
        ({"after": write_cursor("yesterday", TITLE_ID)}, "INVALID_INPUT"),
        ({"after": write_cursor("2026-01-01T00:00:00", TITLE_ID)}, "INVALID_INPUT"),
        ({"after": write_cursor("0001-01-01T00:00:00+01:00", TITLE_ID)}, "INVALID_INPUT"),
    ],
)
async def test_a_part_of_a_list_that_cannot_be_is_refused(viewer, stores, variables, code):
    await factories.movie(stores)
    row_id = (await rows_of(viewer))["New"]["id"]

    reply = await viewer.run(ROW, id=row_id, **variables)

    assert reply.codes == [code]


@pytest.mark.parametrize("zone", ["Z", "+23:59", "-01:02:03.5"])
async def test_a_place_may_be_told_in_any_zone(viewer, stores, zone):
    await factories.movie(stores, "Night Train")
    row_id = (await rows_of(viewer))["New"]["id"]

    reply = await viewer.run(
        ROW, id=row_id, after=write_cursor(f"2100-01-01T00:00{zone}", TITLE_ID)
    )

    assert names(reply.data["node"]) == ["Night Train"]


async def test_a_page_that_there_is_not_is_refused(viewer):
    reply = await viewer.run('{ page(slug: "kitchen") { id } }')

    assert reply.codes == ["NOT_FOUND"]


async def test_a_movie_tells_what_it_plays(viewer, stores):
    film = await factories.movie(stores)

    node = (await viewer.run(DETAILS, id=film.id)).data["node"]

    assert node["media"]["maxHeight"] == 1080
    assert [rung["height"] for rung in node["media"]["ladder"]] == [360, 720, 1080]


async def test_a_series_tells_its_seasons_episodes_and_what_play_means_now(viewer, stores):
    series_id, episodes = await factories.series(stores, "Lighthouse", episodes=(2, 1))
    session = (await viewer.start(episodes[1].id))["session"]["id"]
    await viewer.beat(session, 59_000)

    node = (await viewer.run(DETAILS, id=series_id)).data["node"]

    assert node["episodeCount"] == 3
    assert node["nextUp"] == {"name": "Lighthouse 2.1", "number": 1, "season": {"number": 2}}
    first = node["seasons"][0]["episodes"]["edges"]
    assert [edge["node"]["next"]["name"] for edge in first] == ["Lighthouse 1.2", "Lighthouse 2.1"]
    last = node["seasons"][1]["episodes"]["edges"]
    assert [edge["node"]["next"] for edge in last] == [None]
