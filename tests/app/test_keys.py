"""Does another key take over without anybody being signed out?"""

import json
import stat

import pytest

from app.home import open_home
from domain.errors import TokenInvalid
from domain.token_keys import TokenKeys
from domain.tokens import issue_access, read_access
from tests.app.outside import marquee
from tests.forgery import ACCESS, NOW


@pytest.fixture
def home(tmp_path):
    with open_home(tmp_path / "home"):
        pass
    return tmp_path / "home"


def ring(home):
    return TokenKeys.from_pem((home / "secrets" / "token_key").read_text(), issuer="x")


def keys(home, *words):
    done = marquee("keys", *words, "--json", home=home)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["keys"]


def test_a_new_key_signs_and_the_one_before_is_believed_once_more(home):
    first = ring(home)
    token = issue_access(first, ACCESS)

    told = keys(home, "rotate")
    second = ring(home)

    assert told == keys(home, "list")
    assert told == [{"kid": second.id, "signs": True}, {"kid": first.id, "signs": False}]
    assert second.id != first.id
    assert read_access(second, token, now=NOW) == ACCESS
    assert stat.S_IMODE((home / "secrets" / "token_key").stat().st_mode) == 0o600
    with open_home(home):  # the home is whole
        pass

    keys(home, "rotate")
    with pytest.raises(TokenInvalid):
        read_access(ring(home), token, now=NOW)
    assert read_access(ring(home), issue_access(second, ACCESS), now=NOW) == ACCESS


def test_a_key_that_leaked_is_believed_no_more(home):
    token = issue_access(ring(home), ACCESS)

    told = keys(home, "rotate", "--leaked")

    assert [key["signs"] for key in told] == [True]
    with pytest.raises(TokenInvalid):
        read_access(ring(home), token, now=NOW)


def test_the_key_of_a_house_that_runs_stays(home):
    before = ring(home).id
    with open_home(home):
        done = marquee("keys", "rotate", home=home)

    assert (done.returncode, ring(home).id) == (2, before)
    assert "already running" in done.stderr


def test_a_key_that_somebody_gave_is_theirs_to_rotate(home, tmp_path):
    before = ring(home).id
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "token_key").write_text((home / "secrets" / "token_key").read_text())

    done = marquee("keys", "rotate", home=home, MARQUEE_SECRETS=str(tmp_path / "own"))

    assert (done.returncode, ring(home).id) == (2, before)
    assert "docs/operations.md" in done.stderr


def test_where_no_house_is_there_is_no_key_and_none_is_made(tmp_path):
    for command in ("list", "rotate"):
        done = marquee("keys", command, home=tmp_path / "none")

        assert done.returncode == 2
        assert "There is no key" in done.stderr
    assert not (tmp_path / "none").exists()
