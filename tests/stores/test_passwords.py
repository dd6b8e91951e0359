import asyncio
import threading

import pytest
from argon2 import PasswordHasher, Type

from domain.errors import Overloaded
from stores.passwords import (
    LANES,
    MEMORY_KIB,
    MOST_WAITING,
    NOBODY,
    PASSES,
    THREADS,
    Passwords,
)
from tests.waiting import DEADLINE_S, until


@pytest.fixture
def passwords():
    opened = Passwords()
    yield opened
    opened.close()


async def hold(passwords, ends):
    async with passwords.turn():
        await ends.wait()


async def full(passwords):
    """All turns taken until `ends` is set, and all places where one may wait for another."""
    ends = asyncio.Event()
    held = [asyncio.create_task(hold(passwords, ends)) for _ in range(THREADS + MOST_WAITING)]

    async def all_there():
        return passwords.waiting == MOST_WAITING

    await until(all_there)
    return held, ends


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


@pytest.mark.parametrize(
    ("chosen", "typed"),
    [
        ("caf\u00e9 noir", "cafe\u0301 noir"),  # a dead key, and a key of its own
        ("password", "\uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff44"),  # a Japanese keyboard
        ("\uac00\uac01", "\u1100\u1161\u1100\u1161\u11a8"),  # Korean, composed and not
    ],
)
async def test_the_same_keys_of_another_keyboard_are_the_same_password(passwords, chosen, typed):
    stored = await passwords.hash(chosen)

    assert await passwords.verify(stored, typed)


async def test_upper_case_and_spaces_are_part_of_a_password(passwords):
    stored = await passwords.hash("correct horse")

    for typed in ("Correct horse", "correct horse ", "correcthorse"):
        assert not await passwords.verify(stored, typed)


async def test_what_no_terminal_could_decode_is_wrong_and_no_crash(passwords):
    stored = await passwords.hash("correct horse")

    assert not await passwords.verify(stored, "correct horse\udcff")


async def test_a_hash_of_other_figures_is_outdated_and_still_matches(passwords):
    weaker = PasswordHasher(PASSES - 1, MEMORY_KIB // 2, LANES, type=Type.ID).hash("correct horse")

    assert passwords.is_outdated(weaker)
    assert await passwords.verify(weaker, "correct horse")
    assert not passwords.is_outdated(await passwords.hash("correct horse"))


async def test_hashing_never_runs_in_the_thread_of_the_loop(passwords):
    seen = []

    async with passwords.turn() as hashing:
        await hashing._run(lambda: seen.append(threading.current_thread()))

    assert seen != [threading.main_thread()]
    assert seen[0].name.startswith("argon2")


async def test_so_many_may_wait_and_whoever_comes_then_is_told_when_to_come_again(passwords):
    held, ends = await full(passwords)
    with pytest.raises(Overloaded) as refused:
        await asyncio.wait_for(passwords.verify(None, "correct horse"), DEADLINE_S)
    ends.set()
    await asyncio.gather(*held)

    assert refused.value.retry_after_seconds == 2
    assert not await passwords.verify(None, "correct horse")


async def test_one_who_goes_away_while_waiting_leaves_the_place_to_others(passwords):
    held, ends = await full(passwords)
    held[-1].cancel()
    await asyncio.gather(held[-1], return_exceptions=True)
    last = asyncio.create_task(hold(passwords, ends))
    ends.set()

    await asyncio.gather(*held[:-1], last)
    assert passwords.waiting == 0
