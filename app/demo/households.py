"""Who lives in the demo: two households, and what each of their viewers may see."""

from dataclasses import dataclass

from domain.accounts import SubscriptionTier

EMAIL = "demo@marquee.example"  # .example belongs to nobody, so no mail can go astray
PASSWORD = "opening-night"  # noqa: S105 - printed at every start; it guards invented people


@dataclass(frozen=True, slots=True)
class DemoProfile:
    """One viewer."""

    name: str
    kids: bool
    maturity_age: int
    ui_locale: str


@dataclass(frozen=True, slots=True)
class Household:
    """An account, all with the same password."""

    email: str
    tier: SubscriptionTier
    profiles: tuple[DemoProfile, ...]


HOUSEHOLDS = (
    Household(
        EMAIL,
        SubscriptionTier.PREMIUM,
        (
            DemoProfile("Mira", kids=False, maturity_age=18, ui_locale="en-GB"),
            DemoProfile("Joon", kids=False, maturity_age=13, ui_locale="en-GB"),
            DemoProfile("Pip", kids=True, maturity_age=7, ui_locale="en-GB"),
        ),
    ),
    Household(
        "neighbours@marquee.example",
        SubscriptionTier.STANDARD,
        (
            DemoProfile("Oskar", kids=False, maturity_age=18, ui_locale="de-DE"),
            DemoProfile("Inês", kids=False, maturity_age=18, ui_locale="pt-PT"),
            DemoProfile("Lene", kids=False, maturity_age=13, ui_locale="de-DE"),
            DemoProfile("Emil", kids=True, maturity_age=7, ui_locale="de-DE"),
        ),
    ),
)
