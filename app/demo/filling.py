"""How an empty house becomes the demo: households move in, then films are made one by one.

It may be stopped anywhere and begun again: what is there already is left alone.
"""

import fcntl
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid5

from app.demo.films import PROGRAMME, DemoFilm, Programme
from app.demo.history import remember
from app.demo.households import HOUSEHOLDS, PASSWORD, Household
from app.demo.titles import GENRES_IN_GERMAN
from app.ingest import bring_in, follow
from domain.catalog import ArtworkRole
from domain.encoding import FilmRefused, IngestCode
from domain.ids import ArtworkId, Prefix, TitleId, make
from domain.ingest import CLEAR_AWAY_AFTER, Admitted, ClearAway
from settings import CannotStart, Settings
from stores import WORKERS, Stores, Tx, open_stores
from stores.sql import accounts, catalog, demo, people, texts
from stores.sql import media as films
from stores.sql import profiles as profiles_sql
from workers.media.artwork import Still, hanging
from workers.media.draw import draw_still, draw_title
from workers.media.run import ToolFailed
from workers.media.synthesize import FilmSpec, synthesize
from workers.media.workplace import workplace

GERMAN = "de"
SYNTHESIS_SHARE = 0.3  # of the time a film takes; the rest is its encoding

Playable = Callable[[], None]
Draw = Callable[[FilmSpec, Path], Awaitable[list[Still]]]
Progress = Callable[[str, float], None]  # (name of the film, how far from 0 to 1)


async def fill(settings: Settings, *, playable: Playable, progress: Progress) -> None:
    """Fills the house behind `settings`; a worker has to be running, which encodes the films.

    `playable` is called once, as soon as there is a film to play. Raises CannotStart when somebody
    else is filling the house, and, after all others are in, FilmRefused for a film that failed.
    """
    workshop = settings.marquee_home.absolute() / "work"
    with _alone(settings.marquee_home):
        async with open_stores(settings, patience=WORKERS) as stores:
            await move_in(stores, HOUSEHOLDS)
            await show(stores, PROGRAMME, workshop, playable=playable, progress=progress)
            await remember(stores, HOUSEHOLDS)


async def move_in(stores: Stores, households: tuple[Household, ...]) -> None:
    """Adds the accounts and the profiles that are not there."""
    for household in households:
        async with stores.begin() as tx:
            known = await accounts.credentials(tx, household.email)
        if known is None:
            await _add_account(stores, household)
        async with stores.begin() as tx:
            await _add_profiles(tx, household)


async def show(
    stores: Stores,
    programme: Programme,
    workshop: Path,
    *,
    playable: Playable,
    progress: Progress,
) -> None:
    """Brings in the films that are not there, in order, made below the folder `workshop`.

    The next is begun when the one before can be played: two at once would share the cores, and
    both be late. Raises as `fill` does.
    """
    async with stores.begin() as tx:
        known = await demo.admitted_named(tx, [each.film.name for each in programme.films])
    refusals = []
    announce: Playable | None = playable
    for each in programme.films:
        name = each.film.name
        try:
            admitted = known.get(name) or await _made(stores, programme, each, workshop, progress)
            await _tell(stores, programme, each, admitted)
            await _hang(stores, each, admitted, workshop)
            await follow(stores, admitted, _rest_of(progress, name))
        except FilmRefused as refusal:
            refusals.append(refusal)
            continue
        if announce is not None:
            announce()
            announce = None
    if refusals:
        raise refusals[0]


async def _made(
    stores: Stores, programme: Programme, each: DemoFilm, workshop: Path, progress: Progress
) -> Admitted:
    def advance(part: float) -> None:
        progress(each.film.name, SYNTHESIS_SHARE * part)

    advance(0.0)
    async with workplace(workshop) as folder:
        file = folder / "film.mp4"
        try:
            await synthesize(each.spec, file, advance)
        except ToolFailed as error:
            raise FilmRefused(IngestCode.ENCODING_FAILED, f"{each.film.name}: {error}") from error
        if each.film.place is not None:
            async with stores.begin() as tx:
                await films.series_named(tx, programme.series.film, datetime.now(UTC))
        return await bring_in(stores, file, each.film)


