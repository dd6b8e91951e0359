"""Every table, and the promises that the database keeps by itself.

Ids are text (see `domain/ids.py`). Instants are `timestamptz`.
"""

from stores.tables.accounts import (
    accounts,
    data_jobs,
    device_sign_ins,
    devices,
    mailed_tokens,
    profiles,
    refresh_tokens,
    revocations,
)
from stores.tables.catalog import (
    artwork,
    credits,
    genre_texts,
    genres,
    people,
    title_genres,
    title_texts,
    titles,
)
from stores.tables.columns import metadata
from stores.tables.documents import document_builds, document_uses, documents
from stores.tables.media import content_keys, encodings, media, renditions
from stores.tables.outbox import outbox
from stores.tables.watching import playback_sessions, watch_states

__all__ = [
    "accounts",
    "artwork",
    "content_keys",
    "credits",
    "data_jobs",
    "device_sign_ins",
    "devices",
    "document_builds",
    "document_uses",
    "documents",
    "encodings",
    "genre_texts",
    "genres",
    "mailed_tokens",
    "media",
    "metadata",
    "outbox",
    "people",
    "playback_sessions",
    "profiles",
    "refresh_tokens",
    "renditions",
    "revocations",
    "title_genres",
    "title_texts",
    "titles",
    "watch_states",
]
