"""Starting, reporting and stopping playback, and the keys for it."""

import base64
import binascii
from contextlib import suppress
from datetime import datetime
from uuid import uuid4

from strawberry import ID, Parent

from domain import events, ids, playback
from domain.accounts import Device
from domain.catalog import Episode, Media, Movie, Playable, Rendition
from domain.degradation import Field
from domain.errors import InvalidInput, NotFound, NotReady, SessionLost, TokenInvalid, Unavailable
from domain.ids import SessionId, TitleId
from domain.licenses import LICENSE_TTL, clearkey_license, parse_clearkey
from domain.media_urls import Viewing, film_address
from domain.playback import (
    MANIFEST_TTL,
    DrmEndpoints,
    DrmSystem,
    HeartbeatAccepted,
    HeartbeatInput,
    License,
    Manifest,
    PlaybackSession,
    PlaybackStarted,
    PlaybackStopped,
    ResumePoint,
    StartPlaybackInput,
    StreamProtocol,
)
from domain.profiles import Profile
from domain.scalars import Base64, Url
from domain.tokens import LicenseClaims, issue_license
from domain.watching import WatchState, WatchStatus, status_at
from resolvers import catalog
from resolvers.context import SIGNED_OUT, Context, Info
from resolvers.licenses import session_keys
from stores import Tx
from stores.sql import devices as devices_sql
from stores.sql import outbox as outbox_sql
from stores.sql import playback as playback_sql
from stores.sql import watching as watching_sql
from stores.sql.playback import NewSession
from stores.sql.watching import Progress

MANIFEST_FILES = {StreamProtocol.HLS: "master.m3u8", StreamProtocol.DASH: "manifest.mpd"}


async def start_playback(info: Info, input: StartPlaybackInput) -> PlaybackStarted:
    """Opens a session, or finds the one that this key opened before."""
    playback.check_start(input)
    ctx = info.context
    ctx.expect(Field.START)
    playable = await _playable(ctx, input.playable_id)
    media = await ctx.loaders.media_by_playable.load(playable.id)
    if media is None:
        raise NotReady("This title is still being prepared.")
    protocol = playback.protocol_for(input.capabilities)
    state = await ctx.loaders.watch_state_by_playable.load(playable.id)
    resume = playback.resume_point(input.start_ms, state, playable.runtime_ms)
    session = await _open(ctx, input, media, resume)
    return PlaybackStarted(
        session=session,
        manifest=_manifest(ctx, session, media, protocol),
        drm=_drm(ctx, session),
        resume=resume,
    )


async def heartbeat(info: Info, input: HeartbeatInput) -> HeartbeatAccepted:
    """Progress is in Postgres before this returns. A report that comes late or twice changes
    nothing but the lease."""
    playback.check_heartbeat(input)
    ctx = info.context
    profile = await ctx.profile()
    async with ctx.reads.begin() as tx:
        session = await _own_session(tx, profile, input.session_id)
        if session.ended_at is not None:
            raise SessionLost("This session has ended; start playback again.")
        if input.sequence > session.sequence:
            session = await playback_sql.record_heartbeat(tx, input)
            state = await _save(tx, session, input.position_ms, ctx.now())
        else:
            state = await _state(tx, session)
    _remember(ctx, state)
    with suppress(Unavailable):  # the next one takes the lease anew
        await ctx.stores.leases.renew(session.id)
    await ctx.stores.nudges.send(session.profile_id)
    return HeartbeatAccepted(session, state)


async def stop_playback(info: Info, session_id: ID, position_ms: int) -> PlaybackStopped:
    """Ends the session there. Stopping one that has ended, by whatever it was, changes nothing."""
    playback.check_position(position_ms, "positionMs")
    ctx = info.context
    profile = await ctx.profile()
    async with ctx.reads.begin() as tx:
        session = await _own_session(tx, profile, SessionId(session_id))
        if session.ended_at is None:
            await playback_sql.end_session(tx, session.id, position_ms, ctx.now())
            state = await _save(tx, session, position_ms, ctx.now())
        else:
            state = await _state(tx, session)
    _remember(ctx, state)
    with suppress(Unavailable):  # it dies by itself
        await ctx.stores.leases.release(session.id)
    await ctx.stores.nudges.send(session.profile_id)
    return PlaybackStopped(state)


async def acquire_license(info: Info, session_id: ID, challenge: Base64) -> License:
    """The same keys as the license door gives, for players that ask through GraphQL."""
    ctx = info.context
    ctx.expect(Field.LICENSE)
    profile = await ctx.profile()
    async with ctx.reads.begin() as tx:
        session = await _own_session(tx, profile, SessionId(session_id))
    try:
        asked = parse_clearkey(base64.b64decode(challenge, validate=True))
    except (binascii.Error, ValueError) as error:
        raise InvalidInput("A challenge is base64.", field=["challenge"]) from error
    keys = await session_keys(ctx.stores, session.id, asked)
    return License(
        id=ids.make(ids.Prefix.LICENSE, uuid4()),
        system=DrmSystem.CLEARKEY,
        body=Base64(base64.b64encode(clearkey_license(keys)).decode()),
        key_ids=[kid.hex for kid in keys],
        expires_at=ctx.now() + LICENSE_TTL,
    )


async def session_playable(parent: Parent[PlaybackSession], info: Info) -> Playable:
    """What it plays."""
    return await _playable(info.context, parent.playable_id)


