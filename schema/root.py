"""The whole API on one page."""

from collections.abc import AsyncGenerator

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.types.scalar import DEFAULT_SCALAR_REGISTRY
from strawberry.types.base import get_object_definition
from strawberry.types.scalar import ScalarDefinition

from domain.ids import ProfileId, SessionId, TitleId
from domain.load import PriorityClass
from domain.scalars import Base64, EventCursor, Locale, Url
from resolvers import (
    accounts,
    device_sign_in,
    devices,
    my_data,
    nodes,
    ops,
    pages,
    passwords,
    playback,
    profiles,
    sessions,
    watching,
)
from resolvers.context import Scope
from schema.accounts import (
    DeleteProfileResult,
    PasswordResetResult,
    RemoveDeviceResult,
    SelectProfileResult,
    SignInResult,
    SignOutResult,
    Viewer,
)
from schema.bind import mutation, query, subscription
from schema.catalog import Movie, Series
from schema.device_sign_in import (
    ApproveDeviceResult,
    PendingDevice,
    PollDeviceSignInResult,
    StartDeviceSignInResult,
)
from schema.directives import Priority, Requires, defer
from schema.my_data import DataJob, DataJobResult
from schema.nodes import Node
from schema.ops import Ops
from schema.pages import ContinueWatchingRow, Page, TitleRow
from schema.playback import (
    AcquireLicenseResult,
    HeartbeatResult,
    StartPlaybackResult,
    StopPlaybackResult,
)
from schema.profiles import SaveProfileResult
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
    device_sign_in: PendingDevice | None = query(
        device_sign_in.device_sign_in,
        "The device that shows this code, to be looked at before it is approved; null when none"
        " does, or not any more.",
        scope=Scope.ACCOUNT,
        user_code="As typed; upper and lower case, dashes and blanks make no difference.",
    )
    data_jobs: list[DataJob] = query(
        my_data.data_jobs_of_caller,
        "What the household asked about its data within the last seven days, latest first.",
        scope=Scope.ACCOUNT,
    )
    page: Page | None = query(
        pages.page,
        "A composed page for the chosen profile.",
        scope=Scope.PROFILE,
        weight=10,
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
    register: SignInResult = mutation(
        accounts.register,
        "Opens an account. Answered with PENDING and what to do next, alike whether or not the"
        " address has an account; the one who reads its mail is told. Refused with RATE_LIMITED.",
        scope=None,
    )
    confirm_registration: SignInResult = mutation(
        accounts.confirm_registration,
        "Opens the account that was asked for, and signs the device in. Refused with EXPIRED, with"
        " UNAUTHENTICATED and RATE_LIMITED as `signIn` is, after which the link stays good, and"
        " with CONFLICT when the address has an account by now.",
        scope=None,
        token="Of the link that was mailed; good once, for a day.",  # noqa: S106 - a description
        password="The one that `register` was given.",  # noqa: S106 - a description
        device="Where the session will live.",
    )
    sign_in: SignInResult = mutation(
        accounts.sign_in,
        "Signs a device in. Refused with UNAUTHENTICATED, alike for unknown and wrong, and with"
        " RATE_LIMITED after ten of those, even for the right one.",
        scope=None,
        priority=PriorityClass.CRITICAL,
    )
    sign_out: SignOutResult = mutation(
        accounts.sign_out,
        "Ends this device's session; its access token is refused by every process within a second.",
        scope=Scope.ACCOUNT,
        priority=PriorityClass.CRITICAL,
    )
    change_password: SignOutResult = mutation(
        passwords.change_password,
        "Sets another password, and ends the session of every other device; access tokens end on"
        " this one, too. Refused with UNAUTHENTICATED for a wrong one, and with RATE_LIMITED after"
        " ten.",
        scope=Scope.ACCOUNT,
        current="The password as it is.",
        next="8 to 1024 characters, whichever they are.",
    )
    request_password_reset: PasswordResetResult = mutation(
        passwords.request_password_reset,
        "Mails a link to set another password with. Answered with PENDING and what to do next,"
        " alike whether or not the address has an account. Refused with RATE_LIMITED.",
        scope=None,
        email="Of the account.",
    )
    reset_password: SignOutResult = mutation(
        passwords.reset_password,
        "Sets another password, and ends the session of every device. Refused with EXPIRED.",
        scope=None,
        token="Of the link that was mailed; good once, for an hour.",  # noqa: S106 - a description
        next="8 to 1024 characters, whichever they are.",
    )
    refresh_token: SignInResult = mutation(
        sessions.refresh_token,
        "Uses up a refresh token for a fresh pair. Refused with TOKEN_INVALID.",
        scope=None,
        priority=PriorityClass.CRITICAL,
        refresh_token="The last one this device was given.",  # noqa: S106 - a description
    )
    select_profile: SelectProfileResult = mutation(
        profiles.select_profile,
        "A token for one profile of the household. A PIN is asked to enter a grown-up's profile"
        " that has one, and to leave a child's: PIN_REQUIRED for a wrong one or none, PIN_LOCKED"
        " for fifteen minutes after five. Refused with NOT_FOUND, and with TOKEN_INVALID on a"
        " device that was signed out. Where there are PINs, its earlier tokens end when a child's"
        " is entered.",
        scope=Scope.SIGNED_IN,
        priority=PriorityClass.CRITICAL,
        profile_id="Of `account.profiles`.",
        pin="Of the profile to enter, or of the child's to leave.",
    )
    save_profile: SaveProfileResult = mutation(
        profiles.save_profile,
        "Makes a profile, or changes one. Refused with CONFLICT for a sixth, for a name that"
        " another has, and when none would be left that is no child's; with NOT_FOUND,"
        " INVALID_INPUT, PIN_REQUIRED and PIN_LOCKED. When `kids` or `maturityAge` change, access"
        " tokens end on every other device, and on this one if the profile is chosen on it, or"
        " becomes a child's. What a profile plays ends when it may see less from now on.",
        scope=Scope.ACCOUNT,
    )
    delete_profile: DeleteProfileResult = mutation(
        profiles.delete_profile,
        "Deletes a profile with what was watched on it, and ends access tokens as `saveProfile`"
        " does. Refused with CONFLICT for the last one that is no child's; with NOT_FOUND,"
        " PIN_REQUIRED and PIN_LOCKED.",
        scope=Scope.ACCOUNT,
        profile_id="Of `account.profiles`.",
        pin="Its PIN, if it has one.",
    )
    remove_device: RemoveDeviceResult = mutation(
        devices.remove_device,
        "Signs a device of the household out, everywhere within a second; also the one that asks."
        " Refused with NOT_FOUND.",
        scope=Scope.ACCOUNT,
        device_id="Of `account.devices`.",
    )
    start_device_sign_in: StartDeviceSignInResult = mutation(
        device_sign_in.start_device_sign_in,
        "Begins a sign-in by code (RFC 8628): show `userCode`, and `verificationUriComplete` as a"
        " QR code, and poll. Refused with RATE_LIMITED.",
        scope=None,
    )
    poll_device_sign_in: PollDeviceSignInResult = mutation(
        device_sign_in.poll_device_sign_in,
        "Tokens, once somebody has approved; they are given out once. Refused with PENDING, with"
        " SLOW_DOWN and a longer `retryAfterSeconds` when asked too soon, with DENIED, and with"
        " EXPIRED when the code is over, was used or never was.",
        scope=None,
        device_code="Of `startDeviceSignIn`.",
    )
    approve_device_sign_in: ApproveDeviceResult = mutation(
        device_sign_in.approve_device_sign_in,
        "Lets the device that shows this code sign in to this household, or not: after showing"
        " `deviceSignIn`. Refused with NOT_FOUND alike for codes that are unknown, over, or decided"
        " by somebody else, and with RATE_LIMITED after too many of them.",
        scope=Scope.ACCOUNT,
        user_code="As typed; upper and lower case, dashes and blanks make no difference.",
        approve="False says no to it.",
    )
    export_my_data: DataJobResult = mutation(
        my_data.export_my_data,
        "A file with everything kept about the household, at `url` when the job is done. While one"
        " is being made, and for a day after that, it is the same one.",
        scope=Scope.ACCOUNT,
    )
    erase_my_data: DataJobResult = mutation(
        my_data.erase_my_data,
        "Erases the household, or one profile of it, from every store. Nobody can sign in to an"
        " erased household from this moment on: keep `url`, where the receipt will be. Refused with"
        " UNAUTHENTICATED for a wrong password, RATE_LIMITED after ten, and NOT_FOUND.",
        scope=Scope.ACCOUNT,
        password="Of the account.",  # noqa: S106 - a description
        profile_id="Of the profile; without it, the whole household goes.",
    )
    start_playback: StartPlaybackResult = mutation(
        playback.start_playback,
        "One round trip to the first frame: session, manifest, resume point. Refused with"
        " NOT_FOUND, NOT_READY or UNSUPPORTED_DEVICE.",
        scope=Scope.PROFILE,
        priority=PriorityClass.CRITICAL,
        weight=10,
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
            ProfileId: DEFAULT_SCALAR_REGISTRY[strawberry.ID],
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

# The fields that a query may read without a token.
PUBLIC_QUERIES = frozenset(
    schema.config.name_converter.get_graphql_name(field)
    for field in get_object_definition(Query, strict=True).fields
    if not any(isinstance(directive, Requires) for directive in field.directives)
)
