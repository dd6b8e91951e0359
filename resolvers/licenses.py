"""The content keys of a playback session, whichever door asks for them."""

from collections.abc import Sequence
from uuid import UUID

from domain.errors import SessionLost
from domain.ids import SessionId
from domain.licenses import allowed_keys
from stores import Stores
from stores.sql import playback


async def session_keys(
    stores: Stores, session_id: SessionId, asked: Sequence[UUID]
) -> dict[UUID, bytes]:
    """Those of the keys `asked` for that this session may have, by key id.

    Whether the session is the caller's own is for the caller to check, by token or by viewer.
    Raises SessionLost when it has ended or its lease ran out, NotFound when it may have none.
    """
    alive = await stores.leases.alive(session_id)
    async with stores.begin() as tx:
        session = await playback.session_by_id(tx, session_id)
        if session is None or session.ended_at is not None or not alive:
            raise SessionLost("This session has ended; start playback again.")
        keys = await playback.keys_of(tx, session.media_id)
    allowed = allowed_keys(keys, asked=asked, max_height=session.max_height)
    return {key.kid: stores.keys.unwrap(key.kid, key.wrapped_key) for key in allowed}
