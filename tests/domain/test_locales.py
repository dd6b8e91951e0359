import pytest

from domain.errors import InvalidInput
from domain.locales import normal_tag


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("de", "de"),
        ("EN-gb", "en-GB"),
        (" pt-br ", "pt-BR"),
        ("ZH-hant-tw", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("zh-yue-hk", "zh-yue-HK"),
        ("DE-ch-1901", "de-CH-1901"),
        ("sl-Rozaj-Biske", "sl-rozaj-biske"),
        ("EN-us-U-CA-Gregory", "en-US-u-ca-gregory"),  # nothing after a singleton is cased
        ("de-x-LATN-de", "de-x-latn-de"),
        ("aaaaaaaa", "aaaaaaaa"),
    ],
)
def test_a_language_tag_is_kept_in_the_spelling_of_rfc_5646(written, kept):
    assert normal_tag(written) == kept
    assert normal_tag(kept) == kept


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "d",
            "en_US",
            "en-",
            "-en",
            "e1",
            "12",
            "en-a",
            "en--GB",
            "en-toolongsubtag",
            "x-one",
        ),
        "\N{LATIN SMALL LETTER LONG S}v",
        "en-GB\0",
        "de-variant1-variant2-variant3-variant4",  # more than there is room for
    ],
)
def test_what_is_no_language_tag_names_the_field(text):
    with pytest.raises(InvalidInput) as refused:
        normal_tag(text, "input", "uiLocale")

    assert refused.value.field == ["input", "uiLocale"]
