"""What there is to watch, as clients see it."""

import strawberry

from domain import catalog as domain
from domain import people as people_domain
from domain import watching as watching_domain
from domain.catalog import ArtworkRole, TextLength
from domain.profiles import Avatar
from domain.scalars import Url
from domain.watching import ActionKind
from resolvers import catalog, people
from schema.bind import attribute, field, shape
from schema.connections import Connection, PageInfo
from schema.nodes import Node
from schema.watching import WatchState

strawberry.enum(ArtworkRole, description="What a picture is for; each role has its own shape.")
strawberry.enum(TextLength, description="How much room the screen has.")
strawberry.enum(ActionKind, description="What the one button does.")

ARTWORK_ROLE = "What the picture is for."
CREDITS = "As they roll: who made it, then who is seen in it."


@shape(domain.Genre, "A shelf label.")
class Genre(Node):
    name: str = attribute("As shown.")


@shape(domain.Certification, "From which age a title may be seen.")
class Certification:
    label: str = attribute("What a badge shows.")
    board: str = attribute("Whose scale it is.")
    age: int = attribute("In years, from 0 to 18.")


@shape(domain.Artwork | Avatar, "A picture. Paint `dominantColor` before it arrives.")
class Artwork:
    url: Url = field(catalog.artwork_url, "The same for weeks, so it may be cached.")
    width: int = attribute("In pixels.")
    height: int = attribute("In pixels.")
    dominant_color: str = attribute("As #rrggbb.")
    alt: str = field(catalog.alt, "For those who do not see it.")
    variant_id: strawberry.ID = field(catalog.variant_id, "Which of several it is.")


@shape(domain.Rendition, "One rung, as measured on the real output.")
class Rendition:
    height: int = attribute("In lines.")
    codec: str = attribute("As in RFC 6381.")
    average_kbps: int = attribute("Over the whole film.")
    peak_kbps: int = attribute("Over its largest segment.")


@shape(domain.Storyboard, "A sprite of thumbnails for seeking, left to right, top to bottom.")
class Storyboard:
    sprite_url: Url = field(catalog.artwork_url, "The signed picture.")
    columns: int = attribute("Thumbnails side by side.")
    tile_width: int = attribute("In pixels.")
    tile_height: int = attribute("In pixels.")
    interval_ms: int = attribute("From one thumbnail to the next.")


@shape(domain.Media, "What a playable plays.")
class MediaSummary:
    max_height: int = attribute("Lines of its best rung.")
    storyboard: Storyboard | None = attribute("Null for films without one.")
    ladder: list[Rendition] = attribute("Its rungs, lowest first.")


@strawberry.interface(description="Anything a player can open.")
class Playable(Node):
    name: str = attribute("As shown.")
    runtime_ms: int = attribute("From the first frame to the last.")
    watch_state: WatchState | None = field(
        catalog.watch_state, "Where this profile is in it; null when untouched."
    )
    media: MediaSummary | None = field(
        catalog.media, "What it plays; null while it is being prepared."
    )


@shape(watching_domain.PrimaryAction, "The one button of a title.")
class PrimaryAction:
    label: str = attribute("What it says.")
    kind: ActionKind = attribute("What it does.")
    target: Playable | None = attribute("What it plays.")
    resume_ms: int | None = attribute("From where, when it resumes.")


@strawberry.interface(description="Anything with a detail page.")
class Title(Node):
    name: str = attribute("As shown.")
    synopsis: str = field(catalog.synopsis, "As much of it as there is room for.")
    year: int | None = attribute("Of first release.")
    certification: Certification | None = attribute("From which age it may be seen.")
    genres: list[Genre] = field(catalog.genres, "The most telling first.")
    artwork: Artwork | None = field(catalog.artwork, "A picture of it.", role=ARTWORK_ROLE)
    primary_action: PrimaryAction | None = field(
        catalog.primary_action, "The one button; null while there is nothing to play."
    )


@shape(people_domain.Person, "Somebody whose name is on titles.")
class Person(Node):
    name: str = attribute("As in the credits.")
    filmography: Connection[Title] | None = field(
        people.filmography, "What this profile may see of their work, newest first."
    )


@strawberry.type(description="One line of a title's credits.")
class CreditEdge:
    cursor: str = attribute("Opaque; go on after it.")
    node: Person = field(people.credited, "Whose line it is.")
    role: str = field(people.credit_role, "What they did: DIRECTOR, WRITER, COMPOSER or CAST.")
    character: str | None = field(people.character, "Whom they play, in the cast.")


@strawberry.type(description="A part of a title's credits.")
class CreditConnection:
    edges: list[CreditEdge] = attribute("Its lines, in order.")
    page_info: PageInfo = attribute("Whether there is more.")


@shape(domain.Movie, "A film.")
class Movie(Title, Playable):
    credits: CreditConnection | None = field(people.credits, CREDITS)


@shape(domain.Episode, "One part of a series.")
class Episode(Playable):
    series: "Series" = field(catalog.episode_series, "What it is part of.")
    season: "Season" = field(catalog.episode_season, "The season it is part of.")
    number: int = attribute("In its season, from 1.")
    synopsis: str = field(catalog.synopsis, "As much of it as there is room for.")
    still: Artwork | None = field(catalog.still, "A picture out of it.")
    next: "Episode | None" = field(catalog.next_episode, "The one that follows.")


@shape(domain.Season, "Episodes of a series that belong together.")
class Season(Node):
    number: int = attribute("In its series, from 1.")
    name: str = attribute("As shown.")
    episodes: Connection[Episode] | None = field(
        catalog.episodes, "In order.", semantic_non_null=True
    )


@shape(domain.Series, "A title made of episodes.")
class Series(Title):
    seasons: list[Season] = field(catalog.seasons, "In order.")
    episode_count: int = field(catalog.episode_count, "Of all seasons.")
    next_up: Episode | None = field(
        catalog.next_up, "The unfinished episode, else the next, else the first."
    )
    credits: CreditConnection | None = field(people.credits, CREDITS)
