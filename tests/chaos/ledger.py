"""What was asked of a house and what it answered, held against what it has kept."""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any

from sqlalchemy import select

from stores import Stores
from stores.tables import accounts, outbox, playback_sessions, profiles, watch_states

# A typed refusal, or no answer at all because nobody was there to give one.
EXPLAINED = {"UNAVAILABLE", "OVERLOADED", "ConnectError", "ReadError", "RemoteProtocolError"}
SETTLES_WITHIN_S = 5.0  # after a knock, or after what was stopped goes on
ALLOWED_ERRORS = 0.01  # of what is asked outside those windows
SERVES_AGAIN_WITHIN_S = 10.0

Line = dict[str, Any]


@dataclass(frozen=True)
class Knock:
    """What was done to which process; away from `at` until `back_at`, by time.time()."""

    what: str
    at: float
    back_at: float


def read(path: Path) -> list[Line]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@dataclass(frozen=True)
class Verdict:
    """How a house took it. `outside` counts outcomes that no knock excuses; `again_after_s` says
    when, after each knock's end, the first answer came that none followed which was missing or
    refused. `bugs` are answers that no client can make sense of, which nothing excuses."""

    outside: Counter[str]
    inside: Counter[str]
    again_after_s: dict[str, float]
    unexcused: list[str]
    bugs: list[str]

    @property
    def errors_0_to_1(self) -> float:
        asked = sum(self.outside.values())
        return (asked - self.outside["ok"]) / asked


def judge(lines: list[Line], knocks: list[Knock]) -> Verdict:
    outside: Counter[str] = Counter()
    inside: Counter[str] = Counter()
    unexcused: list[str] = []
    bugs: list[str] = []
    for line in lines:
        if line["outcome"] == "cut":
            continue
        # What was asked before a knock and hung over it, or only began in its window.
        over = [
            k
            for k in knocks
            if line["until"] >= k.at and line["at"] <= k.back_at + SETTLES_WITHIN_S
        ]
        (inside if over else outside)[line["outcome"]] += 1
        if line["outcome"] == "ok":
            continue
        told = f"{line['kind']} {line['outcome']} {line['code']}"
        for knock in [each for each in knocks if line["until"] >= each.at][-1:]:
            told += f", {line['until'] - knock.back_at:.1f} s after {knock.what}"
        if not over:
            unexcused.append(told)
        if line["code"] not in EXPLAINED:
            bugs.append(told)
    return Verdict(outside, inside, again_after_s(lines, knocks), unexcused, bugs)


def again_after_s(lines: list[Line], knocks: list[Knock]) -> dict[str, float]:
    """By knock; infinite when no good answer came last, before the next knock."""
    after: dict[str, float] = {}
    ends = [knock.at for knock in knocks[1:]] + [inf]
    for knock, end in zip(knocks, ends, strict=True):
        again_at = inf
        for line in sorted(lines, key=lambda each: float(each["until"])):
            if knock.at <= line["until"] < end and line["outcome"] != "cut":
                again_at = min(again_at, line["until"]) if line["outcome"] == "ok" else inf
        after[knock.what] = max(0.0, again_at - knock.back_at)
    return after


async def discrepancies(stores: Stores, lines: list[Line]) -> list[str]:
    """Acknowledged writes that are lost, and any that count twice."""
    found: list[str] = []
    async with stores.begin() as tx:
        sessions = {row.id: row for row in await tx.execute(select(*playback_sessions.c))}
        keys = Counter(row.idempotency_key for row in sessions.values())
        facts = Counter(
            (
                await tx.execute(
                    select(outbox.c.payload["session"].astext).where(outbox.c.kind == "video_start")
                )
            ).scalars()
        )
        query = (
            select(accounts.c.email, watch_states.c.position_ms, watch_states.c.revision)
            .join_from(watch_states, profiles, profiles.c.id == watch_states.c.profile_id)
            .join(accounts, accounts.c.id == profiles.c.account_id)
        )
        rows = (await tx.execute(query)).all()
    states = {email: (position, revision) for email, position, revision in rows}
    assert len(states) == len(rows), "each viewer watches one title"
    found += [f"the key {key} opened {count} sessions" for key, count in keys.items() if count > 1]
    found += [f"{facts[id]} facts of session {id}" for id in sessions if facts[id] != 1]
    found += [f"a fact of no session, {id}" for id in facts.keys() - sessions.keys()]

    acknowledged: dict[str, list[int]] = defaultdict(list)
    asked: dict[str, set[int]] = defaultdict(set)
    for line in lines:
        if line["kind"] == "start" and line["outcome"] == "ok":
            row = sessions.get(line["session"])
            if row is None or row.idempotency_key != line["key"]:
                found.append(f"session {line['session']} is lost")
        if line["kind"] in ("beat", "stop"):
            asked[line["viewer"]].add(line["position_ms"])
            if line["outcome"] == "ok":
                acknowledged[line["viewer"]].append(line["position_ms"])
                row = sessions[line["session"]]
                if row.position_ms < line["position_ms"]:
                    found.append(f"session {row.id} is behind {line['position_ms']}")
                if line["kind"] == "stop" and row.ended_at is None:
                    found.append(f"session {row.id} was stopped and plays")
    for viewer, positions in acknowledged.items():
        position, revision = states[viewer]
        if not max(positions) <= position <= max(asked[viewer]):
            found.append(f"{viewer} is at {position}, not {max(positions)}")
        if not len(set(positions)) <= revision <= len(asked[viewer]):
            found.append(f"{viewer} was written {revision} times for {len(set(positions))} beats")
    return found


def refresh_tokens(lines: list[Line]) -> dict[str, str]:
    """Of each viewer, the last one they were given."""
    return {line["viewer"]: line["refresh"] for line in lines if "refresh" in line}
