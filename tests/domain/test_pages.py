from datetime import UTC, datetime

from domain.catalog import Genre
from domain.degradation import Dependency
from domain.ids import GenreId, TitleId
from domain.pages import (
    NO_PICTURES,
    OLD_CATALOGUE,
    Provenance,
    RowKind,
    RowLayout,
    Source,
    compose_home,
    item_id,
    provenance,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DRAMA = Genre(GenreId("gen_1"), "Drama")
SPACE = Genre(GenreId("gen_2"), "Space")
LIVE = Provenance(Source.LIVE, NOW)
STALE = Provenance(Source.STALE, NOW, degraded=True, reason="Postgres is away.")


def test_home_is_continue_watching_then_new_then_a_row_for_each_genre():
    page = compose_home([DRAMA, SPACE], titles=LIVE, progress=LIVE)

    assert [(row.kind, row.heading) for row in page.rows] == [
        (RowKind.CONTINUE_WATCHING, "Continue watching"),
        (RowKind.NEW_RELEASES, "New"),
        (RowKind.GENRE, "Drama"),
        (RowKind.GENRE, "Space"),
    ]
    assert page.rows[0].layout is RowLayout.RESUME


def test_the_same_row_has_the_same_id_tomorrow_and_in_another_place():
    today = compose_home([DRAMA, SPACE], titles=LIVE, progress=LIVE)
    tomorrow = compose_home([SPACE, DRAMA], titles=LIVE, progress=LIVE)

    assert today.id == tomorrow.id
    assert {row.id for row in today.rows} == {row.id for row in tomorrow.rows}
    assert len({row.id for row in today.rows}) == 4


def test_a_title_in_two_rows_is_two_cards():
    title = TitleId("mov_1")

    assert item_id("row_1", title) != item_id("row_2", title)
    assert item_id("row_1", title) == item_id("row_1", title)


def test_continue_watching_may_come_from_elsewhere_than_the_rest():
    page = compose_home([DRAMA], titles=LIVE, progress=STALE)

    assert page.provenance is LIVE
    assert [row.provenance for row in page.rows] == [STALE, LIVE, LIVE]


def test_what_is_missing_is_said_in_full():
    assert provenance(Source.LIVE, NOW, {Dependency.REDIS}) == LIVE
    assert provenance(Source.LIVE, NOW, {Dependency.OBJECTS}) == Provenance(
        Source.LIVE, NOW, degraded=True, reason=NO_PICTURES
    )
    assert provenance(Source.STALE, NOW, {Dependency.OBJECTS}, OLD_CATALOGUE) == Provenance(
        Source.STALE, NOW, degraded=True, reason=f"{OLD_CATALOGUE} {NO_PICTURES}"
    )
