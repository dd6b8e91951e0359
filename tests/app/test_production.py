"""A house as it is meant to be run: its own keys, its own certificate, and nothing open."""

import json
import ssl
import subprocess
import urllib.error
import urllib.request

import pytest

from app.documents import FILE, of_the_page
from app.embedded.machine import LOOPBACK, free_port
from tests.app.outside import certificate, marquee, own_secrets
from tests.running import command, environment, house

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not FILE.exists(), reason="the pages are not built"),
]

EMAIL, PASSWORD = "ada@house.test", "opening night"


@pytest.fixture
def given(tmp_path):
    """What an operator sets."""
    chain, key = certificate(tmp_path)
    return {
        "MARQUEE_ENV": "production",
        "MARQUEE_SECRETS": str(own_secrets(tmp_path / "own")),
        "TLS_CERTIFICATE": str(chain),
        "TLS_KEY": str(key),
    }


def asked(url, trusted, body=None, *, accept="application/graphql-response+json"):
    """Status and text of the GraphQL door, over a connection that is verified."""
    body = None if body is None else json.dumps(body)
    headers = {"content-type": "application/json", "accept": accept}
    request = urllib.request.Request(url, None if body is None else body.encode(), headers)
    context = ssl.create_default_context(cafile=trusted)
    try:
        with urllib.request.urlopen(request, timeout=10, context=context) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_production_speaks_https_and_answers_only_what_its_own_pages_ask(tmp_path, given):
    home, port = tmp_path / "home", free_port()
    _, texts = of_the_page()
    sign_in = next(id_ for id_, text in texts.items() if "mutation SignIn(" in text)
    device = {"installationId": "x", "kind": "TV", "name": "TV", "appVersion": "1"}
    with house(home, port, "--no-demo", **given) as running:
        made = marquee("accounts", "create", EMAIL, "--password-stdin", home=home, typed=PASSWORD)
        door = running.ready["graphql"]
        wanted = {"email": EMAIL, "password": PASSWORD, "device": device}
        trusted = given["TLS_CERTIFICATE"]
        by_id = {"documentId": sign_in, "variables": {"input": wanted}}
        signed_in = asked(door, trusted, by_id)
        introspected = asked(door, trusted, {"query": "{ __schema { types { name } } }"})
        visited = asked(door, trusted, accept="text/html")
        shown = marquee("settings", "--json", home=home)

    assert running.ready["url"] == f"https://{LOOPBACK}:{port}"
    assert made.returncode == 0
    assert json.loads(signed_in[1])["data"]["signIn"]["viewer"]["account"]["email"] == EMAIL
    refusal = json.loads(introspected[1])["errors"][0]["extensions"]
    assert (introspected[0], refusal["code"]) == (400, "DOCUMENT_NOT_TRUSTED")
    assert "graphiql" not in visited[1].lower()
    values = {each["name"]: each["value"] for each in json.loads(shown.stdout)["settings"]}
    assert values["MARQUEE_ENV"] == "production"  # also where it was not given
    assert values["KEYS_URL"] == (tmp_path / "own" / "master_key").as_uri()


def test_up_says_everything_that_keeps_it_from_production(tmp_path):
    refused = subprocess.run(
        command(tmp_path / "home", free_port()),
        capture_output=True,
        text=True,
        env=environment(MARQUEE_ENV="production"),
        timeout=60,
    )

    lines = refused.stderr.splitlines()
    assert (refused.returncode, refused.stdout) == (2, "")
    assert [line.split()[0] for line in lines if "Starting" not in line] == [
        *("TOKEN_KEY", "MEDIA_KEY", "KEYS_URL", "PUBLIC_URL", "The"),
    ]
