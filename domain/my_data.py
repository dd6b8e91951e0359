"""What a household may ask about its own data: a copy of all, and that all be gone."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any, ClassVar
from urllib.parse import urlencode

from domain import base64url
from domain.encoding import JobState
from domain.errors import TokenExpired, TokenInvalid
from domain.ids import AccountId, DataJobId

KEPT_FOR = timedelta(days=7)  # a file or a receipt: somebody who was away for a week finds it
# After it an erasure looks once more, and for the last time: longer than an access token lives, and
# than a web server takes to write down what it had in mind (stores/copies.py).
SETTLED_AFTER = timedelta(minutes=15)
EXPORT_SERVES_FOR = timedelta(days=1)  # who asks again gets the same: each is a file of everything
RECEIPT = "receipt+jwt"  # what an erasure ends with is no token for any door
EXPORTS = "my-data"  # the folder that files are kept in

Counts = Mapping[str, int]  # by place: a table, a family of keys, a folder of objects


class DataPurpose(StrEnum):
    """What a job does with the data it looks for."""

    EXPORT = "EXPORT"
    ERASE = "ERASE"


@dataclass(frozen=True)
class MyData:
    """The order to do what this job says, as far as it can be done by now."""

    queue: ClassVar[str] = "my-data"

    job_id: DataJobId


@dataclass(frozen=True, slots=True)
class DataJob:
    """What was asked for about somebody's data. `receipt` is what an erasure signed last."""

    id: DataJobId
    account_id: AccountId | None
    purpose: DataPurpose
    state: JobState
    receipt: str | None
    created_at: datetime
    finished_at: datetime | None

    @property
    def expires_at(self) -> datetime:
        """Until when its address is good."""
        return self.created_at + KEPT_FOR

    def serves(self, now: datetime) -> bool:
        """Whether it is, or will be, the copy that somebody asks for now."""
        if self.purpose is not DataPurpose.EXPORT or self.state is JobState.FAILED:
            return False
        return self.finished_at is None or now < self.finished_at + EXPORT_SERVES_FOR

    @property
    def has_address(self) -> bool:
        """Whether there is, or will be, something to fetch. Who erased an account cannot come back
        to ask for the address, so it is told at once."""
        return self.purpose is DataPurpose.ERASE or self.state is JobState.SUCCEEDED


@dataclass(frozen=True, slots=True)
class Subject:
    """Everything somebody's data is known by. `mails` are those that were promised to the address,
    which is free from then on; `sessions` those that something may still be kept of beside their
    rows, `jobs` what was asked for about the same data before. Empty where only a profile is
    meant."""

    accounts: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    mails: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()


def export_path(job_id: str) -> str:
    """The object a file is kept under."""
    return f"{EXPORTS}/{job_id}.json"


def address(key: bytes, job: DataJob) -> str:
    """Where, on this house, whoever has this address reads what came of the job."""
    until = str(int(job.expires_at.timestamp()))
    query = urlencode({"until": until, "signature": _signature(key, job.id, until)})
    return f"/my-data/{job.id}?{query}"


def check_address(key: bytes, job_id: str, until: str, signature: str, *, now: datetime) -> None:
    """Raises TokenInvalid for what `address` did not make, and TokenExpired when it is over."""
    genuine = signature.isascii() and hmac.compare_digest(signature, _signature(key, job_id, until))
    if not genuine:
        raise TokenInvalid("This address was not made here, or was changed.")
    if datetime.fromtimestamp(int(until), UTC) <= now:
        raise TokenExpired("This address has run out.")


def most(found: Counts, counted: Counts) -> dict[str, int]:
    """How much was there at a time: an erasure that was killed and begun again finds less."""
    places = [*found, *(place for place in counted if place not in found)]
    return {place: max(found.get(place, 0), counted.get(place, 0)) for place in places}


def receipt(
    job: DataJob, subject: Subject, found: Counts, left: Counts, now: datetime, *, is_last: bool
) -> Any:
    """What is signed. It names whose data it was by a digest: who knows the id can prove that it is
    theirs, and nobody else learns it. `looks_again_at` is null in the last one."""
    again_at = None if is_last else (job.created_at + SETTLED_AFTER).isoformat()
    return {
        "jti": job.id,
        "iat": int(now.timestamp()),
        "asked_at": job.created_at.isoformat(),
        "looks_again_at": again_at,
        "subject_sha256": digest(subject),
        "looked_at": {
            place: {"found": found.get(place, 0), "left": left.get(place, 0)} for place in left
        },
    }


def digest(subject: Subject) -> str:
    """Of the account's id, or of the one profile's."""
    [whose] = subject.accounts or subject.profiles
    return sha256(whose.encode()).hexdigest()


def _signature(key: bytes, job_id: str, until: str) -> str:
    # No media grant is signed with the same key: theirs is one word without the slash.
    return base64url.encode(hmac.digest(key, f"my-data/{job_id}/{until}".encode(), "sha256"))
