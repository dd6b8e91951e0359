"""The address of a file or a receipt: whoever has it is let in, and nobody else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from domain.encoding import JobState
from domain.errors import TokenExpired
from domain.my_data import KEPT_FOR, DataJob, DataPurpose, address, check_address
from tests import factories
from tests.household import EXPORT, work

NOW = datetime(2026, 1, 1, tzinfo=UTC)
JOB = DataJob("dat_" + "0" * 32, None, DataPurpose.EXPORT, JobState.SUCCEEDED, None, NOW, None)
KEY = bytes(range(32))


@pytest.fixture
async def export(api, stores):
    """The id and the address of a file that is ready."""
    await factories.household(stores)
    token = (await api.sign_in())["accessToken"]
    job_id = (await api.run(EXPORT, token=token)).data["exportMyData"]["id"]
    await work(api, job_id)
    [job] = (await api.run("{ dataJobs { id state url } }", token=token)).data["dataJobs"]
    assert job["state"] == "SUCCEEDED"
    return job_id, job["url"]


async def test_the_file_is_given_to_whoever_has_its_address_and_kept_by_nobody_between(api, export):
    _, url = export

    answer = await api.http.get(url)

    assert answer.status_code == 200
    assert answer.json()["tables"]["accounts"][0]["email"] == factories.EMAIL
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"].startswith('attachment; filename="marquee-export-')
    assert "access-control-allow-origin" not in answer.headers


async def test_a_changed_address_opens_nothing(api, export):
    job_id, url = export
    asked = dict(parse_qsl(urlsplit(url).query))
    later = str(int(asked["until"]) + 1)
    changed = [
        {},
        {"until": asked["until"]},
        {"signature": asked["signature"]},
        asked | {"until": later},
        asked | {"until": ""},
        asked | {"until": "-1"},
        asked | {"signature": ""},
        asked | {"signature": asked["signature"][:-1]},
        asked | {"signature": asked["signature"] + "="},
        asked | {"signature": "é" * 43},
    ]

    answers = [await api.http.get(f"/my-data/{job_id}?{urlencode(each)}") for each in changed]
    other = await api.http.get(f"/my-data/{JOB.id}?{urlencode(asked)}")

    assert [answer.status_code for answer in (*answers, other)] == [403] * 11
    assert {answer.json()["code"] for answer in (*answers, other)} == {"TOKEN_INVALID"}


async def test_the_media_door_does_not_open_what_is_kept_here(api, export):
    job_id, url = export
    signature = dict(parse_qsl(urlsplit(url).query))["signature"]

    answer = await api.http.get(f"/media/{signature}/my-data/{job_id}.json")

    assert answer.status_code == 403


async def test_a_file_that_is_not_made_yet_is_waited_for(api, stores, house):
    await factories.household(stores)
    token = (await api.sign_in())["accessToken"]
    job_id = (await api.run(EXPORT, token=token)).data["exportMyData"]["id"]
    job = replace(JOB, id=job_id, created_at=datetime.now(UTC))

    answer = await api.http.get(address(house.media_key, job))

    assert (answer.status_code, answer.json()) == (202, {"state": "QUEUED"})
    assert answer.headers["retry-after"] == "5"


async def test_what_is_no_longer_kept_is_absent(api, house, export, stores):
    job_id, url = export
    await stores.objects.delete(f"my-data/{job_id}.json")
    never = address(house.media_key, replace(JOB, created_at=datetime.now(UTC)))

    answers = [await api.http.get(each) for each in (url, never)]

    assert [answer.status_code for answer in answers] == [404, 404]


def test_an_address_is_good_for_a_week_and_no_longer():
    asked = dict(parse_qsl(urlsplit(address(KEY, JOB)).query))
    last = NOW + KEPT_FOR - timedelta(seconds=1)

    check_address(KEY, JOB.id, **asked, now=last)

    with pytest.raises(TokenExpired):
        check_address(KEY, JOB.id, **asked, now=NOW + KEPT_FOR)
