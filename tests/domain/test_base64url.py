import pytest

from domain import base64url


def test_text_comes_back_as_the_bytes_it_was_made_of():
    for size in range(20):
        raw = bytes(range(250, 256))[:size] * 3

        assert base64url.decode(base64url.encode(raw)) == raw


def test_the_spelling_has_no_plus_no_slash_and_no_padding():
    assert base64url.encode(b"\xfb\xff\xfe\xff") == "-__-_w"


@pytest.mark.parametrize("text", ["-__-_w==", "-__-_x", "+//+_w", "-__-_", "-__ -_w", "é", "A"])
def test_any_other_spelling_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 - the decoder's own words differ
        base64url.decode(text)
