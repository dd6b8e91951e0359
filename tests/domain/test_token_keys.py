import base64

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from domain.errors import TokenInvalid
from domain.token_keys import TokenKeys
from domain.tokens import issue_access, read_access
from tests.forgery import ACCESS, KEY, NOW, SECRET

ISSUER = KEY.issuer
NEXT = Ed25519PrivateKey.from_private_bytes(b"2" * 32)


def pem_of(key):
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def test_the_key_id_is_the_thumbprint_of_rfc_8037():
    d = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="  # appendix A.1 and A.3
    key = Ed25519PrivateKey.from_private_bytes(base64.urlsafe_b64decode(d))

    assert TokenKeys([key], issuer="x").id == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_a_key_is_read_from_its_pem_file():
    pem = pem_of(SECRET)

    key = TokenKeys.from_pem(pem, issuer="http://house.test")

    assert read_access(key, issue_access(KEY, ACCESS), now=NOW) == ACCESS


def test_a_pem_file_of_another_kind_of_key_is_refused():
    pem = pem_of(generate_private_key(SECP256R1()))

    with pytest.raises(ValueError, match="not an Ed25519 key"):
        TokenKeys.from_pem(pem, issuer="x")


@pytest.mark.parametrize(
    "pem",
    [
        "",
        "nothing",
        pem_of(SECRET).replace("M", "%"),
        pem_of(SECRET) + pem_of(generate_private_key(SECP256R1())),
        pem_of(SECRET)[:-30],
    ],
    ids=range(5),
)
def test_what_is_not_all_keys_is_refused_as_a_whole(pem):
    with pytest.raises(ValueError):  # noqa: PT011 - some are ours, some of the library
        TokenKeys.from_pem(pem, issuer="x")


def test_keys_may_stand_apart_and_have_words_between_them():
    pem = f"# of May\r\n{pem_of(NEXT)}\n\n# of June\n{pem_of(SECRET)}\n"

    assert len(TokenKeys.from_pem(pem, issuer="x").public_keys) == 2


def test_tokens_of_both_keys_are_good_while_one_replaces_the_other():
    rotated = TokenKeys.from_pem(pem_of(NEXT) + pem_of(SECRET), issuer=ISSUER)
    old, new = issue_access(KEY, ACCESS), issue_access(rotated, ACCESS)

    assert jwt.get_unverified_header(old)["kid"] == KEY.id
    assert jwt.get_unverified_header(new)["kid"] == TokenKeys([NEXT], issuer=ISSUER).id
    assert read_access(rotated, old, now=NOW) == ACCESS
    assert read_access(rotated, new, now=NOW) == ACCESS


def test_a_key_that_is_taken_in_first_is_believed_before_it_signs():
    told = TokenKeys([SECRET, NEXT], issuer=ISSUER)

    assert read_access(told, issue_access(TokenKeys([NEXT], issuer=ISSUER), ACCESS), now=NOW)
    assert jwt.get_unverified_header(issue_access(told, ACCESS))["kid"] == KEY.id


def test_a_retired_key_is_refused_once_it_is_dropped():
    token = issue_access(KEY, ACCESS)
    assert read_access(TokenKeys([NEXT, SECRET], issuer=ISSUER), token, now=NOW) == ACCESS

    with pytest.raises(TokenInvalid):
        read_access(TokenKeys([NEXT], issuer=ISSUER), token, now=NOW)


def test_a_signature_counts_for_the_key_it_names_only():
    """Another key of ours made it, which is not the same."""
    keys = TokenKeys([SECRET, NEXT], issuer=ISSUER)
    body = issue_access(keys, ACCESS).rpartition(".")[0]

    token = f"{body}.{base64.urlsafe_b64encode(NEXT.sign(body.encode())).decode().rstrip('=')}"

    with pytest.raises(TokenInvalid):
        read_access(keys, token, now=NOW)


def test_anybody_with_the_public_keys_can_check_a_token_of_either():
    keys = TokenKeys([NEXT, SECRET], issuer=ISSUER)

    published = jwt.PyJWKSet.from_dict(keys.jwks())

    assert len(published.keys) == 2
    for token in (issue_access(KEY, ACCESS), issue_access(keys, ACCESS)):
        key = published[jwt.get_unverified_header(token)["kid"]]
        options = {"verify_exp": False, "verify_iat": False}
        claims = jwt.decode(token, key, ["EdDSA"], audience="marquee", options=options)
        assert claims["did"] == ACCESS.device_id


def test_what_is_published_holds_no_private_key():
    keys = TokenKeys([NEXT, SECRET], issuer=ISSUER)

    for published in keys.jwks()["keys"]:
        assert set(published) == {"kty", "crv", "x", "kid", "alg", "use"}
