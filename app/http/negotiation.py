"""In which form is an answer wanted, and is the request in one that is read?"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import lru_cache

from starlette.datastructures import Headers

from domain.errors import InvalidInput

REMEMBERED = 200  # headers: each app has one of its own
MOST_CHARACTERS = 1000  # of a header: browsers and libraries send two hundred; taking more apart
# would cost more than most answers
INCREMENTAL = "v0.2"  # the making of parts: `pending`, `incremental`, `completed`


class MediaType(StrEnum):
    """What an answer may be. Statuses tell what went wrong in GRAPHQL alone; in JSON, which proxies
    may have made as well, an answer that says so itself is a 200."""

    GRAPHQL = "application/graphql-response+json"
    JSON = "application/json"
    MULTIPART = "multipart/mixed"
    EVENTS = "text/event-stream"


IN_PARTS = (MediaType.MULTIPART, MediaType.EVENTS)


class NotAcceptable(InvalidInput):
    """No form of answer that would be read can be given."""


class UnsupportedMediaType(InvalidInput):
    """A request in another form than JSON; forms are what a foreign page could send unasked."""


class MethodNotAllowed(InvalidInput):
    """An operation that a request of this method cannot ask for."""

    def __init__(self, message: str, *, allowed: str) -> None:
        """`allowed`: the methods that could."""
        super().__init__(message)
        self.allowed = allowed


# Best first, for ranges that leave the choice to us.
_OURS = (MediaType.JSON, MediaType.GRAPHQL, MediaType.EVENTS, MediaType.MULTIPART)


@lru_cache(maxsize=REMEMBERED)
def accepted(accept: str | None) -> tuple[MediaType, ...]:
    """By an Accept header, best first; where anything is, JSON. A range like `text/*` stands for
    the best of those that no closer range speaks of. Raises NotAcceptable for a header that is too
    long to be read."""
    if accept is None or not accept.strip():
        return (MediaType.JSON,)
    if len(accept) > MOST_CHARACTERS:
        raise NotAcceptable("The Accept header is too long.")
    qualities = dict(_ranges(accept))
    known: dict[MediaType, float] = {}
    for name in qualities:
        spoken_of = (kind for kind in _OURS if _closest(kind, qualities) == name)
        if (kind := next(spoken_of, None)) is not None and qualities[name] > 0:
            known[kind] = qualities[name]
    return tuple(sorted(known, key=lambda kind: -known[kind]))


def whole(types: tuple[MediaType, ...], *, prefers_parts: bool = False) -> MediaType:
    """For an answer that can come at once; in parts where the client reads nothing else, or the
    answer `prefers_parts` and the client reads them. Raises NotAcceptable."""
    if prefers_parts and any(kind in IN_PARTS for kind in types):
        return in_parts(types)
    return next((kind for kind in types if kind not in IN_PARTS), None) or in_parts(types)


def plain(types: tuple[MediaType, ...]) -> MediaType:
    """For a refusal, which is one answer, whatever was hoped for."""
    return next((kind for kind in types if kind not in IN_PARTS), MediaType.JSON)


def in_parts(types: tuple[MediaType, ...]) -> MediaType:
    """For an answer that comes bit by bit. Raises NotAcceptable."""
    found = next((kind for kind in types if kind in IN_PARTS), None)
    if found is None:
        raise NotAcceptable(f"Answers are {', '.join(MediaType)}.")
    return found


def check_content(headers: Headers) -> None:
    """Raises UnsupportedMediaType for what is not JSON in UTF-8."""
    if not _is_json(headers.get("content-type", "")):
        raise UnsupportedMediaType("A request is application/json, in UTF-8.")
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise UnsupportedMediaType("A request is not compressed.")


@lru_cache(maxsize=REMEMBERED)
def _is_json(content_type: str) -> bool:
    if len(content_type) > MOST_CHARACTERS:
        return False
    name, parameters = _parted(content_type)
    return name == MediaType.JSON and parameters.get("charset", "utf-8") in ("utf-8", "utf8")


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    """Each media range and its quality. One in parts of another making is none that we know."""
    for part in accept.split(","):
        name, parameters = _parted(part)
        if name == MediaType.MULTIPART and not _is_ours(parameters):
            continue
        try:
            yield name, float(parameters.get("q", "1"))
        except ValueError:
            yield name, 0.0


def _closest(kind: MediaType, ranges: Iterable[str]) -> str | None:
    """The range that decides about it: RFC 9110, section 12.5.1."""
    closer_first = (kind, f"{kind.partition('/')[0]}/*", "*/*")
    return next((name for name in closer_first if name in ranges), None)


def _is_ours(parameters: dict[str, str]) -> bool:
    making = {name: value for name, value in parameters.items() if name.endswith("spec")}
    return making in ({}, {"incrementalspec": INCREMENTAL})


def _parted(header: str) -> tuple[str, dict[str, str]]:
    """A media type and its parameters, in small letters."""
    name, *rest = header.lower().split(";")
    pairs = (parameter.partition("=") for parameter in rest)
    return name.strip(), {key.strip(): value.strip().strip('"') for key, _, value in pairs}
