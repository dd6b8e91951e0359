"""The whole API on one page."""

from collections.abc import AsyncGenerator

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.types.scalar import DEFAULT_SCALAR_REGISTRY
from strawberry.types.base import get_object_definition
from strawberry.types.scalar import ScalarDefinition

from domain.ids import SessionId, TitleId
from domain.load import PriorityClass
from domain.scalars import Base64, EventCursor, Locale, Url
from resolvers import accounts, nodes, ops, pages, playback, watching
from resolvers.context import Scope
from schema.accounts import SelectProfileResult, SignInResult, Viewer
from schema.bind import mutation, query, subscription
from schema.catalog import Movie, Series
from schema.directives import Priority, defer
from schema.nodes import Node
from schema.ops import Ops
from schema.pages import ContinueWatchingRow, Page, TitleRow
from schema.playback import (
    AcquireLicenseResult,
    HeartbeatResult,
    StartPlaybackResult,
    StopPlaybackResult,
)
from schema.watching import ContinueWatchingChanged


@strawberry.type(description="What can be read.")
class Query:
    node: Node | None = query(
        nodes.node,
        "Any object by its id. Null when absent or not visible to this profile.",
        scope=Scope.PROFILE,
        id="As any object gave it.",
    )
    viewer: Viewer | None = query(
        accounts.viewer,
        "Who is calling; null before sign-in.",
        scope=None,
        priority=PriorityClass.CRITICAL,
    )
    page: Page | None = query(
        pages.page,
        "A composed page for the chosen profile.",
        scope=Scope.PROFILE,
        semantic_non_null=True,
        slug="Which page.",
    )
    ops: Ops | None = query(
        ops.ops,
        "How the house does; for those who run it.",
        scope=Scope.OPERATOR,
        priority=PriorityClass.CRITICAL,
    )


@strawberry.type(description="What can be changed. Every answer is one success, or a Problem.")
class Mutation:
    sign_in: SignInResult = mutation(
        accounts.sign_in,
        "Signs a device in. Refused with UNAUTHENTICATED, alike for unknown and wrong.",
        scope=None,
        priority=PriorityClass.CRITICAL,
    )
    refresh_token: SignInResult = mutation(
        accounts.refresh_token,
        "Uses up a refresh token for a fresh pair. Refused with TOKEN_INVALID.",
        scope=None,
        priority=PriorityClass.CRITICAL,
        refresh_token="The last one this device was given.",  # noqa: S106 - a description
    )
    select_profile: SelectProfileResult = mutation(
        accounts.select_profile,
        "A token for one profile of the household. Refused with NOT_FOUND, and with TOKEN_INVALID"
        " on a device that was signed out.",
        scope=Scope.ACCOUNT,
        priority=PriorityClass.CRITICAL,
        profile_id="Of `account.profiles`.",
    )
    start_playback: StartPlaybackResult = mutation(
        playback.start_playback,
        "One round trip to the first frame: session, manifest, resume point. Refused with"
        " NOT_FOUND, NOT_READY or UNSUPPORTED_DEVICE.",
        scope=Scope.PROFILE,
        priority=PriorityClass.CRITICAL,
    )
    heartbeat: HeartbeatResult = mutation(
        playback.heartbeat,
        "Renews the lease and saves progress, durably. Refused with SESSION_LOST or NOT_FOUND.",
        scope=Scope.PROFILE,
        priority=PriorityClass.CRITICAL,
    )
    stop_playback: StopPlaybackResult = mutation(
        playback.stop_playback,
        "Ends a session where it is. Refused with NOT_FOUND.",
        scope=Scope.PROFILE,
        priority=PriorityClass.CRITICAL,
        session_id="Of `startPlayback`.",
        position_ms="What was on the screen, from the first frame.",
    )
    acquire_license: AcquireLicenseResult = mutation(
        playback.acquire_license,
        "Keys for a session, for players that ask here. Refused with SESSION_LOST or NOT_FOUND.",
        scope=Scope.PROFILE,
        priority=PriorityClass.CRITICAL,
        session_id="Of `startPlayback`.",
        challenge="The key system's own message.",
    )


@strawberry.type(description="What comes by itself, over WebSocket or server-sent events.")
class Subscription:
    continue_watching: AsyncGenerator[ContinueWatchingChanged, None] = subscription(
        watching.changes,
        "The profile's Continue Watching as it changes on any device. Ends with TOKEN_EXPIRED"
        " when the token runs out: come back with a fresh one and the last cursor.",
        scope=Scope.PROFILE,
        after="The last cursor seen, to miss nothing; from now on without it.",
    )


def _scalar(name: str, description: str) -> ScalarDefinition:
    return strawberry.scalar(name=name, description=description, serialize=str, parse_value=_text)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise GraphQLError("This is a text.")
    return value


schema = strawberry.Schema(
    Query,
    Mutation,
    Subscription,
    types=[ContinueWatchingRow, Movie, Series, TitleRow],  # reached by interfaces only
    directives=[defer],
    config=StrawberryConfig(
        scalar_map={
            SessionId: DEFAULT_SCALAR_REGISTRY[strawberry.ID],
            TitleId: DEFAULT_SCALAR_REGISTRY[strawberry.ID],
            Base64: _scalar("Base64", "Bytes in base64, at most 64 KiB."),
            EventCursor: _scalar("EventCursor", "Opaque place in a stream of events."),
            Locale: _scalar("Locale", "BCP 47 language tag."),
            Url: _scalar("URL", "Absolute URL."),
        },
    ),
)

# The class of each root field that has one written on it, for whoever lets operations in.
PRIORITIES = {
    schema.config.name_converter.get_graphql_name(field): directive.class_
    for root in (Query, Mutation)
    for field in get_object_definition(root, strict=True).fields
    for directive in field.directives
    if isinstance(directive, Priority)
}
