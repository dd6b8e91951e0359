"""Is every use of a part of the schema found, and nothing else taken for one?"""

import pytest
from graphql import build_schema, parse

from domain.errors import NotFound
from schema.uses import part_of, uses

SCHEMA = build_schema("""
type Query { node(id: ID!): Node search(filter: Filter, order: Order = NEWEST): [Hit!]! show: Show }
interface Node { id: ID! }
interface Named implements Node { id: ID! name(length: Int, order: Order): String }
type Show implements Named & Node { id: ID! name(length: Int, order: Order): String year: Int }
type Person implements Node { id: ID! name: String }
union Hit = Show | Person
input Filter { years: Years order: Order }
input Years { from: Int until: Int again: Years }
enum Order { NEWEST OLDEST }
""")


@pytest.mark.parametrize(
    ("part", "document", "used"),
    [
        ("Show.year", "{ show { year } }", True),
        ("Show.year", "{ show { id } }", False),
        ("Show.year", "{ show { ...S } } fragment S on Show { y: year }", True),
        ("Show.year", '{ node(id: "1") { ... on Show { year } } }', True),
        ("Show.name", '{ node(id: "1") { ... on Person { name } } }', False),
        # Who selects on an interface selects on each of its types.
        ("Show.name", '{ node(id: "1") { ... on Named { name } } }', True),
        ("Show.id", '{ node(id: "1") { id } }', True),
        ("Show.id", '{ node(id: "1") { ...N } } fragment N on Node { id }', True),
        ("Named.id", '{ node(id: "1") { id } }', True),
        ("Named.name", "{ show { name } }", False),
        ("Node.id", "{ show { id } }", False),
        ("Query.show", "{ show { id } }", True),
        ("Query.search", "{ show { id } }", False),
        ("Show.name.length", "{ show { name(length: 3) } }", True),
        ("Show.name.length", "{ show { name(order: OLDEST) } }", False),
        ("Show.name.length", '{ node(id: "1") { ... on Named { name(length: 3) } } }', True),
        ("Order.OLDEST", "{ show { name(order: OLDEST) } }", True),
        ("Order.OLDEST", "{ show { name(order: NEWEST) } }", False),
        ("Order.OLDEST", "query ($o: Order = OLDEST) { search(order: $o) { __typename } }", True),
        # What a variable holds is not known.
        ("Order.OLDEST", "query ($o: Order) { search(order: $o) { __typename } }", True),
        ("Order.OLDEST", "query ($f: Filter) { search(filter: $f) { __typename } }", True),
        ("Order.OLDEST", "query ($y: Years) { search(filter: {years: $y}) { __typename } }", False),
        ("Years.until", "{ search(filter: {years: {until: 1999}}) { __typename } }", True),
        ("Years.until", "{ search(filter: {years: {from: 1999}}) { __typename } }", False),
        ("Years.until", "query ($f: [Filter!]) { search(filter: $f) { __typename } }", True),
    ],
)
def test_a_use_is_found(part, document, used):
    assert uses(SCHEMA, parse(document), part_of(SCHEMA, part)) is used


@pytest.mark.parametrize(
    "path",
    [
        "",
        "Show",
        "Show.",
        "Nobody.id",
        "Show.nothing",
        "Show.name.nothing",
        "Order.FIRST",
        "Order.OLDEST.x",
        "Filter.years.from",
        "Hit.id",
        "ID.x",
    ],
)
def test_what_the_schema_does_not_have_is_not_found(path):
    with pytest.raises(NotFound):
        part_of(SCHEMA, path)


def test_what_is_no_longer_in_the_schema_is_no_use():
    document = parse("query ($g: Gone) { gone(g: $g) { year } show { gone { year } } }")

    assert not uses(SCHEMA, document, part_of(SCHEMA, "Show.year"))
