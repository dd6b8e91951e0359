"""What a child must not see is reached by no field that leads to a title.

Every way from a root field to a title is gone, out of the schema: first as a grown-up, who has to
find something by each of those fields, or the rest would show nothing; then as the same profile
after it became a child's, with all that was begun on it before.
"""

import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest
from graphql import GraphQLField, GraphQLNamedType, get_named_type, is_abstract_type
from sqlalchemy import update

from domain.errors import TooComplex
from domain.ids import PersonId, Prefix, make
from domain.people import Credit, CreditRole, Person
from schema.limits import check_text
from stores.sql import people
from tests import factories
from tests.api import Viewer
from tests.schema.callers import CHILD, Callers
from tests.schema.operations import ROOTS, SDL, Root

TITLES = {"Movie", "Series", "Season", "Episode"}
# Of what type an id in an argument of this name is; `id` is of any.
ARGUMENTS = {
    "playableId": {"Movie", "Episode"},
    "profileId": {"Profile"},
    "sessionId": {"PlaybackSession"},
}


@dataclass(frozen=True)
class Way:
    """From a root field down to a title, by way of these fields, each of that object type."""

    root: Root
    steps: tuple[tuple[str, str], ...]

    @property
    def last(self) -> str:
        """The field that gives the title."""
        kind, name = self.steps[-1] if self.steps else ("Root", self.root.name)
        return f"{kind}.{name}"

    @property
    def document(self) -> str:
        given = [self.root.field, *(SDL.type_map[kind].fields[name] for kind, name in self.steps)]
        titles = objects(get_named_type(given[-1].type)) & TITLES
        below = " ".join(f"... on {title} {{ id name }}" for title in sorted(titles))
        for (kind, name), parent in reversed([*zip(self.steps, given, strict=False)]):
            first = "(first: 50)" if "first" in SDL.type_map[kind].fields[name].args else ""
            below = f"{name}{first} {{ {below} }}"
            if is_abstract_type(get_named_type(parent.type)):
                below = f"... on {kind} {{ {below} }}"
        return self.root.document(below)

    @property
    def is_asked(self) -> bool:
        """Whether the house reads a document that long and deep at all."""
        try:
            check_text(self.document)
        except TooComplex:
            return False
        return True


def ways(root: Root) -> Iterator[Way]:
    """The shortest way to each field that gives a title."""
    if leads_to_titles(root.field):
        yield Way(root, ())
    begun = objects(get_named_type(root.field.type))
    seen, waiting = {*begun}, deque((kind, ()) for kind in sorted(begun))
    while waiting:
        kind, steps = waiting.popleft()
        for name, field in SDL.type_map[kind].fields.items():
            taken = (*steps, (kind, name))
            if leads_to_titles(field):
                yield Way(root, taken)
            for below in sorted(objects(get_named_type(field.type)) - seen):
                seen.add(below)
                waiting.append((below, taken))


def leads_to_titles(field: GraphQLField) -> bool:
    return bool(objects(get_named_type(field.type)) & TITLES)


def objects(kind: GraphQLNamedType) -> set[str]:
    """The names of the object types that a value of this type may be of."""
    if is_abstract_type(kind):
        return {possible.name for possible in SDL.get_possible_types(kind)}
    return {kind.name} if hasattr(kind, "fields") else set()


WAYS = [
    way
    for root in ROOTS
    if root.scope in {None, "SIGNED_IN", "PROFILE"}  # what a child's token opens
    for way in ways(root)
    if way.is_asked
]


@dataclass
class Town:
    """A profile that has begun a film and a series for grown-ups, and all there is of those."""

    callers: Callers
    home: factories.Household
    viewer: Viewer
    ids: dict[str, list[str]]
    hidden: set[str]

    async def go(self, way: Way) -> set[str]:
        """The ids and names of what is hidden that were told on this way."""
        told = set()
        for variables in self.asked(way):
            answer = await self.callers.ask(way.document, variables, self.viewer.token)
            text = json.dumps(answer)
            told |= {secret for secret in self.hidden if secret in text}
        return told

    def asked(self, way: Way) -> Iterator[dict]:
        """Variables with each id in each place where it may lead to a title."""
        for place in way.root.id_places():
            for id_ in self.fitting(way, place[-1]):
                variables = way.root.with_id(place, id_)
                if "idempotencyKey" in variables.get("input", {}):
                    variables["input"]["idempotencyKey"] = str(uuid4())
                yield variables
        if not way.root.id_places():
            yield way.root.variables

    def fitting(self, way: Way, argument: str) -> list[str]:
        if argument == "id":
            kinds = {kind for kind, _ in way.steps[:1]} or TITLES
        else:
            kinds = ARGUMENTS[argument]
        return [id_ for kind in sorted(kinds) for id_ in self.ids.get(kind, ())]


@pytest.fixture
async def town(api, stores, house):
    callers = Callers(stores, house)
    home = await factories.household(stores, ages={"Ada": 18, CHILD: 7})
    await become(stores, home, kids=False, age=18)
    genre = await factories.genre(stores, "Crime")
    film = await factories.movie(stores, "Hidden film", age=18, genres=[genre])
    series_id, episodes = await factories.series(
        stores, "Hidden series", age=18, episodes=(2, 1), genres=[genre]
    )
    person = Person(PersonId(make(Prefix.PERSON, uuid4())), "Somebody")
    titles = factories.t.titles
    async with stores.begin() as tx:
        for title_id in (film.id, series_id):
            await people.set_credits(tx, title_id, [Credit(person, CreditRole.CAST, None, 1)])
        seasons = (await tx.execute(titles.select().where(titles.c.parent_id == series_id))).all()
    viewer = Viewer(api, await callers.token(home, CHILD, kids=False))
    playing = [(await viewer.start(f.id))["session"]["id"] for f in (film, episodes[0])]
    for session in playing:
        await viewer.beat(session, 30_000)
    page = (await viewer.run("{ page { id rows { edges { node { id } } } } }")).data["page"]
    resume, *rows = [edge["node"]["id"] for edge in page["rows"]["edges"]]
    ids = {
        "Account": [home.account_id],
        "ContinueWatchingRow": [resume],
        "Episode": [episode.id for episode in episodes],
        "Genre": [genre],
        "Movie": [film.id],
        "Page": [page["id"]],
        "Person": [person.id],
        "PlaybackSession": playing,
        "Profile": [home.profiles[CHILD]],
        "Season": [season.id for season in seasons],
        "Series": [series_id],
        "TitleRow": rows,
    }
    hidden = {id_ for kind in TITLES for id_ in ids[kind]} | {"Hidden"}
    return Town(callers, home, viewer, ids, hidden)


async def become(stores, home, *, kids, age):
    profiles = factories.t.profiles
    async with stores.begin() as tx:
        child = update(profiles).where(profiles.c.id == home.profiles[CHILD])
        await tx.execute(child.values(kids=kids, maturity_age=age))


async def test_no_field_that_leads_to_a_title_shows_a_child_what_is_for_grown_ups(town, stores):
    found = {way.last for way in WAYS if await town.go(way)}

    await become(stores, town.home, kids=True, age=7)
    town.viewer.token = await town.callers.token(town.home, CHILD)
    told = {(way.root.name, way.last): await town.go(way) for way in WAYS}

    assert {way.last for way in WAYS} - found == set()
    assert {way: secrets for way, secrets in told.items() if secrets} == {}
