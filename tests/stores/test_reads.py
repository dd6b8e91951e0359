"""What a request reads when Postgres does not answer; the part is closed by a drill."""

import inspect
from datetime import UTC, datetime, timedelta

import pytest

from domain.degradation import Dependency
from domain.errors import Unavailable
from stores.catalog_memory import CatalogCopy
from stores.reads import Copies, Reads
from stores.sql import catalog as catalog_sql
from stores.sql import people as people_sql
from stores.sql import playback as playback_sql
from stores.sql.catalog import Shelf
from stores.sql.people import Work
from tests import factories
from tests.waiting import until

QUESTIONS = [
    catalog_sql.entries_by_id,
    catalog_sql.seasons_of,
    catalog_sql.episodes_of,
    catalog_sql.shelves,
    catalog_sql.genres_on_offer,
    catalog_sql.genres_of,
    catalog_sql.genre_by_id,
    catalog_sql.artwork_of,
    people_sql.credits_of,
    people_sql.person_by_id,
    people_sql.works_of,
    playback_sql.media_of,
]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.__name__)
def test_the_copy_is_asked_as_postgres_is(question):
    of_sql = list(inspect.signature(question).parameters.values())[1:]
    of_copy = list(inspect.signature(getattr(CatalogCopy, question.__name__)).parameters.values())

    assert [(p.name, p.kind, p.default) for p in of_copy[1:]] == [
        (p.name, p.kind, p.default) for p in of_sql
    ]
