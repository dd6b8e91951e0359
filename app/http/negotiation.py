"""In which form is an answer wanted, and is the request in one that is read?"""

from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache

from starlette.datastructures import Headers

from domain.errors import InvalidInput

REMEMBERED = 200  # headers: each app has one of its own
INCREMENTAL = "v0.2"  # the making of parts: `pending`, `incremental`, `completed`
ANYTHING = {"*/*", "application/*"}


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


@lru_cache(maxsize=REMEMBERED)
def accepted(accept: str | None) -> tuple[MediaType, ...]:
    """By an Accept header, best first; where anything is, JSON."""
    if accept is None or not accept.strip():
        return (MediaType.JSON,)
    ranges = sorted(_ranges(accept), key=lambda found: -found[1])
    refused = {name for name, quality in ranges if quality <= 0}
    names = [MediaType.JSON.value if name in ANYTHING else name for name, q in ranges if q > 0]
    known = [name for name in names if name in set(MediaType) and name not in refused]
    return tuple(MediaType(name) for name in dict.fromkeys(known))


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


def _is_ours(parameters: dict[str, str]) -> bool:
    making = {name: value for name, value in parameters.items() if name.endswith("spec")}
    return making in ({}, {"incrementalspec": INCREMENTAL})


def _parted(header: str) -> tuple[str, dict[str, str]]:
    """A media type and its parameters, in small letters."""
    name, *rest = header.lower().split(";")
    pairs = (parameter.partition("=") for parameter in rest)
    return name.strip(), {key.strip(): value.strip().strip('"') for key, _, value in pairs}
