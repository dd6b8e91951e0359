import pytest

from domain.scalars import Locale
from domain.texts import fallbacks


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("de", ("de",)),
        ("de-AT", ("de-at", "de")),
        ("zh-Hant-TW", ("zh-hant-tw", "zh-hant", "zh")),
        ("EN-gb", ("en-gb", "en")),
    ],
)
def test_a_locale_falls_back_to_ever_wider_tags(locale: str, expected: tuple[str, ...]) -> None:
    assert fallbacks(Locale(locale)) == expected
