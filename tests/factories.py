"""Households and titles for tests: say what matters, the rest is sensible."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from argon2 import PasswordHasher
from sqlalchemy import insert, select

from domain import ids
from domain.accounts import SubscriptionTier
from domain.catalog import ArtworkRole, TitleKind
from domain.encoding import TrackClass
from domain.ids import AccountId, GenreId, ProfileId, TitleId
from stores import Stores, Tx
from stores import tables as t
from stores.sql import accounts as accounts_sql
from stores.sql import profiles as profiles_sql

NOW = datetime(2026, 1, 1, tzinfo=UTC)
EMAIL = "viewer@house.test"
PASSWORD = "correct horse"
RUNTIME_MS = 60_000
_PASSWORD_HASH = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1).hash(PASSWORD)


@dataclass(frozen=True)
class Household:
    """An account whose e-mail and password are known, and its profiles by name."""

    account_id: AccountId
    email: str
    profiles: dict[str, ProfileId]


@dataclass(frozen=True)
class Film:
    """A published movie or episode, and the content keys of its media."""

    id: TitleId
    media_id: str
    keys: dict[TrackClass, tuple[UUID, bytes]]


async def household(
    stores: Stores, *, email: str = EMAIL, ages: dict[str, int] | None = None
) -> Household:
    """`ages` maps each profile's name to the age it may see."""
    async with stores.begin() as tx:
        account_id = await accounts_sql.insert_account(
            tx,
            email=email,
            password_hash=_PASSWORD_HASH,
            tier=SubscriptionTier.PREMIUM,
            now=NOW,
        )
        profiles = {
            name: await profiles_sql.insert_profile(
                tx,
                account_id,
                name=name,
                kids=age < 12,
                maturity_age=age,
                ui_locale="en",
                now=NOW,
            )
            for name, age in (ages or {"Ada": 18}).items()
        }
    return Household(account_id, email, profiles)


async def genre(stores: Stores, name: str) -> GenreId:
    genre_id = GenreId(ids.make(ids.Prefix.GENRE, uuid4()))
    async with stores.begin() as tx:
        await tx.execute(insert(t.genres).values(id=genre_id, name=name))
    return genre_id


async def movie(
    stores: Stores,
    name: str = "Night Train",
    *,
    genres: Sequence[GenreId] = (),
    age: int = 0,
    newer_by_s: int = 0,
    published: bool = True,
    with_media: bool = True,
) -> Film:
    async with stores.begin() as tx:
        title_id = await _title(
            tx,
            TitleKind.MOVIE,
            name,
            age=age,
            published_at=NOW + timedelta(seconds=newer_by_s) if published else None,
        )
        for position, genre_id in enumerate(genres):
            await tx.execute(
                insert(t.title_genres).values(
                    title_id=title_id, genre_id=genre_id, position=position
                )
            )
        await _artwork(tx, title_id)
        return await _media(stores, tx, title_id) if with_media else Film(title_id, "", {})


async def series(
    stores: Stores,
    name: str = "Lighthouse",
    *,
    episodes: tuple[int, ...] = (2,),
    age: int = 0,
    genres: Sequence[GenreId] = (),
    newer_by_s: int = 0,
) -> tuple[TitleId, list[Film]]:
    """A series with as many episodes in each season as `episodes` says; the films are those."""
    films = []
    async with stores.begin() as tx:
        published_at = NOW + timedelta(seconds=newer_by_s)
        series_id = await _title(tx, TitleKind.SERIES, name, age=age, published_at=published_at)
        await _artwork(tx, series_id)
        for position, genre_id in enumerate(genres):
            await tx.execute(
                insert(t.title_genres).values(
                    title_id=series_id, genre_id=genre_id, position=position
                )
            )
        for season, count in enumerate(episodes, 1):
            season_id = await _title(
                tx, TitleKind.SEASON, f"Season {season}", age=age, parent=series_id, number=season
            )
            for number in range(1, count + 1):
                episode_id = await _title(
                    tx,
                    TitleKind.EPISODE,
                    f"{name} {season}.{number}",
                    age=age,
                    parent=season_id,
                    number=number,
                )
                films.append(await _media(stores, tx, episode_id))
    return series_id, films


async def fetch(stores: Stores, table, *columns):
    """All rows of `table`, for asserting what is stored."""
    async with stores.begin() as tx:
        return (await tx.execute(select(*(columns or table.c)))).all()


async def _title(
    tx: Tx,
    kind: TitleKind,
    name: str,
    *,
    age: int,
    published_at: datetime | None = NOW,
    parent: TitleId | None = None,
    number: int | None = None,
) -> TitleId:
    title_id = TitleId(ids.make(ids.Prefix[kind.name], uuid4()))
    playable = kind in (TitleKind.MOVIE, TitleKind.EPISODE)
    await tx.execute(
        insert(t.titles).values(
            id=title_id,
            kind=kind,
            name=name,
            synopsis=f"What happens in {name}.",
            year=2026,
            certification_age=age,
            parent_id=parent,
            number=number,
            runtime_ms=RUNTIME_MS if playable else None,
            published_at=published_at,
            created_at=NOW,
        )
    )
    return title_id


async def _artwork(tx: Tx, title_id: TitleId) -> None:
    artwork_id = ids.make(ids.Prefix.ARTWORK, uuid4())
    await tx.execute(
        insert(t.artwork).values(
            id=artwork_id,
            title_id=title_id,
            role=ArtworkRole.CARD_16_9,
            object_path=f"artwork/{title_id}/{artwork_id}.jpg",
            width=640,
            height=360,
            dominant_color="#203040",
        )
    )


async def _media(stores: Stores, tx: Tx, title_id: TitleId) -> Film:
    media_id = ids.make(ids.Prefix.MEDIA, uuid4())
    await tx.execute(
        insert(t.media).values(
            id=media_id,
            title_id=title_id,
            duration_ms=RUNTIME_MS,
            published_at=NOW,
            created_at=NOW,
        )
    )
    keys = {track: (uuid4(), uuid4().bytes) for track in TrackClass}
    for track, (kid, key) in keys.items():
        await tx.execute(
            insert(t.content_keys).values(
                kid=kid,
                media_id=media_id,
                track_class=track,
                wrapped_key=stores.keys.wrap(kid, key),
            )
        )
    rungs = {360: (TrackClass.SD, 500), 720: (TrackClass.HD, 2000), 1080: (TrackClass.HD, 4000)}
    for height, (track, kbps) in rungs.items():
        await tx.execute(
            insert(t.renditions).values(
                media_id=media_id,
                height=height,
                width=height * 16 // 9,
                codec="avc1.64001f",
                average_kbps=kbps,
                peak_kbps=kbps * 2,
                track_class=track,
            )
        )
    return Film(title_id, media_id, keys)
