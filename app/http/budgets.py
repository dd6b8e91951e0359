"""What is asked for is paid for, from the budgets of a device and of its household."""

from collections.abc import Mapping, Sequence

from prometheus_client import Counter

from domain.errors import DomainError
from domain.ids import SessionId
from domain.limits import DEVICES, WINDOW, Budget, Limits
from domain.tokens import AccessClaims
from resolvers.context import Context
from schema.execution import Answer
from stores.budgets import Budgets, Charge, Overspent, Spent

REFUSED = Counter("marquee_budget_refused", "Requests beyond a budget.", ("budget",))


class Till:
    """Where it is paid. Raises RateLimited, and then nothing was taken from any budget."""

    def __init__(self, budgets: Budgets, limits: Limits) -> None:
        self._budgets = budgets
        self._limits = limits

    async def pay(self, spends: Mapping[Budget, int], ctx: Context) -> Spent | None:
        """For an operation of this caller: from each budget of the device and of the household.
        None for what spends nothing, and for a caller whom every field will refuse."""
        claims = claims_of(ctx) if spends else None
        if claims is None:
            return None
        whose = ((claims.device_id, 1), (claims.account_id, DEVICES))
        return await self._spend(
            [
                Charge(f"{budget}:{who}", self._limits[budget] * times, WINDOW, points)
                for budget, points in spends.items()
                for who, times in whose
            ]
        )

    async def pay_license(self, session_id: SessionId) -> None:
        """For keys at a license door, where the session is all that is known of the caller."""
        budget = Budget.RENEWALS
        await self._spend([Charge(f"{budget}:{session_id}", self._limits[budget], WINDOW)])

    async def give_back(self, spent: Spent | None) -> None:
        """For what was not done after all."""
        if spent is not None:
            await self._budgets.refund(spent)

    async def _spend(self, charges: Sequence[Charge]) -> Spent:
        try:
            return await self._budgets.spend(charges)
        except Overspent as refusal:
            REFUSED.labels(_name(refusal.charge)).inc()
            raise


def with_receipt(answer: Answer, cost: int, spent: Spent | None) -> Answer:
    """With `extensions.cost`: its points and, when budgets paid, the poorest of them and what that
    has left. The later parts of an answer are as they are."""
    if "data" not in answer and "errors" not in answer:
        return answer
    told: dict[str, object] = {"requested": cost}
    if spent is not None:
        left, charge = min(zip(spent.left, spent.charges, strict=True), key=lambda each: each[0])
        told |= {"budget": _name(charge), "remaining": left}
    return answer | {"extensions": {"cost": told}}


def claims_of(ctx: Context) -> AccessClaims | None:
    """None for a caller whom every field that asks who it is will refuse."""
    try:
        return ctx.claims()
    except DomainError:  # each says so itself
        return None


def _name(charge: Charge) -> str:
    return charge.key.partition(":")[0]
