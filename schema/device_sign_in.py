"""Signing in by a code, as the TV and the phone see it."""

from datetime import datetime
from typing import Annotated

import strawberry

from domain import device_sign_in as domain
from domain.accounts import DeviceKind
from domain.scalars import Url
from resolvers import device_sign_in
from schema.accounts import SignedIn
from schema.bind import attribute, field, shape
from schema.problems import GenericProblem


@shape(domain.DeviceSignIn, "A code to show, and another one to poll with (RFC 8628, 3.2).")
class DeviceSignIn:
    device_code: str = attribute("For `pollDeviceSignIn`. A secret: it is never shown.")
    user_code: str = attribute("To show, as in BCDF-GHJK.")
    verification_uri: Url = attribute("To show beside it: where somebody types it in.")
    verification_uri_complete: Url = attribute("The same with the code in it, for a QR code.")
    expires_at: datetime = attribute("When both codes are over; ask for others then.")
    interval_seconds: int = attribute("To wait between polls, at least.")


@shape(domain.PendingDevice, "A device that asks to be let in. What it says of itself is its word.")
class PendingDevice:
    user_code: str = attribute("The code, to be compared with the one on its screen.")
    kind: DeviceKind = attribute("What it says it is.")
    name: str = attribute("What it says it is called.")
    app_version: str = attribute("Of the app that asks.")
    asked_from: str = attribute("The network address it asked from; empty when unknown.")
    from_here: bool = field(
        device_sign_in.asks_from_here,
        "Whether that is the address you ask from yourself. A device in another place than you is"
        " a reason to say no.",
    )
    asked_at: datetime = attribute("When it asked.")
    expires_at: datetime = attribute("Until when it can be decided about.")


@shape(domain.DeviceApproved, "What was decided about a device.")
class DeviceApproved:
    approved: bool = attribute("Whether it gets in with its next poll.")
    device: PendingDevice = attribute("Which one it is about.")


StartDeviceSignInResult = Annotated[
    DeviceSignIn | GenericProblem,
    strawberry.union("StartDeviceSignInResult", description="Of `startDeviceSignIn`."),
]
PollDeviceSignInResult = Annotated[
    SignedIn | GenericProblem,
    strawberry.union("PollDeviceSignInResult", description="Of `pollDeviceSignIn`."),
]
ApproveDeviceResult = Annotated[
    DeviceApproved | GenericProblem,
    strawberry.union("ApproveDeviceResult", description="Of `approveDeviceSignIn`."),
]
