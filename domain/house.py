"""What one house is known by: its address and the keys that prove what it wrote."""

from dataclasses import dataclass, field

from domain.tokens import TokenKey


@dataclass(frozen=True, slots=True)
class House:
    """`public_url` without a slash at its end, as players reach it; `media_key`: 32 bytes;
    `documents`: the only ones that are answered, None where any is."""

    public_url: str
    media_key: bytes = field(repr=False)
    token_key: TokenKey = field(repr=False)
    documents: frozenset[str] | None = field(default=None, repr=False)
