"""The demo's viewers have begun something, but the first of them, who is new here."""

from dataclasses import replace
from datetime import UTC, datetime

from app.demo.filling import move_in
from app.demo.films import PROGRAMME
from app.demo.history import remember
from app.demo.households import EMAIL, HOUSEHOLDS
from domain.ids import MediaId, TitleId
from stores import Stores, tables
from stores.sql import accounts, demo, media, watching
from stores.sql import profiles as profiles_sql
from stores.sql.watching import Progress

NAMES = {each.film.name: each.film for each in PROGRAMME.films}
RUNTIME_MS = 20_000


async def admit(stores: Stores, *names: str) -> dict[str, TitleId]:
    """Films that are in, and published as if they had been encoded."""
    now = datetime.now(UTC)
    async with stores.begin() as tx:
        for number, name in enumerate(names):
            await media.admit(tx, NAMES[name], MediaId(f"med_{number:032x}"), now)
        await tx.execute(tables.titles.update().values(published_at=now, runtime_ms=RUNTIME_MS))
        admitted = await demo.admitted_named(tx, names)
    return {name: film.playable_id for name, film in admitted.items()}


async def begun(stores: Stores, email: str) -> dict[str, list[tuple[TitleId, int]]]:
    """What Continue Watching has for each profile of the household, latest first."""
    async with stores.begin() as tx:
        found = await accounts.credentials(tx, email)
        assert found is not None
        profiles = (await profiles_sql.profiles_of(tx, [found.account.id]))[found.account.id]
        resumables = {
            p.name: await watching.resumables(tx, p.id, max_age=p.maturity_age, most=10)
            for p in profiles
        }
    return {
        name: [(each.state.playable_id, each.state.position_ms) for each in found]
        for name, found in resumables.items()
    }


async def test_every_adult_and_teen_but_the_first_goes_on_with_something(stores: Stores) -> None:
    films = await admit(stores, *NAMES)
    await move_in(stores, HOUSEHOLDS)

    await remember(stores, HOUSEHOLDS)

    assert await begun(stores, EMAIL) == {
        "Mira": [],
        "Joon": [
            (films["A Picnic for the Moon"], 14_000),
            (films["The Deep End of Tuesday"], 8_000),
        ],
        "Pip": [],
    }
    theirs = await begun(stores, HOUSEHOLDS[1].email)
    assert {name: len(row) for name, row in theirs.items()} == {
        "Oskar": 2,
        "Inês": 1,
        "Lene": 2,
        "Emil": 0,
    }


async def test_what_a_viewer_has_touched_stays_where_they_left_it(stores: Stores) -> None:
    films = await admit(stores, "Slow Weather", "Nine Thousand Doors")
    await move_in(stores, HOUSEHOLDS)
    await remember(stores, HOUSEHOLDS)
    async with stores.begin() as tx:
        found = await accounts.credentials(tx, HOUSEHOLDS[1].email)
        assert found is not None
        household = (await profiles_sql.profiles_of(tx, [found.account.id]))[found.account.id]
        [lene] = [profile for profile in household if profile.name == "Lene"]
        [state, _] = await watching.resumables(tx, lene.id, max_age=13, most=10)
        assert state.state.device_id is not None
        further = Progress(
            lene.id,
            films["Nine Thousand Doors"],
            state.state.device_id,
            9_000,
            state.state.status,
        )
        await watching.save(tx, further, datetime.now(UTC))

    await remember(stores, HOUSEHOLDS)

    assert (await begun(stores, HOUSEHOLDS[1].email))["Lene"] == [
        (films["Nine Thousand Doors"], 9_000),
        (films["Slow Weather"], 16_000),
    ]


async def test_nobody_goes_on_with_what_they_may_not_see(stores: Stores) -> None:
    await admit(stores, "Seven Red Circles")
    joon = replace(HOUSEHOLDS[0].profiles[1], begun=(("Seven Red Circles", 0.5),))
    household = replace(HOUSEHOLDS[0], profiles=(joon,))
    await move_in(stores, (household,))

    await remember(stores, (household,))

    async with stores.begin() as tx:
        assert (await tx.execute(tables.watch_states.select())).all() == []
