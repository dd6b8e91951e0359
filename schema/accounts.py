"""Households, profiles and devices, as clients see them."""

from datetime import datetime
from typing import Annotated

import strawberry

from domain import accounts as domain
from domain.accounts import DeviceKind, SubscriptionTier
from domain.sessions import MOST_SIGNED_IN
from resolvers import devices, profiles
from resolvers.context import Scope
from schema.bind import attribute, field, lend, shape
from schema.catalog import Artwork
from schema.directives import ListSize
from schema.nodes import Node
from schema.problems import GenericProblem, PinRequired
from schema.profiles import Profile

strawberry.enum(SubscriptionTier, description="What the household pays for.")
strawberry.enum(DeviceKind, description="What somebody is watching on.")

lend(
    domain.DeviceInput,
    "How a device introduces itself.",
    installation_id="Made by the app once, at random, and the same over sign-ins.",
    kind="What it is.",
    name="What people call it, as in 'Living room'.",
    app_version="For support.",
)
lend(
    domain.RegisterInput,
    "An account to open, and who watches first.",
    email="Where mail arrives; upper and lower case are the same.",
    password="8 to 1024 characters, whichever they are.",  # noqa: S106 - a description
    profile_name="What the first who watches is called; more come later.",
    device="Where it is asked from.",
)
lend(
    domain.SignInInput,
    "An e-mail address, its password, and the device asking.",
    email="Upper and lower case are the same.",
    password="As it was chosen.",  # noqa: S106 - a description
    device="Where the session will live.",
)

_DEVICES = field(devices.devices, "Where it is signed in, last seen first.", scope=Scope.ACCOUNT)
_DEVICES.directives.append(ListSize(slicing=[], assumed=MOST_SIGNED_IN))  # it is read as a whole


@shape(domain.Account, "A household.")
class Account(Node):
    email: str = attribute("The address it signs in with.")
    tier: SubscriptionTier = attribute("What it pays for.")
    devices: list["Device"] = _DEVICES
    avatars: list[Artwork] = field(
        profiles.avatars, "The faces a profile may have; `saveProfile` takes their `variantId`."
    )
    profiles: list[Profile] = field(profiles.profiles, "Who watches, oldest first.")


@shape(domain.Device, "An installation of an app that somebody signed in on.")
class Device(Node):
    kind: DeviceKind = attribute("What it is.")
    name: str = attribute("What people call it.")
    last_seen_at: datetime = attribute("When it last signed in or refreshed its token.")
    current: bool = field(devices.is_current, "Whether it is the one that asks.")


@shape(domain.Viewer, "Who is calling.")
class Viewer:
    account: Account = attribute("The household.")
    profile: Profile | None = attribute("Who watches, once that is chosen.")
    device: Device = attribute("Where.")


@shape(domain.SignedIn, "A fresh access token.")
class SignedIn:
    access_token: str = attribute("For `Authorization: Bearer`, for ten minutes.")
    expires_at: datetime = attribute("When it runs out; refresh it before.")
    refresh_token: str | None = attribute("Good for one refresh; null where the old one stays.")
    viewer: Viewer = attribute("Who it is for.")


@shape(domain.ProfileDeleted, "A profile is gone, with what was watched on it.")
class ProfileDeleted:
    profile_id: strawberry.ID = attribute("What its id was.")
    account: Account = attribute("The household as it is now.")


@shape(domain.DeviceRemoved, "A device is signed in no more.")
class DeviceRemoved:
    device_id: strawberry.ID = attribute("Which one.")
    account: Account = attribute("The household as it is now.")


@shape(domain.SignedOut, "What was ended.")
class SignedOut:
    devices_signed_out: int = attribute("How many devices were signed in, and are no more.")


SignInResult = Annotated[
    SignedIn | GenericProblem, strawberry.union("SignInResult", description="Of every way in.")
]
SignOutResult = Annotated[
    SignedOut | GenericProblem, strawberry.union("SignOutResult", description="Of what signs out.")
]
PasswordResetResult = Annotated[
    GenericProblem,
    strawberry.union("PasswordResetResult", description="Of `requestPasswordReset`."),
]
SelectProfileResult = Annotated[
    SignedIn | PinRequired | GenericProblem,
    strawberry.union("SelectProfileResult", description="Of `selectProfile`."),
]
DeleteProfileResult = Annotated[
    ProfileDeleted | PinRequired | GenericProblem,
    strawberry.union("DeleteProfileResult", description="Of `deleteProfile`."),
]
RemoveDeviceResult = Annotated[
    DeviceRemoved | GenericProblem,
    strawberry.union("RemoveDeviceResult", description="Of `removeDevice`."),
]
