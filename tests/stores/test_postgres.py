import asyncio
import io
import logging

import pytest
import structlog
from psycopg import errors
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError

from app import cli
from domain.errors import Unavailable
from stores import WORKERS, open_stores
from stores.postgres import why_gone
from tests import factories
from tests.conftest import Addresses
from tests.factories import t


async def test_a_postgres_that_is_no_longer_the_one_to_write_to_is_unavailable(stores):
    async def write():
        async with stores.begin() as tx:
            await tx.execute(text("SET TRANSACTION READ ONLY"))
            await tx.execute(text("DELETE FROM genres"))

    with pytest.raises(Unavailable):
        await write()


@pytest.mark.parametrize(
    "trouble",
    [
        errors.ReadOnlySqlTransaction,
        errors.IdleInTransactionSessionTimeout,
        errors.DiskFull,
        errors.TooManyConnections,
        errors.QueryCanceled,
        errors.AdminShutdown,
        errors.IoError,
        errors.SerializationFailure,
        errors.OperationalError,
    ],
)
def test_a_server_that_is_not_well_is_told_by_its_code(trouble):
    assert why_gone(trouble("it says why\nCONTEXT: and where")) == "it says why"


@pytest.mark.parametrize(
    "mistake", [errors.UniqueViolation, errors.CheckViolation, errors.ProgrammingError]
)
def test_what_is_about_the_statement_is_no_trouble_of_the_server(mistake):
    assert why_gone(mistake("it says why")) is None


async def test_of_two_that_wait_for_each_other_one_is_told_to_try_again(
    stores, services, database_url, objects_url, tmp_path
):
    for name in ("Drama", "Comedy"):
        async with stores.begin() as tx:
            await tx.execute(insert(t.genres).values(id=f"gen_{name}", name=name))
    where = Addresses(
        database_url, services.redis_url, objects_url, (tmp_path / "master_key").as_uri()
    )
    both = asyncio.Barrier(2)

    async def rename(patient, first, second):
        change = text("UPDATE genres SET name = name WHERE name = :name")
        async with patient.begin() as tx:
            await tx.execute(change, {"name": first})
            await both.wait()
            await tx.execute(change, {"name": second})

    async with open_stores(where, patience=WORKERS) as patient:  # who wait until Postgres sees it
        asked = rename(patient, "Drama", "Comedy"), rename(patient, "Comedy", "Drama")
        answers = await asyncio.gather(*asked, return_exceptions=True)

    [refused] = [each for each in answers if each is not None]
    assert isinstance(refused, Unavailable)
    assert isinstance(refused.__cause__.orig, errors.DeadlockDetected)


async def test_no_address_and_no_hash_is_logged_with_what_went_wrong(stores, monkeypatch):
    logged = io.StringIO()
    monkeypatch.setattr("sys.stderr", logged)
    home = await factories.household(stores)
    same = {"email": home.email, "password_hash": "$argon2id$secret", "tier": "PREMIUM"}
    adding = insert(t.accounts).values(same | {"id": "acc_1", "created_at": text("now()")})

    before = structlog.get_config()
    cli.log_to_stderr(logging.INFO)
    try:
        async with stores.begin() as tx:
            await tx.execute(adding)
    except IntegrityError:
        structlog.get_logger().error("internal_error", exc_info=True)
    finally:
        structlog.configure(**before)

    assert "UniqueViolation" in logged.getvalue()
    assert "uq_accounts_email" in logged.getvalue()
    for secret in (home.email, "argon2id"):
        assert secret not in logged.getvalue()
