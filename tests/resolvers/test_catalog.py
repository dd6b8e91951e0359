"""Titles in the viewer's language, and the people in them."""

from uuid import UUID

import pytest
from sqlalchemy import update

from domain.ids import PersonId, Prefix, make
from domain.people import Credit, CreditRole, Person
from domain.texts import TitleText
from stores import tables
from stores.sql import people, texts
from tests import factories

TITLE = """
query Title($id: ID!) {
  node(id: $id) {
    ... on Movie { name synopsis genres { name } artwork { alt } }
    ... on Series { name synopsis seasons { episodes { edges { node { name synopsis } } } } }
    ... on Genre { name }
  }
}
"""
CREDITS = """
query Credits($id: ID!, $first: Int! = 20, $after: String) {
  node(id: $id) {
    ... on Movie { credits(first: $first, after: $after) { ...Lines } }
    ... on Series { credits(first: $first, after: $after) { ...Lines } }
  }
}
fragment Lines on CreditConnection {
  pageInfo { hasNextPage endCursor }
  edges { role character node { id name } }
}
"""
PERSON = """
query Person($id: ID!, $first: Int! = 20, $after: String) {
  node(id: $id) { ... on Person {
    name
    filmography(first: $first, after: $after) {
      pageInfo { hasNextPage endCursor }
      edges { node { name } }
    }
  } }
}
"""
ROWS = "{ page { rows { edges { node { heading } } } } }"
IDA = Person(PersonId(make(Prefix.PERSON, UUID(int=1))), "Ida Example")
BO = Person(PersonId(make(Prefix.PERSON, UUID(int=2))), "Bo Example")
ROLL = (
    Credit(IDA, CreditRole.DIRECTOR, None, 1),
    Credit(BO, CreditRole.CAST, "The conductor", 2),
    Credit(IDA, CreditRole.CAST, "A passenger", 3),
)


@pytest.fixture
async def home(stores):
    return await factories.household(stores, ages={"Ada": 18, "Bo": 7})


@pytest.fixture
def reading(api, stores, home):
    """A viewer whose screen speaks this language."""

    async def speak(locale):
        async with stores.begin() as tx:
            await tx.execute(update(tables.profiles).values(ui_locale=locale))
        return await api.viewer(home)

    return speak


async def tell(stores, title_id, **told):
    async with stores.begin() as tx:
        await texts.tell_title(tx, title_id, told)


async def credit(stores, title_id, roll=ROLL):
    async with stores.begin() as tx:
        await people.set_credits(tx, title_id, roll)


@pytest.mark.parametrize(
    ("locale", "name", "synopsis"),
    [
        ("de-DE", "Nachtzug", "Ein Zug, bei Nacht."),
        ("de-AT", "Night Train", "Ein Zug halt."),
        ("fr", "Night Train", "What happens in Night Train."),
        ("en-GB", "Night Train", "What happens in Night Train."),
    ],
)
async def test_a_title_is_told_in_the_nearest_language_the_profile_reads(
    stores, reading, locale, name, synopsis
):
    film = await factories.movie(stores)
    german = {
        "de": TitleText("Ein Zug, bei Nacht.", "Nachtzug"),
        "de-at": TitleText("Ein Zug halt."),
    }
    async with stores.begin() as tx:
        await texts.tell_title(tx, film.id, german)
    viewer = await reading(locale)

    node = (await viewer.run(TITLE, id=film.id)).data["node"]

    assert (node["name"], node["synopsis"]) == (name, synopsis)
    assert node["artwork"]["alt"] == name


async def test_what_is_told_anew_replaces_what_was_told(stores, reading):
    film = await factories.movie(stores)
    await tell(stores, film.id, de=TitleText("Zuerst."), fr=TitleText("D'abord."))
    await tell(stores, film.id, de=TitleText("Dann."))

    seen = {
        language: (await (await reading(language)).run(TITLE, id=film.id)).data["node"]["synopsis"]
        for language in ("de", "fr")
    }

    assert seen == {"de": "Dann.", "fr": "What happens in Night Train."}


