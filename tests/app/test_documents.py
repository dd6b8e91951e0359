"""Can an app's team register its documents, and tell what may be removed?"""

import json
from datetime import UTC, datetime, timedelta

import pytest

from app.cli import EXIT_REFUSED
from app.documents import checked_name, texts_of
from schema.documents import document_id
from settings import CannotStart
from stores.sql import documents as documents_sql
from stores.sql.documents import Build, Use
from tests.app.outside import marquee

VIEWER = "query Viewer { viewer { account { email } } }\n"
NODE = "query Node($id: ID!) { node(id: $id) { id ... on Title { name } } }"
DEAR = """
query Dear { page { rows(first: 100) { edges { node { items(first: 100) { edges { node {
  id title { id name artwork { url } }
} } } } } } } }
"""


@pytest.fixture
def run(stores, services, database_url, tmp_path):
    """`marquee …` on the database of this test."""
    addresses = {
        "DATABASE_URL": database_url,
        "REDIS_URL": services.redis_url,
        "OBJECTS_URL": (tmp_path / "objects").as_uri(),
        "KEYS_URL": (tmp_path / "master_key").as_uri(),
        "TOKEN_KEY": "not asked for",
        "MEDIA_KEY": "not asked for",
    }
    return lambda *words: marquee(*words, home=tmp_path, **addresses)


@pytest.fixture
def register(run):
    return lambda *files: run("documents", "register", *files, "--app", "tv", "--build", "4.2")


def written(path, text):
    path.write_text(text if isinstance(text, str) else json.dumps(text))
    return path


async def texts(stores):
    async with stores.begin() as tx:
        return await documents_sql.texts(tx)


async def test_files_manifests_and_lists_are_registered(register, run, stores, tmp_path):
    done = register(
        written(tmp_path / "viewer.graphql", VIEWER),
        written(tmp_path / "manifest.json", {document_id(NODE): NODE}),
        written(tmp_path / "list.json", [NODE, VIEWER]),
    )

    assert done.stdout.splitlines() == [
        f"{document_id(VIEWER)}  query Viewer",
        f"{document_id(NODE)}  query Node",
        "2 documents of tv 4.2, 2 of them new.",
    ]
    assert await texts(stores) == {document_id(VIEWER): VIEWER, document_id(NODE): NODE}
    listed = run("documents", "list", "--json")
    assert json.loads(listed.stdout)["documents"][0] == {
        "id": min(document_id(VIEWER), document_id(NODE)),
        "operations": "query Viewer" if document_id(VIEWER) < document_id(NODE) else "query Node",
        "app": "tv",
        "build": "4.2",
        "lastUsed": None,
        "times": 0,
    }


@pytest.mark.parametrize(
    ("bad", "line"),
    [
        ("query Bad { viewer { nobody } }", ":1:22: Cannot query field 'nobody' on type 'Viewer'."),
        ("query Bad {", ":1:12: Syntax Error: Expected Name, found <EOF>."),
        ("query Bad {" + " viewer { __typename }" * 600 + "}", ": The document has too many parts"),
        (DEAR, ": This asks for too much at once."),
        ({"0" * 64: VIEWER}, f": {'0' * 64} is not the SHA-256 of its text."),
        ({"a": 1}, " is neither a list of documents nor an object of them by id."),
        ([[VIEWER]], " is neither a list of documents nor an object of them by id."),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path, bad, line):
    ending = "graphql" if isinstance(bad, str) else "json"
    file = written(tmp_path / f"bad.{ending}", bad)

    with pytest.raises(CannotStart) as refusal:
        texts_of([file])

    assert str(refusal.value).startswith(f"{file}{line}")


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(CannotStart, match="No such file or directory"):
        texts_of([tmp_path / "none.graphql"])


async def test_when_one_is_wrong_none_is_registered(register, stores, tmp_path):
    good = written(tmp_path / "good.graphql", VIEWER)
    bad = written(tmp_path / "bad.graphql", "query Bad { viewer { nobody } }")

    done = register(good, bad)

    assert (done.returncode, done.stderr) == (
        EXIT_REFUSED,
        f"{bad}:1:22: Cannot query field 'nobody' on type 'Viewer'.\n",
    )
    assert await texts(stores) == {}


@pytest.mark.parametrize("name", ["", "my tv", "a" * 65, "\n", "ä", ".", "unknown\r\nX: 1"])
def test_a_name_that_fits_no_header_is_refused(name):
    with pytest.raises(CannotStart):
        checked_name(name, "app")


async def test_what_no_document_uses_can_be_removed(register, run, tmp_path):
    register(written(tmp_path / "list.json", [NODE, VIEWER]))

    unused = run("schema", "can-remove", "Viewer.device")
    used = run("schema", "can-remove", "Movie.name")  # by the interface

    assert (unused.returncode, unused.stdout) == (
        0,
        "Yes: no build that was seen in the last 90 days uses Viewer.device.\n",
    )
    assert (used.returncode, used.stdout) == (
        1,
        "No: Movie.name is used by\n  tv 4.2  query Node  never used\n",
    )


async def test_a_build_that_was_not_seen_for_long_keeps_nothing(run, stores):
    now = datetime.now(UTC)
    gone, rare = Build("tv", "1"), Build("tv", "2")
    both = {document_id(text): text for text in (NODE, VIEWER)}
    async with stores.begin() as tx:
        for build in (gone, rare):
            await documents_sql.register(tx, build, both, now - timedelta(days=95))
    unseen = run("schema", "can-remove", "Movie.name")
    async with stores.begin() as tx:
        await documents_sql.add_uses(tx, {Use(document_id(VIEWER), rare): 1}, now.date())

    seen = run("schema", "can-remove", "Movie.name")
    longer = run("schema", "can-remove", "Movie.name", "--days", "100")

    assert unseen.returncode == 0
    # What it was seen to send is another document.
    assert seen.stdout.splitlines()[1:] == ["  tv 2  query Node  never used"]
    assert len(longer.stdout.splitlines()[1:]) == 2


def test_to_remove_what_is_not_there_is_refused(run):
    done = run("schema", "can-remove", "Account.nobody")

    assert (done.returncode, done.stderr) == (
        EXIT_REFUSED,
        "NOT_FOUND: The schema has no Account.nobody.\n",
    )


def test_a_change_is_told_by_what_it_breaks(run, tmp_path):
    old = written(tmp_path / "old.graphql", "type Query { a: Int b(x: Kind): Int } enum Kind { A }")
    new = written(tmp_path / "new.graphql", "type Query { b(x: Kind): Int } enum Kind { A B }")

    done = run("schema", "diff", old, new)

    assert (done.returncode, done.stdout.splitlines()) == (
        1,
        ["breaking  Field Query.a was removed.", "added     Enum value Kind.B was added."],
    )
