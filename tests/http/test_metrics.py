from prometheus_client.parser import text_string_to_metric_families

from domain.ids import SessionId

HOME = "query Home { page { id } }"


async def test_an_operation_is_counted_by_its_document_and_its_outcome(api):
    before = await scraped(api)

    await api.run(HOME)
    after = await scraped(api)

    counted = ("marquee_operations_total", "Home", "query", "UNAUTHENTICATED")
    assert after[counted] - before.get(counted, 0) == 1
    timed = ("marquee_operation_seconds_count", "Home", "query")
    assert after[timed] - before.get(timed, 0) == 1


async def test_leases_are_those_that_live(api):
    await api.stores.leases.renew(SessionId("one"))
    await api.stores.leases.renew(SessionId("two"))
    await api.stores.leases.release(SessionId("one"))

    assert (await scraped(api))[("marquee_leases",)] == 1


async def scraped(api):
    """Every sample, by its name and the values of its labels."""
    answer = await api.http.get("/metrics")
    assert answer.status_code == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
