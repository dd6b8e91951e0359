"""The door to what came of a household's question about its data: a file, or a receipt.

Whoever has the address is let in, for the account it was about may be gone.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.http.problems import NO_STORE, refused
from domain import base64url
from domain.encoding import JobState
from domain.errors import DomainError, NotFound
from domain.house import House
from domain.my_data import DataJob, DataPurpose, check_address, export_path
from stores import Stores
from stores.objects import ObjectMissing
from stores.sql import data_jobs

LOOK_AGAIN_S = 5  # a copy and an erasure take seconds, unless others wait before them
_PRIVATE: Mapping[str, str] = MappingProxyType(
    {**NO_STORE, "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}
)


def routes(stores: Stores, house: House) -> list[Route]:
    """`/my-data/<job>?until=…&signature=…`; 202 as long as the job goes on."""

    async def answer(request: Request) -> Response:
        try:
            check_address(
                house.media_key,
                request.path_params["job_id"],
                request.query_params.get("until", ""),
                request.query_params.get("signature", ""),
                now=datetime.now(UTC),
            )
            return await _answer(stores, request.path_params["job_id"])
        except DomainError as refusal:
            return refused(refusal, {"code": refusal.code, "message": refusal.message})

    return [Route("/my-data/{job_id}", answer)]


async def _answer(stores: Stores, job_id: str) -> Response:
    async with stores.begin() as tx:
        job = await data_jobs.by_id(tx, job_id)
    if job is None:
        raise NotFound("This is no longer kept.")
    if job.receipt is None and job.state is not JobState.SUCCEEDED:
        later = {"Retry-After": str(LOOK_AGAIN_S)}
        return _json(orjson.dumps({"state": job.state}), later, status=202)
    name = f"marquee-{job.purpose.lower()}-{job.created_at:%Y-%m-%d}.json"
    saved_as = {"Content-Disposition": f'attachment; filename="{name}"'}
    return _json(await _result(stores, job), saved_as)


async def _result(stores: Stores, job: DataJob) -> bytes:
    if job.purpose is DataPurpose.ERASE:
        signed = job.receipt or ""
        claims = orjson.loads(base64url.decode(signed.split(".")[1]))
        return orjson.dumps({"receipt": claims, "signed": signed}, option=orjson.OPT_INDENT_2)
    try:
        return await stores.objects.get(export_path(job.id))
    except ObjectMissing as error:
        raise NotFound("This is no longer kept.") from error


def _json(content: bytes, headers: Mapping[str, str], *, status: int = 200) -> Response:
    return Response(content, status, headers={**_PRIVATE, **headers}, media_type="application/json")
