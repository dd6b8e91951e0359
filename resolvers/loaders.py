"""Every batched read of a request, on one page, named `<thing>_by_<key>`.

A loader collects the keys that one level of a query asks for and reads them with one statement.
Results come in the order of the keys; what is absent, or above the profile's age, is None or
empty. Build them inside the running loop: aiodataloader invents a loop of its own otherwise.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from aiodataloader import DataLoader

from domain.accounts import Device
from domain.catalog import Artwork, ArtworkRole, CatalogEntry, Episode, Genre, Media, Season
from domain.ids import AccountId, DeviceId, SessionId, TitleId
from domain.people import Credit
from domain.profiles import Profile
from domain.watching import WatchState
from stores.sql import catalog as catalog_sql
from stores.sql import devices as devices_sql
from stores.sql import people as people_sql
from stores.sql import playback as playback_sql
from stores.sql.catalog import Placed, Shelf

if TYPE_CHECKING:
    from resolvers.context import Context

K = TypeVar("K")
V = TypeVar("V")

Pictured = tuple[TitleId, ArtworkRole]


class Loader(DataLoader[K, V]):
    """One reading for all who ask for a key. Whoever stops waiting, as the fields beside one that
    failed do, must not stop the others with it."""

    def load(self, key: K) -> asyncio.Future[V]:
        """The value, or what went wrong in reading it."""
        return asyncio.shield(super().load(key))


@dataclass(frozen=True, slots=True)
class Loaders:
    """One set a request; a mutation is followed by a fresh one."""

    artwork_by_title: DataLoader[Pictured, Artwork | None]
    credits_by_title: DataLoader[TitleId, list[Credit]]
    device_by_id: DataLoader[DeviceId, Device | None]
    devices_by_account: DataLoader[AccountId, list[Device]]
    entry_by_id: DataLoader[TitleId, CatalogEntry | None]
    episodes_by_series: DataLoader[TitleId, list[Episode]]
    genres_by_title: DataLoader[TitleId, list[Genre]]
    lease_by_session: DataLoader[SessionId, datetime | None]
    media_by_playable: DataLoader[TitleId, Media | None]
    profiles_by_account: DataLoader[AccountId, list[Profile]]
    seasons_by_series: DataLoader[TitleId, list[Season]]
    titles_by_shelf: DataLoader[Shelf, list[Placed]]
    watch_state_by_playable: DataLoader[TitleId, WatchState | None]


def build_loaders(ctx: "Context") -> Loaders:
    """Loaders that read what this request may see, live or out of the copies."""
    reads = ctx.reads

    async def artwork_by_title(keys: Sequence[Pictured]) -> list[Artwork | None]:
        return _each(keys, await reads.catalogue(catalog_sql.artwork_of, keys))

    async def credits_by_title(keys: Sequence[TitleId]) -> list[list[Credit]]:
        return _lists(keys, await reads.catalogue(people_sql.credits_of, keys))

    async def device_by_id(keys: Sequence[DeviceId]) -> list[Device | None]:
        async with reads.begin() as tx:
            return _each(keys, await devices_sql.devices_by_id(tx, keys))

    async def devices_by_account(keys: Sequence[AccountId]) -> list[list[Device]]:
        async with reads.begin() as tx:  # nobody sees a second household
            return [await devices_sql.signed_in_devices(tx, key, ctx.now()) for key in keys]

    async def entry_by_id(keys: Sequence[TitleId]) -> list[CatalogEntry | None]:
        who = await ctx.audience()
        found = await reads.catalogue(
            catalog_sql.entries_by_id, keys, max_age=who.max_age, languages=who.languages
        )
        return _each(keys, found)

    async def episodes_by_series(keys: Sequence[TitleId]) -> list[list[Episode]]:
        who = await ctx.audience()
        found = await reads.catalogue(
            catalog_sql.episodes_of, keys, max_age=who.max_age, languages=who.languages
        )
        return _lists(keys, found)

    async def genres_by_title(keys: Sequence[TitleId]) -> list[list[Genre]]:
        languages = (await ctx.audience()).languages
        found = await reads.catalogue(catalog_sql.genres_of, keys, languages=languages)
        return _lists(keys, found)

    async def lease_by_session(keys: Sequence[SessionId]) -> list[datetime | None]:
        return await ctx.stores.leases.expiries(keys, ctx.now())

    async def media_by_playable(keys: Sequence[TitleId]) -> list[Media | None]:
        return _each(keys, await reads.catalogue(playback_sql.media_of, keys))

    async def profiles_by_account(keys: Sequence[AccountId]) -> list[list[Profile]]:
        return [await reads.profiles_of(key) for key in keys]  # nobody sees a second household

    async def seasons_by_series(keys: Sequence[TitleId]) -> list[list[Season]]:
        who = await ctx.audience()
        found = await reads.catalogue(
            catalog_sql.seasons_of, keys, max_age=who.max_age, languages=who.languages
        )
        return _lists(keys, found)

    async def titles_by_shelf(keys: Sequence[Shelf]) -> list[list[Placed]]:
        who = await ctx.audience()
        return await reads.catalogue(catalog_sql.shelves, keys, max_age=who.max_age)

    async def watch_state_by_playable(keys: Sequence[TitleId]) -> list[WatchState | None]:
        return _each(keys, await reads.states_of(ctx.profile_id(), keys))

    return Loaders(
        artwork_by_title=Loader(artwork_by_title),
        credits_by_title=Loader(credits_by_title),
        device_by_id=Loader(device_by_id),
        devices_by_account=Loader(devices_by_account),
        entry_by_id=Loader(entry_by_id),
        episodes_by_series=Loader(episodes_by_series),
        genres_by_title=Loader(genres_by_title),
        lease_by_session=Loader(lease_by_session),
        media_by_playable=Loader(media_by_playable),
        profiles_by_account=Loader(profiles_by_account),
        seasons_by_series=Loader(seasons_by_series),
        titles_by_shelf=Loader(titles_by_shelf),
        watch_state_by_playable=Loader(watch_state_by_playable),
    )


def _each(keys: Sequence[K], found: Mapping[K, V]) -> list[V | None]:
    return [found.get(key) for key in keys]


def _lists(keys: Sequence[K], found: Mapping[K, list[V]]) -> list[list[V]]:
    return [found.get(key, []) for key in keys]
