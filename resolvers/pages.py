"""The home page: its rows, and the cards in them."""

from contextlib import suppress
from datetime import UTC, datetime

from strawberry import Parent

from domain.catalog import Movie, Series, Title
from domain.connections import (
    Connection,
    check_first,
    connect,
    read_cursor,
    read_number,
    write_cursor,
)
from domain.errors import InvalidInput, NotFound, Unavailable
from domain.ids import TitleId, kind_of
from domain.pages import (
    HOME,
    NO_PROGRESS,
    OLD_CATALOGUE,
    OLD_PROGRESS,
    ONLY_FOR_ALL,
    Page,
    Row,
    RowItem,
    RowKind,
    Source,
    compose_home,
    item_id,
    provenance,
)
from domain.watching import WatchState
from resolvers.context import EVERYBODY, Context, Info
from resolvers.watching import resumables
from stores.sql import catalog as catalog_sql
from stores.sql.catalog import Placed, Shelf


async def page(info: Info, slug: str = HOME) -> Page:
    """There is one page so far; another slug is refused."""
    if slug != HOME:
        raise NotFound("There is no such page.", field=["slug"])
    return await compose(info.context)


async def compose(ctx: Context) -> Page:
    """The home page of whoever asks. It does not fail as a whole: what cannot be read live comes
    from the last good copy, and says so."""
    who = await ctx.audience()
    genres = await ctx.reads.catalogue(
        catalog_sql.genres_on_offer, max_age=who.max_age, languages=who.languages
    )
    now, closed = ctx.now(), ctx.closed()
    if ctx.reads.is_live:
        live = provenance(Source.LIVE, now, closed)
        return compose_home(genres, titles=live, progress=live)
    narrowed = [ONLY_FOR_ALL] if who is EVERYBODY else []
    titles_at = ctx.reads.catalogue_as_of() or now
    progress_at = await ctx.reads.watching_as_of(ctx.profile_id())
    remembered = NO_PROGRESS if progress_at is None else OLD_PROGRESS
    return compose_home(
        genres,
        titles=provenance(Source.STALE, titles_at, closed, OLD_CATALOGUE, *narrowed),
        progress=provenance(Source.STALE, progress_at or now, closed, remembered),
    )


async def rows(parent: Parent[Page], first: int = 6, after: str | None = None) -> Connection[Row]:
    """In the order a viewer sees them."""
    check_first(first)
    start = 0 if after is None else read_number(after)
    below = parent.rows[start : start + first + 1]
    nodes = [(write_cursor(place), row) for place, row in enumerate(below, start + 1)]
    return connect(nodes, first=first, after=after)


async def items(
    parent: Parent[Row], info: Info, first: int = 10, after: str | None = None
) -> Connection[RowItem]:
    """The cards. Those of Continue Watching are read anew every time."""
    check_first(first)
    if parent.kind is RowKind.CONTINUE_WATCHING:
        found = await resumables(info.context, first=first, after=after)
        begun = [(write_cursor(r.state.cursor), _card(parent, r.title_id, r.state)) for r in found]
        return connect(begun, first=first, after=after)
    shelf = Shelf(parent.genre_id, first + 1, None if after is None else read_place(after))
    placed = await info.context.loaders.titles_by_shelf.load(shelf)
    nodes = [(write_place(p), _card(parent, p.title_id)) for p in placed]
    return connect(nodes, first=first, after=after)


async def item_title(parent: Parent[RowItem], info: Info) -> Title:
    """The title on the card."""
    found = await info.context.loaders.entry_by_id.load(parent.title_id)
    if not isinstance(found, Movie | Series):
        raise NotFound("This title is no longer there.")
    return found


async def item_resume(parent: Parent[RowItem], info: Info) -> WatchState | None:
    """Where the viewer is in it: for a series in Continue Watching, in the episode it is about.
    None also when that cannot be told: hundreds of cards need not all say so."""
    if parent.resume is not None:
        return parent.resume
    with suppress(Unavailable):
        return await info.context.loaders.watch_state_by_playable.load(parent.title_id)
    return None


def _card(row: Row, title_id: TitleId, resume: WatchState | None = None) -> RowItem:
    return RowItem(item_id(row.id, title_id), title_id, resume)


def write_place(placed: Placed) -> str:
    """A cursor for a title's place among the newest."""
    return write_cursor(placed.published_at.isoformat(), placed.title_id)


def read_place(cursor: str) -> tuple[datetime, TitleId]:
    """The place that write_place was given. Raises InvalidInput."""
    published_at, title_id = read_cursor(cursor, 2)
    at = _moment(published_at)
    if at is None or kind_of(title_id) is None:
        raise InvalidInput("This cursor was not made here.", field=["after"])
    return at, TitleId(title_id)


def _moment(text: str) -> datetime | None:
    """In UTC, for Python knows zones that Postgres does not; None without a zone, for such a moment
    is not comparable with others."""
    try:
        at = datetime.fromisoformat(text)
        return None if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
