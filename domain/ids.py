"""What an id looks like: a prefix that names the kind, then 32 hexadecimal digits.

The same text is the primary key, the GraphQL `ID` and the word in a log line, so an id is never
translated. The types below keep one kind from being passed where another is meant.
"""

import re
from enum import StrEnum
from typing import NewType
from uuid import UUID

AccountId = NewType("AccountId", str)
ArtworkId = NewType("ArtworkId", str)
DataJobId = NewType("DataJobId", str)
DeviceId = NewType("DeviceId", str)
GenreId = NewType("GenreId", str)
JobId = NewType("JobId", str)
MailId = NewType("MailId", str)
MediaId = NewType("MediaId", str)
PersonId = NewType("PersonId", str)
ProfileId = NewType("ProfileId", str)
SessionId = NewType("SessionId", str)
TitleId = NewType("TitleId", str)  # a movie, series, season or episode: one tree, one type


class Prefix(StrEnum):
    """The kind an id belongs to."""

    ACCOUNT = "acc"
    ARTWORK = "art"
    DATA_JOB = "dat"
    DEVICE = "dev"
    EPISODE = "epi"
    GENRE = "gen"
    ITEM = "itm"
    JOB = "job"
    LICENSE = "lic"
    MAIL = "mai"
    MEDIA = "med"
    MOVIE = "mov"
    PAGE = "pag"
    PERSON = "per"
    PROFILE = "pro"
    ROW = "row"
    SEASON = "sea"
    SERIES = "ser"
    SESSION = "pbs"


_ID = re.compile(r"([a-z]{3})_[0-9a-f]{32}")


def make(prefix: Prefix, entropy: UUID) -> str:
    """The id of this kind that `entropy` (a fresh `uuid4()`, passed in) stands for."""
    return f"{prefix}_{entropy.hex}"


def kind_of(text: str) -> Prefix | None:
    """The kind `text` claims, or None when it is no id at all."""
    match = _ID.fullmatch(text)
    if match is None or match[1] not in Prefix.__members__.values():
        return None
    return Prefix(match[1])
