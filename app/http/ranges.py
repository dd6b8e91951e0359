"""Which bytes of an object a request asks for (RFC 9110, 13 and 14)."""

import re

from starlette.datastructures import Headers

# 18 digits: an exabyte, and never enough of them to cost anything
_ONE_RANGE = re.compile(r"bytes=(?:([0-9]{1,18})-([0-9]{0,18})|-([0-9]{1,18}))", re.IGNORECASE)


class RangeUnsatisfiable(Exception):
    """The range begins behind the last byte."""


def byte_range(headers: Headers, *, size: int, etag: str) -> range | None:
    """The part asked for, not empty; None for the whole.

    A range that is malformed, of another unit, of another version (If-Range) or more than one is
    ignored, as the RFC allows: the whole is always a right answer, and a cheap one.
    Raises RangeUnsatisfiable.
    """
    asked = headers.getlist("range")
    match = _ONE_RANGE.fullmatch(asked[0]) if len(asked) == 1 else None
    if match is None or headers.get("if-range", etag) != etag:
        return None
    first, last, suffix = match.groups()
    if suffix is not None:
        return _satisfiable(max(0, size - int(suffix)), size, size)
    if last and int(last) < int(first):
        return None
    return _satisfiable(int(first), int(last) + 1 if last else size, size)


def unchanged(headers: Headers, *, etag: str) -> bool:
    """Whether the client already has this version (If-None-Match)."""
    known = [tag.strip().removeprefix("W/") for tag in headers.get("if-none-match", "").split(",")]
    return etag in known or known == ["*"]


def _satisfiable(first: int, stop: int, size: int) -> range:
    if first >= size:
        raise RangeUnsatisfiable
    return range(first, min(stop, size))
