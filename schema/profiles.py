"""The viewers of a household, as clients see them."""

from typing import Annotated

import strawberry

from domain import profiles as domain
from domain.profiles import SubtitleMode
from domain.scalars import Locale
from resolvers import profiles, watching
from schema.bind import attribute, field, lend, shape
from schema.catalog import Artwork
from schema.nodes import Node
from schema.problems import GenericProblem, PinRequired
from schema.watching import ResumeConnection

strawberry.enum(SubtitleMode, description="When subtitles are shown.")

AUDIO = "Languages of sound, best first; empty for the film's own."
SUBTITLES = "Languages of subtitles, best first; empty for the language of menus."

lend(
    domain.ProfileInput,
    "What to change of a profile; what is left out stays as it is.",
    profile_id="Which one; without it, a new one is made.",
    name="What the household calls them, from 1 to 40 characters; no two are alike.",
    avatar="The `variantId` of one of `Account.avatars`; empty for none.",
    kids="Whether it is a child's, which sees nothing above 12.",
    maturity_age="Highest certification it may see, in years from 0 to 18.",
    pin="4 to 8 digits, asked to enter it, or to leave it when it is a child's; empty for none.",
    current_pin="The PIN it has, to change `kids`, `maturityAge` or `pin`.",
    ui_locale="The language of menus.",
    audio=AUDIO,
    subtitles=SUBTITLES,
    subtitle_mode="When subtitles are shown.",
    autoplay_next="Whether the next episode begins by itself.",
    autoplay_previews="Whether previews play by themselves.",
    data_saver="Whether to watch in less detail, for less data.",
)


@shape(domain.PlaybackPreferences, "How somebody likes films to be played.")
class PlaybackPreferences:
    audio: list[Locale] = attribute(AUDIO)
    subtitles: list[Locale] = attribute(SUBTITLES)
    subtitle_mode: SubtitleMode = attribute("When subtitles are shown.")
    autoplay_next: bool = attribute("Whether the next episode begins by itself.")
    autoplay_previews: bool = attribute("Whether previews play by themselves.")
    data_saver: bool = attribute("Whether to watch in less detail, for less data.")


@shape(domain.Profile, "One viewer of a household.")
class Profile(Node):
    name: str = attribute("What the household calls them.")
    avatar: Artwork | None = field(profiles.avatar, "Their face; null until one is chosen.")
    kids: bool = attribute("Whether it is a child's.")
    pinned: bool = attribute("Whether it has a PIN.")
    maturity_age: int = attribute("Highest certification it may see, in years from 0 to 18.")
    ui_locale: Locale = attribute("The language of menus.")
    playback: PlaybackPreferences = attribute("How they like films to be played.")
    continue_watching: ResumeConnection | None = field(
        watching.continue_watching,
        "Begun and not finished, latest first; for the chosen profile only.",
        semantic_non_null=True,
    )


@shape(domain.ProfileSaved, "A profile is as it was wanted.")
class ProfileSaved:
    profile: Profile = attribute("As it is now.")


SaveProfileResult = Annotated[
    ProfileSaved | PinRequired | GenericProblem,
    strawberry.union("SaveProfileResult", description="Of `saveProfile`."),
]
