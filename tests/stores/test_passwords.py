import time
from statistics import median

import pytest

from stores.passwords import Passwords

TRIES = 5


@pytest.fixture
def passwords():
    opened = Passwords()
    yield opened
    opened.close()


async def test_a_password_is_known_again_and_no_other_is(passwords):
    stored = await passwords.hash("opening-night")

    assert await passwords.verify(stored, "opening-night") is True
    assert await passwords.verify(stored, "Opening-night") is False


async def test_nobody_has_any_password_not_even_the_one_it_is_compared_with(passwords):
    assert await passwords.verify(None, "a password that nobody has") is False


async def test_a_hash_is_argon2id_at_the_cost_that_owasp_asks_for(passwords):
    stored = await passwords.hash("opening-night")

    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


async def test_nobody_costs_as_much_time_as_a_wrong_password(passwords):
    stored = await passwords.hash("opening-night")

    wrong = await _cost_s(passwords, stored)
    nobody = await _cost_s(passwords, None)

    assert 0.5 < nobody / wrong < 2  # a lookup that answered at once would be a thousandth


async def _cost_s(passwords, stored):
    """Of our own processor time, which busy neighbours do not stretch."""
    costs = []
    for _ in range(TRIES):
        before = time.process_time()
        await passwords.verify(stored, "guessed")
        costs.append(time.process_time() - before)
    return median(costs)
