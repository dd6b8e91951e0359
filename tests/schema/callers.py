"""Everybody who may ask: strangers, households with and without a profile chosen, operators."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import update

from domain.accounts import DeviceInput, DeviceKind
from domain.house import House
from domain.ids import ProfileId, TitleId
from domain.tokens import AccessClaims, issue_access
from domain.watching import WatchStatus
from resolvers.context import Caller, Context
from schema.documents import prepare
from schema.execution import execute, subscribe
from stores import Stores
from stores.sql import devices as devices_sql
from stores.sql import watching as watching_sql
from stores.sql.watching import Progress
from tests import factories

ADULT, CHILD = "Ada", "Bo"


@dataclass(frozen=True)
class Callers:
    """One house, and whoever asks it; without HTTP, and without what limits how often."""

    stores: Stores
    house: House

    async def household(self, email: str, *, operator: bool = False) -> factories.Household:
        """A grown-up and a child."""
        home = await factories.household(self.stores, email=email, ages={ADULT: 18, CHILD: 7})
        accounts = factories.t.accounts
        async with self.stores.begin() as tx:
            mine = update(accounts).where(accounts.c.id == home.account_id)
            await tx.execute(mine.values(operator=operator))
        return home

    async def token(
        self,
        home: factories.Household,
        profile: str | None,
        *,
        device: str = "sofa",
        kids: bool | None = None,
    ) -> str:
        """Of a device that is signed in, with that profile chosen; `kids`: not as its name says."""
        now = datetime.now(UTC)
        asked = DeviceInput(f"{device} {profile}", DeviceKind.TV, "Sofa", "1")
        chosen = None if profile is None else home.profiles[profile]
        async with self.stores.begin() as tx:
            found = await devices_sql.register_device(tx, home.account_id, asked, now)
            digest = f"{found.id}".encode()
            await devices_sql.keep_token(tx, found.id, digest, now + timedelta(days=1))
            await devices_sql.choose_profile(tx, found.id, chosen, epoch=found.epoch, now=now)
        claims = AccessClaims(
            account_id=home.account_id,
            device_id=found.id,
            profile_id=chosen,
            kids=profile == CHILD if kids is None else kids,
            epoch=found.epoch,
            issued_at=now,
            expires_at=now + timedelta(minutes=10),
        )
        return issue_access(self.house.token_keys, claims)

    async def begin(self, profile_id: ProfileId, playable_id: TitleId) -> None:
        """That much was watched, once."""
        watched = Progress(profile_id, playable_id, None, 30_000, WatchStatus.IN_PROGRESS)
        async with self.stores.begin() as tx:
            await watching_sql.save(tx, watched, datetime.now(UTC))

    async def ask(
        self, document: str, variables: dict[str, Any], token: str | None
    ) -> dict[str, Any]:
        """The answer; of a subscription the first one."""
        caller = Caller(None if token is None else f"Bearer {token}", "192.0.2.1")
        ctx = Context(self.house, self.stores, caller, lambda: None)
        prepared = prepare(document)
        planned = prepared.operation(None)
        assert planned is not None, prepared.errors
        if not document.startswith("subscription"):
            return await execute(prepared, planned, variables, ctx)
        answers = subscribe(prepared, planned, variables, ctx)
        try:
            return await anext(answers)
        finally:
            await answers.aclose()


def codes(answer: dict[str, Any]) -> list[str]:
    """Of its errors."""
    return [error["extensions"]["code"] for error in answer.get("errors", ())]
