"""Any object by its id, as far as the caller may see it."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from strawberry import ID

from domain.ids import (
    AccountId,
    DeviceId,
    GenreId,
    PersonId,
    Prefix,
    ProfileId,
    SessionId,
    TitleId,
    kind_of,
)
from resolvers import pages
from resolvers.context import Context, Info, Scope
from stores.sql import catalog as catalog_sql
from stores.sql import data_jobs as data_jobs_sql
from stores.sql import people as people_sql
from stores.sql import playback as playback_sql


async def node(info: Info, id: ID) -> object | None:
    """None when absent or not the caller's to see: the two look the same."""
    kind = kind_of(id)
    finder = None if kind is None else _FINDERS.get(kind)
    return None if finder is None else await finder(info.context, id)


async def _entry(ctx: Context, id: str) -> object | None:
    return await ctx.loaders.entry_by_id.load(TitleId(id))


async def _genre(ctx: Context, id: str) -> object | None:
    languages = (await ctx.audience()).languages
    return await ctx.reads.catalogue(catalog_sql.genre_by_id, GenreId(id), languages=languages)


async def _person(ctx: Context, id: str) -> object | None:
    max_age = (await ctx.audience()).max_age
    return await ctx.reads.catalogue(people_sql.person_by_id, PersonId(id), max_age=max_age)


async def _account(ctx: Context, id: str) -> object | None:
    account = (await ctx.viewer()).account
    return account if account.id == AccountId(id) else None


async def _profile(ctx: Context, id: str) -> object | None:
    account = (await ctx.viewer()).account
    household = await ctx.loaders.profiles_by_account.load(account.id)
    return next((profile for profile in household if profile.id == ProfileId(id)), None)


async def _device(ctx: Context, id: str) -> object | None:
    viewer = await ctx.viewer()
    if id != viewer.device.id and not ctx.holds(Scope.ACCOUNT):
        return None  # a child does not see where the others are signed in
    device = await ctx.loaders.device_by_id.load(DeviceId(id))
    return device if device is not None and device.account_id == viewer.account.id else None


async def _session(ctx: Context, id: str) -> object | None:
    profile = await ctx.profile()
    async with ctx.reads.begin() as tx:
        session = await playback_sql.session_by_id(tx, SessionId(id))
    return session if session is not None and session.profile_id == profile.id else None


async def _data_job(ctx: Context, id: str) -> object | None:
    if not ctx.holds(Scope.ACCOUNT):
        return None  # a child does not fetch what its parents asked for
    account = (await ctx.viewer()).account
    async with ctx.reads.begin() as tx:
        job = await data_jobs_sql.by_id(tx, id)
    return job if job is not None and job.account_id == account.id else None


async def _page(ctx: Context, id: str) -> object | None:
    page = await pages.compose(ctx)
    return page if page.id == id else None


async def _row(ctx: Context, id: str) -> object | None:
    page = await pages.compose(ctx)
    return next((row for row in page.rows if row.id == id), None)


_FINDERS: Mapping[Prefix, Callable[[Context, str], Awaitable[object | None]]] = MappingProxyType(
    {
        Prefix.ACCOUNT: _account,
        Prefix.DATA_JOB: _data_job,
        Prefix.DEVICE: _device,
        Prefix.EPISODE: _entry,
        Prefix.GENRE: _genre,
        Prefix.MOVIE: _entry,
        Prefix.PAGE: _page,
        Prefix.PERSON: _person,
        Prefix.PROFILE: _profile,
        Prefix.ROW: _row,
        Prefix.SEASON: _entry,
        Prefix.SERIES: _entry,
        Prefix.SESSION: _session,
    }
)
