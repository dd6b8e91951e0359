"""The published catalogue in process memory: the same questions as `stores/sql/` answers.

Each method has the name and the arguments of the function it stands in for (`catalog`, `people`
and `playback` in there say what they mean), so one can be asked in place of the other.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import TypeAlias, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.catalog import (
    Artwork,
    ArtworkRole,
    CatalogEntry,
    Episode,
    Genre,
    Media,
    Movie,
    Season,
    Series,
)
from domain.ids import GenreId, PersonId, TitleId
from domain.people import Credit, Person
from domain.texts import TitleText
from domain.watching import WatchState, WatchStatus
from stores.sql import catalog as catalog_sql
from stores.sql import people as people_sql
from stores.sql import playback as playback_sql
from stores.sql import published as published_sql
from stores.sql.catalog import Placed, Shelf
from stores.sql.people import Work
from stores.sql.published import Listed
from stores.sql.watching import Resumable

Begin: TypeAlias = Callable[[], AbstractAsyncContextManager[AsyncConnection]]
E = TypeVar("E", bound=CatalogEntry)

MOST_TITLES = 200_000  # of any kind: a large house has half of that, in some 500 MB
PART = 1_000  # titles read at once: some 50 ms of Postgres, and of the loop


@dataclass(frozen=True, slots=True)
class CatalogCopy:
    """What was published at `as_of`, the last moment it was known to be true. Read-only."""

    as_of: datetime
    titles: Mapping[TitleId, Listed]
    texts: Mapping[TitleId, Mapping[str, TitleText]]
    genres: Mapping[TitleId, Sequence[Genre]]
    genre_names: Mapping[GenreId, Mapping[str, str]]
    artwork: Mapping[tuple[TitleId, ArtworkRole], Artwork]
    media: Mapping[TitleId, Media]
    credits: Mapping[TitleId, Sequence[Credit]]
    _index: "_Index" = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_index", _Index(self))

    async def entries_by_id(
        self, title_ids: Sequence[TitleId], *, max_age: int, languages: Sequence[str] = ()
    ) -> dict[TitleId, CatalogEntry]:
        seen = self._seen(title_ids, max_age)
        return {listed.entry.id: self._told(listed.entry, languages) for listed in seen}

    async def seasons_of(
        self, series_ids: Sequence[TitleId], *, max_age: int, languages: Sequence[str] = ()
    ) -> dict[TitleId, list[Season]]:
        return {
            series_id: self._parts(Season, self._index.seasons, series_id, max_age, languages)
            for series_id in series_ids
        }

    async def episodes_of(
        self, series_ids: Sequence[TitleId], *, max_age: int, languages: Sequence[str] = ()
    ) -> dict[TitleId, list[Episode]]:
        return {
            series_id: self._parts(Episode, self._index.episodes, series_id, max_age, languages)
            for series_id in series_ids
        }

    async def shelves(self, wanted: Sequence[Shelf], *, max_age: int) -> list[list[Placed]]:
        return [
            _places(self._index.shelves.get(shelf.genre_id, ()), shelf, max_age) for shelf in wanted
        ]

    async def genres_on_offer(self, *, max_age: int, languages: Sequence[str] = ()) -> list[Genre]:
        on_offer = Counter(
            genre
            for listed in self._seen(self.genres, max_age)
            for genre in self.genres[listed.entry.id]
        )
        fullest_first = sorted(on_offer, key=lambda genre: (-on_offer[genre], genre.name))
        return [self._named(genre, languages) for genre in fullest_first]

    async def genres_of(
        self, title_ids: Sequence[TitleId], *, languages: Sequence[str] = ()
    ) -> dict[TitleId, list[Genre]]:
        return {
            title_id: [self._named(genre, languages) for genre in self.genres.get(title_id, ())]
            for title_id in title_ids
        }

    async def genre_by_id(
        self, genre_id: GenreId, *, languages: Sequence[str] = ()
    ) -> Genre | None:
        genre = self._index.genres.get(genre_id)
        return None if genre is None else self._named(genre, languages)

    async def artwork_of(
        self, wanted: Sequence[tuple[TitleId, ArtworkRole]]
    ) -> dict[tuple[TitleId, ArtworkRole], Artwork]:
        return {key: self.artwork[key] for key in wanted if key in self.artwork}

    async def media_of(self, playable_ids: Sequence[TitleId]) -> dict[TitleId, Media]:
        return {id: self.media[id] for id in playable_ids if id in self.media}

    async def credits_of(self, title_ids: Sequence[TitleId]) -> dict[TitleId, list[Credit]]:
        return {title_id: list(self.credits.get(title_id, ())) for title_id in title_ids}

    async def person_by_id(self, person_id: PersonId, *, max_age: int) -> Person | None:
        found = self._index.people.get(person_id)
        if found is None or not any(listed.age <= max_age for listed in found[1]):
            return None
        return found[0]

    async def works_of(self, wanted: Work, *, max_age: int) -> list[Placed]:
        _, works = self._index.people.get(wanted.person_id, (None, ()))
        return _places(works, wanted, max_age)

    def resumables(
        self, states: Iterable[WatchState], *, max_age: int, most: int, before: int | None
    ) -> list[Resumable]:
        """As `stores/sql/watching.py` answers it, out of these states, latest first."""
        found: dict[TitleId, Resumable] = {}
        for state in states:
            if state.status is WatchStatus.IN_PROGRESS:
                for listed in self._seen([state.playable_id], max_age):
                    entry = listed.entry
                    title_id = entry.series_id if isinstance(entry, Episode) else entry.id
                    found.setdefault(title_id, Resumable(title_id, state))
        below = (r for r in found.values() if before is None or r.state.cursor < before)
        return list(islice(below, most))

    def confirmed(self, then: datetime) -> "CatalogCopy":
        """The same, which was still true then."""
        confirmed = copy(self)
        object.__setattr__(confirmed, "as_of", max(self.as_of, then))
        return confirmed

    def _seen(self, title_ids: Iterable[TitleId], max_age: int) -> Iterable[Listed]:
        """Those that are published, and not above that age."""
        listed = (self.titles.get(title_id) for title_id in title_ids)
        return (each for each in listed if each is not None and each.age <= max_age)

    def _parts(
        self,
        kind: type[E],
        parts: Mapping[TitleId, Sequence[TitleId]],
        series_id: TitleId,
        max_age: int,
        languages: Sequence[str],
    ) -> list[E]:
        seen = self._seen(parts.get(series_id, ()), max_age)
        entries = (listed.entry for listed in seen)
        return [self._told(entry, languages) for entry in entries if isinstance(entry, kind)]

    def _told(self, entry: E, languages: Sequence[str]) -> E:
        texts = self.texts.get(entry.id, {})
        told = next((texts[language] for language in languages if language in texts), None)
        if told is None:
            return entry
        name = told.name or entry.name
        if isinstance(entry, Season):
            return replace(entry, name=name)
        return replace(entry, name=name, synopsis=told.synopsis)

    def _named(self, genre: Genre, languages: Sequence[str]) -> Genre:
        names = self.genre_names.get(genre.id, {})
        name = next((names[language] for language in languages if language in names), None)
        return genre if name is None else replace(genre, name=name)


async def copy_catalogue(begin: Begin, now: datetime) -> CatalogCopy:
    """All that is published. Read in parts, each with the deadline of one transaction, so that
    viewers' requests go on in between. Raises Unavailable."""
    titles: dict[TitleId, Listed] = {}
    texts: dict[TitleId, dict[str, TitleText]] = {}
    genres: dict[TitleId, list[Genre]] = {}
    artwork: dict[tuple[TitleId, ArtworkRole], Artwork] = {}
    media: dict[TitleId, Media] = {}
    credits: dict[TitleId, list[Credit]] = {}
    last = None
    while len(titles) < MOST_TITLES:
        async with begin() as tx:
            listed = await published_sql.listed_after(tx, last, PART)
            if not listed:
                break
            ids = [each.entry.id for each in listed]
            titles |= zip(ids, listed, strict=True)
            texts |= await published_sql.texts_of(tx, ids)
            genres |= await catalog_sql.genres_of(tx, ids)
            artwork |= await catalog_sql.artwork_of(tx, [(id, ArtworkRole.HERO) for id in ids])
            media |= await playback_sql.media_of(tx, ids)
            credits |= await people_sql.credits_of(tx, ids)
        last = ids[-1]
    async with begin() as tx:
        genre_names = await published_sql.genre_names(tx)
    # In a thread, for to index 20,000 titles takes 0.2 s, in which nobody would be answered.
    return await asyncio.to_thread(
        CatalogCopy, now, titles, texts, genres, genre_names, artwork, media, credits
    )