async def session_device(parent: Parent[PlaybackSession], info: Info) -> Device:
    """Where it plays."""
    found = await info.context.loaders.device_by_id.load(parent.device_id)
    if found is None:
        raise NotFound("This device was removed.")
    return found


async def session_profile(parent: Parent[PlaybackSession], info: Info) -> Profile:
    """Who watches: always the caller, for nobody else's session is shown."""
    return await info.context.profile()


async def lease_expires_at(parent: Parent[PlaybackSession], info: Info) -> datetime:
    """When the session is lost without another heartbeat; now, when it already is, or when nobody
    can tell: progress that was saved is answered all the same."""
    expires_at = None
    with suppress(Unavailable):
        expires_at = await info.context.loaders.lease_by_session.load(parent.id)
    return expires_at or info.context.now()


async def current_rendition(parent: Parent[PlaybackSession], info: Info) -> Rendition | None:
    """The rung nearest to the rate the player last reported."""
    media = await info.context.loaders.media_by_playable.load(parent.playable_id)
    rate = parent.rendition_kbps
    if media is None or rate is None:
        return None
    return min(media.ladder, key=lambda rung: abs(rung.average_kbps - rate))


async def session_next_up(parent: Parent[PlaybackStarted], info: Info) -> Episode | None:
    """What plays after this; None for movies and at the end."""
    playable = await _playable(info.context, parent.session.playable_id)
    if not isinstance(playable, Episode):
        return None
    return await catalog.following(info.context, playable)


async def _playable(ctx: Context, playable_id: TitleId) -> Playable:
    found = await ctx.loaders.entry_by_id.load(playable_id)
    if not isinstance(found, Movie | Episode):
        raise NotFound("There is no such film or episode.", field=["input", "playableId"])
    return found


async def _open(
    ctx: Context, input: StartPlaybackInput, media: Media, resume: ResumePoint
) -> PlaybackSession:
    viewer, profile = await ctx.viewer(), await ctx.profile()
    asked = NewSession(
        id=SessionId(ids.make(ids.Prefix.SESSION, uuid4())),
        account_id=viewer.account.id,
        profile_id=profile.id,
        device_id=viewer.device.id,
        playable_id=media.playable_id,
        media_id=media.id,
        idempotency_key=input.idempotency_key,
        max_height=playback.ceiling(media, input.capabilities),
        position_ms=resume.position_ms,
    )
    await ctx.stores.leases.renew(asked.id)  # first: without leases, nothing is opened
    claims = ctx.claims()
    async with ctx.reads.begin() as tx:
        if claims is None or not await devices_sql.hold_epoch(tx, asked.device_id, claims.epoch):
            raise TokenInvalid(SIGNED_OUT)
        session, is_new = await playback_sql.open_session(tx, asked, ctx.now())
        if is_new:
            await outbox_sql.append(tx, events.video_start(session), ctx.now())
    if session.playable_id != asked.playable_id:
        raise InvalidInput(
            "This key started another title before.", field=["input", "idempotencyKey"]
        )
    if session.ended_at is not None:
        raise SessionLost("The session of this key has ended; use a fresh key.")
    if not is_new:
        await ctx.stores.leases.renew(session.id)
    return session


async def _own_session(tx: Tx, profile: Profile, session_id: SessionId) -> PlaybackSession:
    """Locked. Somebody else's looks like one that never was."""
    session = await playback_sql.lock_session(tx, session_id)
    if session is None or session.profile_id != profile.id:
        raise NotFound("There is no such session.", field=["sessionId"])
    return session


async def _save(tx: Tx, session: PlaybackSession, position_ms: int, now: datetime) -> WatchState:
    position_ms = min(position_ms, session.runtime_ms)
    progress = Progress(
        profile_id=session.profile_id,
        playable_id=session.playable_id,
        device_id=session.device_id,
        position_ms=position_ms,
        status=status_at(position_ms, session.runtime_ms),
    )
    return await watching_sql.save(tx, progress, now)


async def _state(tx: Tx, session: PlaybackSession) -> WatchState:
    states = await watching_sql.states_of(tx, session.profile_id, [session.playable_id])
    return states.get(session.playable_id) or _untouched(session)


def _untouched(session: PlaybackSession) -> WatchState:
    """Of a session that something else ended before it had any progress."""
    return WatchState(
        profile_id=session.profile_id,
        playable_id=session.playable_id,
        device_id=None,
        position_ms=0,
        status=WatchStatus.UNSTARTED,
        revision=0,
        cursor=0,
        updated_at=session.started_at,
    )


def _remember(ctx: Context, state: WatchState) -> None:
    if state.revision > 0:  # what nobody began would look begun while Postgres does not answer
        ctx.reads.remember(state.profile_id, [state])


def _manifest(
    ctx: Context, session: PlaybackSession, media: Media, protocol: StreamProtocol
) -> Manifest:
    house, expires_at = ctx.house, session.started_at + MANIFEST_TTL
    address = film_address(
        house.media_key,
        media.id,
        MANIFEST_FILES[protocol],
        Viewing(session.id, session.max_height),
        expires_at=expires_at,
    )
    ladder = tuple(rung for rung in media.ladder if rung.height <= session.max_height)
    return Manifest(Url(house.public_url + address), protocol, expires_at, ladder)


def _drm(ctx: Context, session: PlaybackSession) -> DrmEndpoints:
    claims = LicenseClaims(session.id, session.started_at + MANIFEST_TTL)
    return DrmEndpoints(
        clear_key_url=Url(f"{ctx.house.public_url}/license/clearkey"),
        token=issue_license(ctx.house.token_keys, claims),
    )
