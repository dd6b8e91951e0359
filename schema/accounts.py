"""Households, profiles and devices, as clients see them."""

from datetime import datetime
from typing import Annotated

import strawberry

from domain import accounts as domain
from domain import profiles as profiles_domain
from domain.accounts import DeviceKind, SubscriptionTier
from domain.scalars import Locale
from resolvers import accounts, watching
from schema.bind import attribute, field, lend, shape
from schema.nodes import Node
from schema.problems import GenericProblem
from schema.watching import ResumeConnection

strawberry.enum(SubscriptionTier, description="What the household pays for.")
strawberry.enum(DeviceKind, description="What somebody is watching on.")

lend(
    domain.DeviceInput,
    "How a device introduces itself.",
    installation_id="Made by the app once, and the same over sign-ins.",
    kind="What it is.",
    name="What people call it, as in 'Living room'.",
    app_version="For support.",
)
lend(
    domain.SignInInput,
    "An e-mail address, its password, and the device asking.",
    email="Upper and lower case are the same.",
    password="As it was chosen.",  # noqa: S106 - a description
    device="Where the session will live.",
)


@shape(profiles_domain.Profile, "One viewer of a household.")
class Profile(Node):
    name: str = attribute("What the household calls them.")
    kids: bool = attribute("Whether it is a child's.")
    maturity_age: int = attribute("Highest certification it may see, in years from 0 to 18.")
    ui_locale: Locale = attribute("The language of menus.")
    continue_watching: ResumeConnection | None = field(
        watching.continue_watching,
        "Begun and not finished, latest first; for the chosen profile only.",
        semantic_non_null=True,
    )


@shape(domain.Account, "A household.")
class Account(Node):
    email: str = attribute("The address it signs in with.")
    tier: SubscriptionTier = attribute("What it pays for.")
    profiles: list[Profile] = field(accounts.profiles, "Who watches, oldest first.")


@shape(domain.Device, "An installation of an app that somebody signed in on.")
class Device(Node):
    kind: DeviceKind = attribute("What it is.")
    name: str = attribute("What people call it.")
    last_seen_at: datetime = attribute("When it last signed in or refreshed its token.")
    current: bool = field(accounts.is_current, "Whether it is the one that asks.")


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


SignInResult = Annotated[
    SignedIn | GenericProblem, strawberry.union("SignInResult", description="Of `signIn`.")
]
SelectProfileResult = Annotated[
    SignedIn | GenericProblem,
    strawberry.union("SelectProfileResult", description="Of `selectProfile`."),
]
