from dataclasses import replace
from datetime import timedelta

import jwt
import pytest

from domain import tokens
from domain.errors import TokenExpired, TokenInvalid
from domain.tokens import (
    CLOCKS_APART,
    Scope,
    issue_access,
    issue_license,
    read_access,
    read_license,
)
from tests.forgery import ACCESS, KEY, LICENSE, NOW, OWN_CLAIMS, OWN_HEADER, SECRET, forge


def test_an_access_token_gives_back_what_was_put_in():
    token = issue_access(KEY, ACCESS)

    assert read_access(KEY, token, now=NOW) == ACCESS


def test_an_access_token_works_before_a_profile_is_chosen():
    claims = replace(ACCESS, profile_id=None)

    assert read_access(KEY, issue_access(KEY, claims), now=NOW) == claims


def test_a_license_token_gives_back_what_was_put_in():
    token = issue_license(KEY, LICENSE)

    assert read_license(KEY, token, now=NOW) == LICENSE


def test_the_forger_of_these_tests_writes_what_the_house_writes():
    assert forge(OWN_HEADER, OWN_CLAIMS) == issue_access(KEY, ACCESS)


def test_a_token_is_good_until_its_last_second_and_not_at_its_end():
    token = issue_access(KEY, ACCESS)

    assert read_access(KEY, token, now=ACCESS.expires_at - timedelta(microseconds=1)) == ACCESS
    with pytest.raises(TokenExpired):
        read_access(KEY, token, now=ACCESS.expires_at)


def test_an_outage_lets_a_token_live_longer_and_not_begin_earlier():
    token = issue_access(KEY, ACCESS)
    late = ACCESS.expires_at + timedelta(hours=1)

    assert read_access(KEY, token, now=late, grace=timedelta(hours=2)) == ACCESS
    with pytest.raises(TokenExpired):
        read_access(KEY, token, now=late, grace=timedelta(hours=1))


@pytest.mark.parametrize("name", ["iat", "nbf"])
def test_a_token_that_has_not_begun_is_refused_at_both_doors(name):
    begins = int((NOW + CLOCKS_APART).timestamp())
    license_header = OWN_HEADER | {"typ": "license+jwt"}
    license_claims = {
        "iss": KEY.issuer,
        "aud": "license",
        "exp": int(LICENSE.expires_at.timestamp()),
        "sid": LICENSE.session_id,
    }
    doors = [(read_access, OWN_HEADER, OWN_CLAIMS), (read_license, license_header, license_claims)]

    for read, header, claims in doors:
        assert read(KEY, forge(header, claims | {name: begins}), now=NOW)
        with pytest.raises(TokenInvalid):
            read(KEY, forge(header, claims | {name: begins + 1}), now=NOW)


def test_a_proven_token_is_not_let_in_again_when_its_time_is_over_or_has_not_come():
    token = issue_access(KEY, ACCESS)
    assert read_access(KEY, token, now=NOW) == ACCESS

    with pytest.raises(TokenExpired):
        read_access(KEY, token, now=ACCESS.expires_at)
    with pytest.raises(TokenInvalid):
        read_access(KEY, token, now=NOW - timedelta(hours=1))
    assert read_access(KEY, token, now=NOW) == ACCESS


def test_no_more_tokens_are_remembered_than_a_process_has_room_for():
    assert tokens._proven_access.cache_parameters() == {"maxsize": 8192, "typed": False}


def test_a_token_of_before_epochs_has_run_out_so_that_its_app_gets_another():
    claims = {name: claim for name, claim in OWN_CLAIMS.items() if name != "epo"}

    with pytest.raises(TokenExpired):
        read_access(KEY, forge(OWN_HEADER, claims), now=NOW)


def test_a_token_opens_what_its_profile_may():
    nobody = replace(ACCESS, profile_id=None)
    child = replace(ACCESS, kids=True)

    assert nobody.scopes == {Scope.SIGNED_IN, Scope.ACCOUNT}
    assert ACCESS.scopes == {Scope.SIGNED_IN, Scope.ACCOUNT, Scope.PROFILE}
    assert child.scopes == {Scope.SIGNED_IN, Scope.PROFILE}


def test_any_jwt_library_can_read_an_access_token():
    token = issue_access(KEY, ACCESS)

    # The clock of the library is the real one; the rest is checked by it.
    claims = jwt.decode(
        token,
        SECRET.public_key(),
        algorithms=["EdDSA"],
        audience="marquee",
        issuer="http://house.test",
        options={"verify_exp": False, "verify_iat": False},
    )

    assert claims == OWN_CLAIMS
