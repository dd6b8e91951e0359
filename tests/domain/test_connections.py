import pytest

from domain.connections import check_first, connect, read_cursor, read_number, write_cursor
from domain.errors import InvalidInput


def test_a_cursor_gives_back_the_place_it_was_made_of():
    cursor = write_cursor("2026-01-01T00:00:00+00:00", "mov_1")

    assert read_cursor(cursor, 2) == ["2026-01-01T00:00:00+00:00", "mov_1"]


def test_a_number_survives_its_cursor():
    assert read_number(write_cursor(7)) == 7


@pytest.mark.parametrize(
    "cursor",
    ["", "?", "é", "AAAA", "A", write_cursor(1, 2), write_cursor("x"), write_cursor(10**30)],
)
def test_a_cursor_that_was_not_made_here_is_refused(cursor):
    with pytest.raises(InvalidInput) as refused:
        read_number(cursor)

    assert refused.value.field == ["after"]


@pytest.mark.parametrize("first", [0, -1, 51])
def test_a_list_is_asked_for_in_parts_of_one_to_fifty(first):
    with pytest.raises(InvalidInput):
        check_first(first)


def test_one_entry_too_many_says_that_there_is_more():
    part = connect([("a", 1), ("b", 2), ("c", 3)], first=2, after="z")

    assert [edge.node for edge in part.edges] == [1, 2]
    assert part.page_info.has_next_page
    assert part.page_info.has_previous_page
    assert (part.page_info.start_cursor, part.page_info.end_cursor) == ("a", "b")


def test_an_empty_list_has_no_cursors():
    part = connect([], first=2, after=None)

    assert not part.page_info.has_next_page
    assert part.page_info.end_cursor is None
