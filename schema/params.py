"""What does a client ask for? The parameters of GraphQL over HTTP, alike over a WebSocket."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

import orjson

from domain.errors import InvalidInput

NUL = rb"\u0000"  # legal JSON, and no text that Postgres could store
BACKSLASH = rb"\\"  # one that is written itself: what follows it is no escape
MOST_FIELDS = 20  # of a query string; there are five parameters


@dataclass(frozen=True, slots=True)
class Params:
    """One request. It names a document by `query`, its text, or `document_id`, or by a hash in
    `extensions`; by one of them at least."""

    query: str | None
    document_id: str | None
    operation_name: str | None
    variables: Mapping[str, object]
    extensions: Mapping[str, object]


def params_of(found: object) -> Params:
    """Out of JSON. Raises InvalidInput for what is no request."""
    if not isinstance(found, dict):
        raise InvalidInput("A request is a JSON object.")
    params = Params(
        _text(found, "query"),
        _text(found, "documentId"),
        _text(found, "operationName"),
        _object(found, "variables"),
        _object(found, "extensions"),
    )
    if not (params.query or params.document_id or "persistedQuery" in params.extensions):
        raise InvalidInput("A request has a query, or a documentId.")
    return params


def params_of_address(query_string: bytes) -> Params:
    """Out of what follows the question mark. Raises InvalidInput for what is no request."""
    try:
        pairs = parse_qsl(
            query_string.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError as error:  # bytes that are no text, or too many fields
        raise InvalidInput("The address is no request.") from error
    if len(dict(pairs)) < len(pairs) or any("\0" in text for _, text in pairs):
        raise InvalidInput("A parameter comes once, and is a text.")
    found: dict[str, object] = {name: text for name, text in pairs if text}
    for name in ("variables", "extensions"):
        if name in found:
            found[name] = read_json(str(found[name]).encode())
    return params_of(found)


def read_json(raw: bytes) -> object:
    """Raises InvalidInput also for NaN, lone surrogates, NUL and a hundred thousand brackets: what
    Python's own parser lets in and something behind it chokes on."""
    try:
        found: object = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise InvalidInput("This is no JSON.") from error
    if NUL in raw.replace(BACKSLASH, b""):
        raise InvalidInput("A text has no NUL in it.")
    return found


def _text(found: Mapping[str, object], name: str) -> str | None:
    value = found.get(name)
    if value is None or isinstance(value, str):
        return value
    raise InvalidInput(f"{name} is a text.")


def _object(found: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = found.get(name)
    if value is None:
        return {}
    if isinstance(value, dict):
        return value
    raise InvalidInput(f"{name} is a JSON object.")
