import pytest
from psycopg import errors
from sqlalchemy import text

from domain.errors import Unavailable
from stores.postgres import why_gone


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
        errors.OperationalError,
    ],
)
def test_a_server_that_is_not_well_is_told_by_its_code(trouble):
    assert why_gone(trouble("it says why\nCONTEXT: and where")) == "it says why"


@pytest.mark.parametrize(
    "mistake", [errors.UniqueViolation, errors.SerializationFailure, errors.ProgrammingError]
)
def test_what_is_about_the_statement_is_no_trouble_of_the_server(mistake):
    assert why_gone(mistake("it says why")) is None
