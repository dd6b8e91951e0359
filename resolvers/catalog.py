"""Titles and their details."""

from collections.abc import Sequence
from typing import TypeVar

from strawberry import Parent

from domain import watching
from domain.catalog import (
    Artwork,
    ArtworkRole,
    Episode,
    Genre,
    Media,
    Movie,
    Playable,
    Season,
    Series,
    Storyboard,
    TextLength,
    Title,
    abridge,
    episode_after,
)
from domain.connections import Connection, check_first, connect, read_number, write_cursor
from domain.errors import NotFound, Unavailable
from domain.ids import TitleId
from domain.media_urls import picture_address
from domain.profiles import Avatar
from domain.scalars import Url
from domain.watching import PrimaryAction, WatchState
from resolvers.context import Context, Info

T = TypeVar("T", Series, Season)


async def synopsis(
    parent: Parent[Movie | Series | Episode], length: TextLength = TextLength.SHORT
) -> str:
    """As much of it as there is room for."""
    return abridge(parent.synopsis, length)


async def genres(parent: Parent[Title], info: Info) -> list[Genre]:
    """The most telling first."""
    return await info.context.loaders.genres_by_title.load(parent.id)


async def artwork(
    parent: Parent[Title], info: Info, role: ArtworkRole = ArtworkRole.CARD_16_9
) -> Artwork | None:
    """The picture for that role."""
    return await info.context.loaders.artwork_by_title.load((parent.id, role))


async def still(parent: Parent[Episode], info: Info) -> Artwork | None:
    """A picture out of the episode."""
    return await info.context.loaders.artwork_by_title.load((parent.id, ArtworkRole.CARD_16_9))


async def artwork_url(parent: Parent[Artwork | Avatar | Storyboard], info: Info) -> Url:
    """Signed, and the same for a while, so that it may be cached. Avatars are anybody's."""
    house = info.context.house
    if isinstance(parent, Avatar):
        return Url(f"{house.public_url}/web/avatars/{parent.name}.svg")
    address = picture_address(house.media_key, parent.object_path, now=info.context.now())
    return Url(house.public_url + address)


async def variant_id(parent: Parent[Artwork | Avatar]) -> str:
    """A picture is its own variant: another one has another id."""
    return parent.name if isinstance(parent, Avatar) else parent.id


async def alt(parent: Parent[Artwork | Avatar], info: Info) -> str:
    """What the picture says to those who do not see it."""
    if isinstance(parent, Avatar):
        return parent.alt
    entry = await info.context.loaders.entry_by_id.load(parent.title_id)
    return "" if entry is None else entry.name


async def media(parent: Parent[Playable], info: Info) -> Media | None:
    """What it plays; None while it is being prepared."""
    return await info.context.loaders.media_by_playable.load(parent.id)


async def watch_state(parent: Parent[Playable], info: Info) -> WatchState | None:
    """Where this profile is in it; None when untouched."""
    return await info.context.loaders.watch_state_by_playable.load(parent.id)


async def primary_action(parent: Parent[Title], info: Info) -> PrimaryAction | None:
    """What the one button does; None while there is nothing to play."""
    ctx = info.context
    target = parent if isinstance(parent, Movie) else await _next_up(ctx, parent.id)
    if target is None:
        return None
    touched = await _touched(ctx, [target.id])
    return watching.primary_action(target, touched.get(target.id))


async def seasons(parent: Parent[Series], info: Info) -> list[Season]:
    """In order."""
    return await info.context.loaders.seasons_by_series.load(parent.id)


async def episode_count(parent: Parent[Series], info: Info) -> int:
    """Of all seasons."""
    return len(await info.context.loaders.episodes_by_series.load(parent.id))


async def next_up(parent: Parent[Series], info: Info) -> Episode | None:
    """What Play means now."""
    return await _next_up(info.context, parent.id)


async def episodes(
    parent: Parent[Season], info: Info, first: int = 20, after: str | None = None
) -> Connection[Episode]:
    """In order."""
    check_first(first)
    above = 0 if after is None else read_number(after)
    of_series = await info.context.loaders.episodes_by_series.load(parent.series_id)
    mine = [e for e in of_series if e.season_id == parent.id and e.number > above]
    nodes = [(write_cursor(e.number), e) for e in mine[: first + 1]]
    return connect(nodes, first=first, after=after)


async def episode_series(parent: Parent[Episode], info: Info) -> Series:
    """The series it is part of."""
    return await _expect(info.context, parent.series_id, Series)


async def episode_season(parent: Parent[Episode], info: Info) -> Season:
    """The season it is part of."""
    return await _expect(info.context, parent.season_id, Season)


async def next_episode(parent: Parent[Episode], info: Info) -> Episode | None:
    """The one that follows, over the end of a season too."""
    return await following(info.context, parent)


async def following(ctx: Context, episode: Episode) -> Episode | None:
    """The episode after `episode`, if there is one."""
    of_series = await ctx.loaders.episodes_by_series.load(episode.series_id)
    return episode_after(episode, of_series)


async def _next_up(ctx: Context, series_id: TitleId) -> Episode | None:
    of_series = await ctx.loaders.episodes_by_series.load(series_id)
    return watching.next_up(of_series, await _touched(ctx, [e.id for e in of_series]))


async def _touched(ctx: Context, playable_ids: Sequence[TitleId]) -> dict[TitleId, WatchState]:
    """Empty while nobody can tell: a button that plays is better than none, and where it begins is
    looked up when it does."""
    try:
        states = await ctx.loaders.watch_state_by_playable.load_many(playable_ids)
    except Unavailable:
        return {}
    return {state.playable_id: state for state in states if state is not None}


async def _expect(ctx: Context, title_id: TitleId, kind: type[T]) -> T:
    found = await ctx.loaders.entry_by_id.load(title_id)
    if not isinstance(found, kind):
        raise NotFound("This title is no longer there.")
    return found
