"""Which document does a request mean, and may it be answered here?

A house in production answers trusted documents and no other: by their id, or by a text or a hash
that is one of theirs. In development any text is answered, and Apollo's automatic persisted queries
leave one behind under its hash.
"""

import re
from collections.abc import Mapping

from graphql import GraphQLError

from domain.errors import InvalidInput, Unavailable
from schema.documents import EMPTY, Prepared, document_id, prepare, prepare_once
from schema.params import Params
from stores import Stores
from stores.sql.documents import Build

SHA256 = re.compile("[0-9a-f]{64}")
PREFIX = "sha256:"  # how the draft of GraphQL over HTTP writes an id; without it is the same


class Documents:
    """The documents of a house, each read once."""

    def __init__(self, stores: Stores, *, trusted_only: bool) -> None:
        self._stores = stores
        self._trusted_only = trusted_only
        self._trusted: dict[str, Prepared] = {}  # as many as are registered

    async def find(self, params: Params) -> Prepared:
        """With errors when it cannot be answered. Raises InvalidInput for what names no document,
        or two, and Unavailable when nobody can tell whether it is a trusted one."""
        hash_ = _hash(params.extensions)
        if params.document_id is not None:
            if params.query is not None or hash_ is not None:
                raise InvalidInput("A request has a query or a documentId, not both.")
            return await self._by_id(params.document_id.removeprefix(PREFIX))
        if hash_ is not None:
            return await self._by_hash(hash_, params.query)
        return await self._by_text(params.query or "")

    def used(self, prepared: Prepared, sender: Build) -> None:
        """Counts that an operation of it is asked for."""
        if prepared.trusted:
            self._stores.documents.used(prepared.id, sender)

    async def _by_id(self, id_: str) -> Prepared:
        return await self._trusted_by_id(id_) or _not_found(id_)

    async def _by_hash(self, hash_: str, text: str | None) -> Prepared:
        """Apollo's automatic persisted queries: the hash first, and the text when it is unknown."""
        if text is not None and document_id(text) != hash_:
            raise InvalidInput("sha256Hash is not the SHA-256 of the query.")
        if trusted := await self._trusted_by_id(hash_):
            return trusted
        if self._trusted_only:
            return _cannot(hash_, "PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported")
        try:
            if text is None:
                text = await self._stores.documents.persisted(hash_)
                return _not_found(hash_) if text is None else prepare_once(text)
            prepared = prepare_once(text)
            if not prepared.errors:
                await self._stores.documents.persist(hash_, text)
        except Unavailable:  # the client does as if it were new here, and sends it every time
            return _not_found(hash_) if text is None else prepare_once(text)
        return prepared

    async def _by_text(self, text: str) -> Prepared:
        if not self._trusted_only:
            known = self._stores.documents.known(document_id(text))
            return prepare_once(text) if known is None else self._read(document_id(text), text)
        trusted = await self._trusted_by_id(document_id(text))
        return trusted or _cannot(
            document_id(text),
            "DOCUMENT_NOT_TRUSTED",
            "This house answers the documents of its own apps only.",
        )

    async def _trusted_by_id(self, id_: str) -> Prepared | None:
        if SHA256.fullmatch(id_) is None:
            return None
        text = await self._stores.documents.text(id_, self._stores)
        return None if text is None else self._read(id_, text)

    def _read(self, id_: str, text: str) -> Prepared:
        if id_ not in self._trusted:
            self._trusted[id_] = prepare(text, trusted=True)
        return self._trusted[id_]


def sender_of(headers: Mapping[str, object]) -> Build:
    """Which build of which app asks, as it says itself: by headers, or in the first message of a
    socket, for a page cannot set headers there."""
    return Build(str(headers.get("X-Marquee-App", "")), str(headers.get("X-Marquee-Build", "")))


def _hash(extensions: Mapping[str, object]) -> str | None:
    """Of Apollo's protocol. Raises InvalidInput for another version of it, and for no hash."""
    asked = extensions.get("persistedQuery")
    if asked is None:
        return None
    if not isinstance(asked, dict) or asked.get("version") != 1:
        raise InvalidInput("persistedQuery is of version 1.")
    hash_ = asked.get("sha256Hash")
    if not isinstance(hash_, str) or SHA256.fullmatch(hash_) is None:
        raise InvalidInput("sha256Hash is a SHA-256 in lower-case hexadecimal.")
    return hash_


def _not_found(id_: str) -> Prepared:
    return _cannot(id_, "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")


def _cannot(id_: str, code: str, message: str) -> Prepared:
    error = GraphQLError(message, extensions={"code": code})
    return Prepared("", id_, EMPTY, (error,))