async def test_episodes_are_told_in_the_language_of_the_profile_too(stores, reading):
    series_id, [first, _] = await factories.series(stores, "Lighthouse")
    await tell(stores, first.id, de=TitleText("Es wird hell.", "Licht"))
    viewer = await reading("de-DE")

    node = (await viewer.run(TITLE, id=series_id)).data["node"]

    [season] = node["seasons"]
    assert [edge["node"]["name"] for edge in season["episodes"]["edges"]] == [
        "Licht",
        "Lighthouse 1.2",
    ]


async def test_genres_and_their_rows_are_called_as_the_profile_calls_them(stores, reading):
    drama, nature = [await factories.genre(stores, name) for name in ("Drama", "Nature")]
    film = await factories.movie(stores, genres=(nature, drama))
    async with stores.begin() as tx:
        await texts.tell_genre(tx, "Nature", {"de": "Natur"})
        await texts.tell_genre(tx, "Nature", {"de": "Natur"})
        await texts.tell_genre(tx, "Nowhere", {"de": "Nirgends"})
    viewer = await reading("de-DE")

    headings = [
        e["node"]["heading"] for e in (await viewer.run(ROWS)).data["page"]["rows"]["edges"]
    ]
    node = (await viewer.run(TITLE, id=film.id)).data["node"]

    assert headings[2:] == ["Drama", "Natur"]
    assert [genre["name"] for genre in node["genres"]] == ["Natur", "Drama"]
    assert (await viewer.run(TITLE, id=nature)).data["node"] == {"name": "Natur"}


async def test_credits_roll_in_their_order_and_are_read_to_their_end(api, stores, home):
    film = await factories.movie(stores)
    await credit(stores, film.id)
    viewer = await api.viewer(home)

    start = (await viewer.run(CREDITS, id=film.id, first=2)).data["node"]["credits"]
    rest = await viewer.run(CREDITS, id=film.id, after=start["pageInfo"]["endCursor"])

    assert start["edges"] == [
        {"role": "DIRECTOR", "character": None, "node": {"id": IDA.id, "name": IDA.name}},
        {"role": "CAST", "character": "The conductor", "node": {"id": BO.id, "name": BO.name}},
    ]
    assert start["pageInfo"]["hasNextPage"]
    assert rest.data["node"]["credits"] == {
        "pageInfo": {
            "hasNextPage": False,
            "endCursor": rest.data["node"]["credits"]["pageInfo"]["endCursor"],
        },
        "edges": [
            {"role": "CAST", "character": "A passenger", "node": {"id": IDA.id, "name": IDA.name}}
        ],
    }


async def test_a_person_shows_their_titles_newest_first_and_each_once(api, stores, home):
    older = await factories.movie(stores, "Older")
    newer, _ = await factories.series(stores, "Newer", newer_by_s=1)
    unseen = await factories.movie(stores, "Coming", published=False)
    for title_id in (older.id, newer, unseen.id):
        await credit(stores, title_id)
    viewer = await api.viewer(home)

    first = (await viewer.run(PERSON, id=IDA.id, first=1)).data["node"]["filmography"]
    after = first["pageInfo"]["endCursor"]
    rest = (await viewer.run(PERSON, id=IDA.id, after=after)).data["node"]["filmography"]

    assert [edge["node"]["name"] for edge in first["edges"]] == ["Newer"]
    assert first["pageInfo"]["hasNextPage"]
    assert [edge["node"]["name"] for edge in rest["edges"]] == ["Older"]
    assert not rest["pageInfo"]["hasNextPage"]


async def test_a_child_sees_neither_the_titles_nor_the_people_above_its_age(api, stores, home):
    gentle = await factories.movie(stores, "Gentle", age=6)
    grim = await factories.movie(stores, "Grim", age=16)
    await credit(stores, gentle.id, ROLL[:1])
    await credit(stores, grim.id, ROLL)
    child, adult = await api.viewer(home, "Bo"), await api.viewer(home, installation="phone")

    def titles(reply):
        return [edge["node"]["name"] for edge in reply.data["node"]["filmography"]["edges"]]

    assert sorted(titles(await adult.run(PERSON, id=IDA.id))) == ["Gentle", "Grim"]
    assert titles(await child.run(PERSON, id=IDA.id)) == ["Gentle"]
    assert (await child.run(PERSON, id=BO.id)).data == {"node": None}
    assert (await child.run(CREDITS, id=grim.id)).data == {"node": None}
