import pytest
from argon2 import PasswordHasher, Type

from stores.passwords import LANES, MEMORY_KIB, NOBODY, PASSES, Passwords


@pytest.fixture
def passwords():
    opened = Passwords()
    yield opened
    opened.close()


async def test_a_password_matches_its_own_hash_only(passwords):
    stored = await passwords.hash("correct horse")

    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await passwords.verify(stored, "correct horse")
    assert not await passwords.verify(stored, "correct house")


async def test_nobodys_hash_is_never_matched_but_costs_as_much(passwords):
    today = PasswordHasher(PASSES, MEMORY_KIB, LANES, type=Type.ID)

    assert not await passwords.verify(None, "")
    assert not await passwords.verify(None, "correct horse")
    assert not today.check_needs_rehash(NOBODY)