class _Index:
    """What a copy is looked up by, beside ids."""

    def __init__(self, catalogue: CatalogCopy) -> None:
        self.seasons: dict[TitleId, list[TitleId]] = {}
        self.episodes: dict[TitleId, list[TitleId]] = {}
        self.shelves: dict[GenreId | None, list[Listed]] = {}
        self.genres: dict[GenreId, Genre] = {}
        self.people: dict[PersonId, tuple[Person, list[Listed]]] = {}
        entries = [listed.entry for listed in catalogue.titles.values()]
        seasons = [entry for entry in entries if isinstance(entry, Season)]
        for season in sorted(seasons, key=lambda season: season.number):
            self.seasons.setdefault(season.series_id, []).append(season.id)
        episodes = [entry for entry in entries if isinstance(entry, Episode)]
        for episode in sorted(episodes, key=lambda e: (e.season_number, e.number)):
            self.episodes.setdefault(episode.series_id, []).append(episode.id)
        newest_first = sorted(catalogue.titles.values(), key=_place, reverse=True)
        for listed in newest_first:
            for person in {credit.person for credit in catalogue.credits.get(listed.entry.id, ())}:
                self.people.setdefault(person.id, (person, []))[1].append(listed)
            if not isinstance(listed.entry, Movie | Series):
                continue
            self.shelves.setdefault(None, []).append(listed)
            for genre in catalogue.genres.get(listed.entry.id, ()):
                self.genres[genre.id] = genre
                self.shelves.setdefault(genre.id, []).append(listed)


def _place(listed: Listed) -> tuple[datetime, TitleId]:
    return (listed.published_at, listed.entry.id)


def _places(newest_first: Iterable[Listed], wanted: Shelf | Work, max_age: int) -> list[Placed]:
    below = (
        Placed(listed.entry.id, listed.published_at)
        for listed in newest_first
        if listed.age <= max_age and (wanted.after is None or _place(listed) < wanted.after)
    )
    return list(islice(below, wanted.most))
