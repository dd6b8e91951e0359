import structlog
from sqlalchemy import text

from tests import factories


async def test_what_is_our_bug_is_masked_and_found_in_the_log_by_its_reference(api, stores):
    viewer = await api.viewer(await factories.household(stores))
    async with stores.begin() as tx:
        await tx.execute(text("ALTER TABLE genres RENAME TO secret_genres"))

    merged = [structlog.contextvars.merge_contextvars]
    with structlog.testing.capture_logs(processors=merged) as lines:
        reply = await viewer.run("{ page { id } }")

    [error] = reply.body["errors"]
    assert error["message"] == "Something went wrong on our side."
    assert error["extensions"]["code"] == "INTERNAL"
    assert "genres" not in str(reply.body)
    [line] = [line for line in lines if line["event"] == "internal_error"]
    assert line["reference"] == error["extensions"]["reference"]
    assert line["path"] == ["page"]
    assert "genres" in str(line["exc_info"])


async def test_a_sick_field_blanks_itself_and_not_the_page(api, stores):
    viewer = await api.viewer(await factories.household(stores))
    await factories.movie(stores, "Night Train")
    async with stores.begin() as tx:
        await tx.execute(text("ALTER TABLE artwork RENAME TO gone"))

    reply = await viewer.run(
        "{ page { rows { edges { node { items { edges { node {"
        " title { name artwork { url } } } } } } } } } }"
    )

    cards = [
        edge["node"]["title"]
        for row in reply.body["data"]["page"]["rows"]["edges"]
        for edge in row["node"]["items"]["edges"]
    ]
    assert cards == [{"name": "Night Train", "artwork": None}]
    assert reply.codes == ["INTERNAL"]


async def test_a_mistake_in_a_document_is_the_callers_to_read(api):
    reply = await api.run("{ viewr { account { email } } }")

    [error] = reply.body["errors"]
    assert error["message"] == "Cannot query field 'viewr' on type 'Query'."
