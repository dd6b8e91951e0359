"""Which operation is asked for, is there room for it, and what comes of it? Alike over HTTP and
over a socket."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass

from graphql import OperationType
from prometheus_client import Gauge
from starlette.requests import HTTPConnection

from app.http.admission import Admission, Seats, within
from app.http.budgets import Till, claims_of, with_receipt
from app.http.callers import caller_of
from app.http.documents import Documents
from domain.errors import Overloaded
from domain.house import House
from domain.limits import Budget, large_spends
from resolvers.context import Context
from schema.documents import Planned, Prepared
from schema.execution import (
    NO_SUCH_OPERATION,
    Answer,
    CannotRun,
    execute,
    execute_in_parts,
    subscribe,
)
from schema.limits import check_variables
from schema.params import Params
from schema.root import PUBLIC_QUERIES
from stores import Stores
from stores.passwords import MOST_WAITING, THREADS
from stores.sql.documents import Build

Send = Callable[[Answer | None], Awaitable[None]]
DEADLINE_S = {
    OperationType.QUERY: 2.0,  # a viewer has looked elsewhere by then
    OperationType.MUTATION: 5.0,  # signing in hashes a password, behind those of others
}

# Mutations that wait for a thread that hashes, in a queue that is bounded by itself
# (stores/passwords.py). With a turn in their hands they would keep all others from one, and their
# waiting would be taken for a busy loop.
HASHING = frozenset(
    {"signIn", "register", "confirmRegistration", "changePassword", "resetPassword"}
)
MOST_HASHING_OF_ONE = THREADS + MOST_WAITING  # of an address: it cannot have more in that queue
MOST_HASHING = 2 * MOST_HASHING_OF_ONE  # as many again may be before or behind their hash
HASHING_NOW = Gauge(
    "marquee_hashing_operations",
    "Operations that hash a password.",
    multiprocess_mode="livesum",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One operation of a document that can run."""

    prepared: Prepared
    planned: Planned
    variables: Mapping[str, object]
    cost: int  # points

    @property
    def spends(self) -> Mapping[Budget, int]:
        """Points of the budgets of whoever asks."""
        if self.planned.type is not OperationType.QUERY:
            return self.planned.spends
        return large_spends(self.planned.spends, self.cost)

    @property
    def is_stream(self) -> bool:
        """Whether its answer has no end of its own."""
        return self.planned.type is OperationType.SUBSCRIPTION

    @property
    def is_public(self) -> bool:
        """Whether everybody without a token is answered alike."""
        return self.planned.root_fields <= PUBLIC_QUERIES


class Operations:
    """All that run in this process."""

    def __init__(
        self, stores: Stores, house: House, admission: Admission, subscriptions: Seats
    ) -> None:
        self._stores = stores
        self._house = house
        self._admission = admission
        self._till = Till(stores.budgets, house.budgets)
        self._documents = Documents(stores, trusted_only=house.trusted_only)
        self._hashing = Seats(MOST_HASHING, MOST_HASHING_OF_ONE, taken=HASHING_NOW)
        self._subscriptions = subscriptions

    def context(self, connection: HTTPConnection) -> Context:
        """For one operation, or for a socket that each of its operations takes its own from."""
        return Context(self._house, self._stores, caller_of(connection), self._admission.shedding)

    async def asked(self, params: Params, sender: Build) -> Asked:
        """Raises CannotRun; InvalidInput for what names no document, or is too complex; Unavailable
        when nobody can tell whether this house answers it."""
        prepared = await self._documents.find(params)
        if prepared.errors:
            raise CannotRun(prepared.errors)
        planned = prepared.operation(params.operation_name)
        if planned is None:
            raise CannotRun([NO_SUCH_OPERATION])
        self._documents.used(prepared, sender)
        check_variables(params.variables)
        return Asked(prepared, planned, params.variables, planned.cost(params.variables))

    async def answer(self, asked: Asked, ctx: Context) -> Answer:
        """Of a query or a mutation, as a whole. Raises RateLimited, Overloaded, and Unavailable
        when it took too long."""
        async with self._paid(asked, ctx) as receipt, self._turn(asked.planned, ctx):
            return receipt(await execute(asked.prepared, asked.planned, asked.variables, ctx))

    async def run(self, asked: Asked, ctx: Context, send: Send) -> None:
        """Every answer of any operation, in parts where it defers; before those of a subscription
        None, when there is room for it. Raises as `answer` does."""
        given = asked.prepared, asked.planned, asked.variables, ctx
        if asked.is_stream:
            claims = claims_of(ctx)
            whose = (ctx.address,) if claims is None else (claims.device_id, claims.account_id)
            async with self._subscriptions.seat(*whose), aclosing(subscribe(*given)) as events:
                await send(None)
                async for event in events:
                    await send(event)
        elif asked.planned.defers:
            async with (
                passed_on(send) as put,  # whoever is slow to read keeps nobody from a turn
                self._paid(asked, ctx) as receipt,
                self._turn(asked.planned, ctx),
                aclosing(execute_in_parts(*given)) as parts,
            ):
                async for part in parts:
                    put(receipt(part))
        else:
            await send(await self.answer(asked, ctx))

    @asynccontextmanager
    async def _paid(self, asked: Asked, ctx: Context) -> AsyncIterator[Callable[[Answer], Answer]]:
        """Around an operation; gives what writes on its answer what it cost. One that finds no room
        is not answered, and not paid for; nor is asking for a film that is not there yet. Raises
        RateLimited."""
        spent = await self._till.pay(asked.spends, ctx)
        try:
            yield lambda answer: with_receipt(answer, asked.cost, spent)
        except Overloaded:
            await self._till.give_back(spent)
            raise
        if 0 < ctx.not_ready == sum(asked.spends.values()):
            await self._till.give_back(spent)

    @asynccontextmanager
    async def _turn(self, planned: Planned, ctx: Context) -> AsyncIterator[None]:
        async with within(DEADLINE_S[planned.type]):
            hashes = planned.root_fields <= HASHING
            seat, turn = self._hashing.seat, self._admission.turn
            async with seat(ctx.address) if hashes else turn(planned.priority):
                yield


@asynccontextmanager
async def passed_on(send: Send) -> AsyncIterator[Callable[[Answer], None]]:
    """Gives what takes answers without waiting for whoever reads them; all have been sent when it
    ends. There are no more of them than one answer would have held as a whole."""
    waiting = asyncio.Queue[Answer | None]()
    passing = asyncio.create_task(_pass_on(waiting, send))
    try:
        try:
            yield waiting.put_nowait
        except Exception:
            waiting.put_nowait(None)
            await passing  # what is there is sent before it is told what went wrong
            raise
        waiting.put_nowait(None)
        await passing
    finally:
        passing.cancel()
        await asyncio.gather(passing, return_exceptions=True)


async def _pass_on(waiting: "asyncio.Queue[Answer | None]", send: Send) -> None:
    while (answer := await waiting.get()) is not None:
        await send(answer)
