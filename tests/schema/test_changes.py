"""Is a change that would break an app out there told from one that would not?"""

from pathlib import Path

import pytest

import schema as package
from schema.changes import added, breaking

RELEASED = Path(package.__file__).parent / "released.graphql"
COMMITTED = RELEASED.with_name("schema.graphql")
OLD = """
type Query { show(first: Int = 10, id: ID): Show kinds: [Kind!]! }
type Show { id: ID! name: String }
enum Kind { MOVIE SERIES }
"""


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("name: String }", "}", "Field Show.name was removed."),
        ("MOVIE SERIES", "MOVIE", "Enum value Kind.SERIES was removed."),
        ("id: ID)", "id: ID!)", "Argument Query.show(id:) has changed type from ID to ID!."),
        ("name: String }", "name: Int }", "Field Show.name changed type from String to Int."),
        ("first: Int = 10", "first: Int = 5", "Query.show(first:) has changed defaultValue"),
    ],
)
def test_what_an_app_may_not_survive_is_breaking(old, new, sentence):
    (found,) = breaking(OLD, OLD.replace(old, new))

    assert found.startswith(sentence)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("MOVIE SERIES", "MOVIE SERIES EPISODE"),
        ("id: ID)", "id: ID, more: Int)"),
        ("name: String }", "name: String! year: Int }"),
    ],
)
def test_what_is_only_added_breaks_nothing(old, new):
    assert breaking(OLD, OLD.replace(old, new)) == []


def test_a_value_more_is_told_for_apps_may_be_surprised():
    assert added(OLD, OLD.replace("SERIES", "SERIES EPISODE")) == [
        "Enum value Kind.EPISODE was added."
    ]


def test_nothing_breaks_that_the_last_release_promised():
    assert breaking(RELEASED.read_text(), COMMITTED.read_text()) == []
