"""How often may something be asked for? Budgets by the hour, for a device and for its household.

Row 40 of docs/promises.md. What keeps a film going has budgets of its own, so that nothing else can
end it. What nobody has to be signed in for has none: it is throttled by address and account, where
it is answered.
"""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

WINDOW = timedelta(hours=1)
FREE_POINTS = 100  # of a query without a budget: a household with its profiles is 22
DEVICES = 4  # times what a device has is what its household has: as many as may watch at once


class Budget(StrEnum):
    """What is counted apart."""

    STREAMING = "streaming"
    SEARCH = "search"
    CONTENT = "content"
    TYPEAHEAD = "typeahead"
    HEARTBEATS = "heartbeats"
    RENEWALS = "renewals"
    MUTATIONS = "mutations"


Limits = Mapping[Budget, int]

# Points of a device in any hour.
DEFAULTS: Limits = MappingProxyType(
    {
        Budget.STREAMING: 100,
        Budget.SEARCH: 1000,
        Budget.CONTENT: 500,
        Budget.TYPEAHEAD: 7200,  # two a second: faster than anybody types on a remote
        Budget.HEARTBEATS: 1200,  # ten times what one film needs; a player repeats lost ones
        Budget.RENEWALS: 600,  # six keys or licenses for each of a hundred starts
        Budget.MUTATIONS: 100,
    }
)

# Which budget a root field spends. A mutation that is not here spends MUTATIONS.
_BUDGETS: Mapping[str, Budget] = MappingProxyType(
    {
        "startPlayback": Budget.STREAMING,
        "preparePlayback": Budget.STREAMING,
        "displaceSession": Budget.STREAMING,
        "search": Budget.SEARCH,
        "page": Budget.CONTENT,
        "node": Budget.CONTENT,
        "nodes": Budget.CONTENT,
        "resolveLink": Budget.CONTENT,
        "deviceSignIn": Budget.CONTENT,
        "dataJobs": Budget.CONTENT,
        "suggest": Budget.TYPEAHEAD,
        "heartbeat": Budget.HEARTBEATS,
        "stopPlayback": Budget.HEARTBEATS,
        "acquireLicense": Budget.RENEWALS,
    }
)
# Mutations that spend nothing: whoever wants in or out must not be kept from it by what they did
# before.
_FREE = frozenset({"signIn", "register", "refreshToken", "pollDeviceSignIn", "signOut"})


def query_spends(asked: Mapping[str, int]) -> dict[Budget, int]:
    """The points of a query that asks for each of these root fields so many times. CONTENT is one
    an operation, for a screen is one, however many objects it names."""
    spent: dict[Budget, int] = {}
    for name, times in asked.items():
        if (budget := _BUDGETS.get(name)) is not None:
            spent[budget] = spent.get(budget, 0) + times
    return spent | {Budget.CONTENT: 1} if Budget.CONTENT in spent else spent


def large_spends(spent: Limits, points: int) -> Limits:
    """The same of a query that may hold so much: nothing large is free."""
    return spent if spent or points <= FREE_POINTS else {Budget.CONTENT: 1}


def mutation_spends(asked: Mapping[str, int], weights: Mapping[str, int]) -> dict[Budget, int]:
    """The same for a mutation. `weights`: what a field takes of MUTATIONS, where it is not 1."""
    spent: dict[Budget, int] = {}
    for name, times in asked.items():
        budget = _BUDGETS.get(name, Budget.MUTATIONS)
        weight = (weights.get(name) or 1) if budget is Budget.MUTATIONS else 1
        if name not in _FREE:
            spent[budget] = spent.get(budget, 0) + times * weight
    return spent


def limits_of(text: str) -> Limits:
    """The defaults, but for those named in it, as in "content=5000 streaming=1000". Raises
    ValueError."""
    given: dict[Budget, int] = {}
    for each in text.split():
        name, _, number = each.partition("=")
        if name not in set(Budget) or not number.isdecimal() or int(number) < 1:
            raise ValueError(f"{each} is no budget, which is one of {', '.join(Budget)}=NUMBER")
        given[Budget(name)] = int(number)
    return {**DEFAULTS, **given}
