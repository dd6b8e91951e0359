from domain.catalog import Certification, TextLength, abridge

LONG = (
    "A lighthouse keeper who has not slept for a year begins to see ships that are not there yet,"
    " and saves them."
)


def test_a_short_text_is_left_alone():
    assert abridge("Two words.", TextLength.TINY) == "Two words."


def test_a_long_text_is_cut_at_a_word():
    cut = abridge(LONG, TextLength.TINY)

    assert cut == "A lighthouse keeper who has not slept for a year begins to…"
    assert len(cut) <= 60


def test_the_full_text_is_never_cut():
    assert abridge(LONG * 9, TextLength.FULL) == LONG * 9


def test_a_badge_shows_an_age_or_that_all_may_see_it():
    assert [Certification(age).label for age in (0, 12)] == ["All", "12+"]
