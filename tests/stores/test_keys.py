from uuid import uuid4

import pytest

from stores.keys import Keys, KeyUnreadable, open_keys

KEY = bytes(range(16))


def test_a_wrapped_key_opens_under_the_same_master_key_and_id():
    keys, kid = Keys(bytes(32)), uuid4()

    wrapped = keys.wrap(kid, KEY)

    assert KEY not in wrapped
    assert keys.unwrap(kid, wrapped) == KEY
    assert keys.wrap(kid, KEY) != wrapped  # a nonce is never used twice


@pytest.mark.parametrize("what", ["another id", "another master key", "a changed byte"])
def test_a_wrapped_key_opens_nowhere_else(what):
    keys, kid = Keys(bytes(32)), uuid4()
    wrapped = keys.wrap(kid, KEY)
    if what == "another id":
        kid = uuid4()
    elif what == "another master key":
        keys = Keys(bytes(31) + b"1")
    else:
        wrapped = wrapped[:-1] + bytes([wrapped[-1] ^ 1])

    with pytest.raises(KeyUnreadable):
        keys.unwrap(kid, wrapped)


def test_the_master_key_is_read_from_its_file(tmp_path):
    file = tmp_path / "master key"
    file.write_text("00" * 32 + "\n")
    wrapped = Keys(bytes(32)).wrap(kid := uuid4(), KEY)

    assert open_keys(file.as_uri()).unwrap(kid, wrapped) == KEY


def test_a_master_key_that_is_somewhere_unknown_is_refused():
    with pytest.raises(ValueError, match="https"):
        open_keys("https://keys.test/master")


@pytest.mark.parametrize("text", ["00" * 16, "00" * 31, "00" * 33, "", "no hexadecimal"])
def test_a_master_key_of_another_length_is_refused_and_not_shown(tmp_path, text):
    file = tmp_path / "master_key"
    file.write_text(text)

    with pytest.raises(ValueError, match="not 32 bytes") as refusal:
        open_keys(file.as_uri())

    assert str(refusal.value) == f"The master key {file} is not 32 bytes in hexadecimal."