async def _tell(stores: Stores, programme: Programme, each: DemoFilm, admitted: Admitted) -> None:
    """What no `marquee ingest` says: other languages and credits, of the series too."""
    told = {admitted.playable_id: each.title}
    if each.film.place is not None:
        told[admitted.title_id] = programme.series
    async with stores.begin() as tx:
        for title_id, title in told.items():
            await texts.tell_title(tx, title_id, {GERMAN: title.german})
            await people.set_credits(tx, title_id, title.roll)
        for genre, name in GENRES_IN_GERMAN.items():
            await texts.tell_genre(tx, genre, {GERMAN: name})


async def _hang(stores: Stores, each: DemoFilm, admitted: Admitted, workshop: Path) -> None:
    """Pictures drawn for the film, in place of those cut out of it; while it is encoded."""
    if each.film.place is None:
        await _draw(stores, admitted.playable_id, each, draw_title, workshop)
        return
    await _draw(stores, admitted.playable_id, each, draw_still, workshop)
    if each.film.place.episode == 1:
        await _draw(stores, admitted.title_id, each, draw_title, workshop)


async def _draw(
    stores: Stores, title_id: TitleId, each: DemoFilm, draw: Draw, workshop: Path
) -> None:
    async with stores.begin() as tx:
        hung = await catalog.artwork_of(tx, [(title_id, ArtworkRole.CARD_16_9)])
    if _drawn_id(title_id, ArtworkRole.CARD_16_9) in {picture.id for picture in hung.values()}:
        return
    async with workplace(workshop) as folder:
        drawn = []
        for still in await draw(each.spec, folder):
            picture = hanging(still, title_id, _drawn_id(title_id, still.role))
            await stores.objects.put_file(picture.object_path, still.file)
            drawn.append(picture)
    now = datetime.now(UTC)
    async with stores.begin() as tx:
        replaced = await demo.hang(tx, drawn)
        # Later: somebody may be looking at them still.
        await stores.jobs.enqueue(tx, ClearAway(files=replaced), not_before=now + CLEAR_AWAY_AFTER)


def _drawn_id(title_id: TitleId, role: ArtworkRole) -> ArtworkId:
    title = UUID(title_id.partition("_")[2])
    return ArtworkId(make(Prefix.ARTWORK, uuid5(title, f"drawn/{role}")))


def _rest_of(progress: Progress, name: str) -> Callable[[float], None]:
    return lambda part: progress(name, SYNTHESIS_SHARE + (1 - SYNTHESIS_SHARE) * part)


async def _add_account(stores: Stores, household: Household) -> None:
    password_hash = await stores.passwords.hash(PASSWORD)
    async with stores.begin() as tx:
        await accounts.insert_account(
            tx,
            email=household.email,
            password_hash=password_hash,
            tier=household.tier,
            now=datetime.now(UTC),
        )


async def _add_profiles(tx: Tx, household: Household) -> None:
    found = await accounts.credentials(tx, household.email)
    if found is None:
        return  # somebody has closed the account meanwhile
    account_id = found.account.id
    there = (await profiles_sql.profiles_of(tx, [account_id])).get(account_id, [])
    for profile in household.profiles:
        if profile.name in {each.name for each in there}:
            continue
        await profiles_sql.insert_profile(
            tx,
            account_id,
            name=profile.name,
            kids=profile.kids,
            maturity_age=profile.maturity_age,
            ui_locale=profile.ui_locale,
            now=datetime.now(UTC),  # each a little later: they are shown oldest first
        )


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Two at once would bring every film in twice."""
    lock = os.open(home / "demo.lock", os.O_CREAT | os.O_RDWR, mode=0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise CannotStart("The demo is being filled already.") from error
    finally:
        os.close(lock)
