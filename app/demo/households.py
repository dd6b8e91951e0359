"""Who lives in the demo: two households, and what each of their viewers may see."""

from dataclasses import dataclass

from domain.accounts import SubscriptionTier

EMAIL = "demo@marquee.example"  # .example belongs to nobody, so no mail can go astray
PASSWORD = "opening-night"  # noqa: S105 - printed at every start; it guards invented people


@dataclass(frozen=True, slots=True)
class DemoProfile:
    """One viewer, and what they have begun: names of films, and how far in they are, 0 to 1."""

    name: str
    kids: bool
    maturity_age: int
    ui_locale: str
    begun: tuple[tuple[str, float], ...] = ()


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
            DemoProfile("Mira", kids=False, maturity_age=18, ui_locale="en-GB"),  # new here
            DemoProfile(
                "Joon",
                kids=False,
                maturity_age=13,
                ui_locale="en-GB",
                begun=(("The Deep End of Tuesday", 0.4), ("A Picnic for the Moon", 0.7)),
            ),
            DemoProfile("Pip", kids=True, maturity_age=7, ui_locale="en-GB"),
        ),
    ),
    Household(
        "neighbours@marquee.example",
        SubscriptionTier.STANDARD,
        (
            DemoProfile(
                "Oskar",
                kids=False,
                maturity_age=18,
                ui_locale="de-DE",
                begun=(("Seven Red Circles", 0.3), ("Everyone on the Fourth Floor", 0.6)),
            ),
            DemoProfile(
                "Inês",
                kids=False,
                maturity_age=18,
                ui_locale="pt-PT",
                begun=(("A Quiet Word with the Sea", 0.5),),
            ),
            DemoProfile(
                "Lene",
                kids=False,
                maturity_age=13,
                ui_locale="de-DE",
                begun=(("Nine Thousand Doors", 0.2), ("Slow Weather", 0.8)),
            ),
            DemoProfile("Emil", kids=True, maturity_age=7, ui_locale="de-DE"),
        ),
    ),
)
