"""Pages and their rows, as clients see them."""

from datetime import datetime

import strawberry

from domain import pages as domain
from domain.pages import RowKind, RowLayout, Source
from resolvers import pages
from resolvers.context import Info
from schema.bind import attribute, field, shape
from schema.catalog import Title
from schema.connections import Connection
from schema.nodes import Node
from schema.watching import WatchState

strawberry.enum(RowLayout, description="Treat a value you do not know as CARDS.")
strawberry.enum(Source, description="Where an answer came from.")


@shape(domain.Provenance, "Where an answer came from and how old it is.")
class Provenance:
    source: Source = attribute("Where it came from.")
    computed_at: datetime = attribute("How old it is.")
    degraded: bool = attribute("Whether something is missing from it.")
    reason: str | None = attribute("What is missing, and why.")


@shape(domain.RowItem, "A card.")
class RowItem(Node):
    title: Title = field(pages.item_title, "The title on it.")
    resume: WatchState | None = field(pages.item_resume, "Where the viewer is in it.")


@strawberry.interface(description="A shelf. Heading and items are always enough to show it.")
class Row(Node):
    kind: str = attribute("What fills it.")
    heading: str = attribute("What stands above it.")
    layout: RowLayout = attribute("How it wants to look.")
    provenance: Provenance = attribute("Where it came from.")
    items: Connection[RowItem] | None = field(
        pages.items, "Its cards, in order.", semantic_non_null=True
    )


@strawberry.type(description="Titles.")
class TitleRow(Row):
    @classmethod
    def is_type_of(cls, found: object, _info: Info) -> bool:
        return isinstance(found, domain.Row) and found.kind is not RowKind.CONTINUE_WATCHING


@strawberry.type(description="What was begun and not finished; read anew every time.")
class ContinueWatchingRow(Row):
    @classmethod
    def is_type_of(cls, found: object, _info: Info) -> bool:
        return isinstance(found, domain.Row) and found.kind is RowKind.CONTINUE_WATCHING


@shape(domain.Page, "Rows in the order a viewer sees them.")
class Page(Node):
    slug: str = attribute("Its name.")
    heading: str | None = attribute("What stands above it.")
    provenance: Provenance = attribute("Where it came from.")
    rows: Connection[Row] = field(pages.rows, "Its shelves, in order.")
