"""Text that means more than text: each is a scalar of its own in the API."""

from typing import NewType

Base64 = NewType("Base64", str)  # standard alphabet, padded, at most 64 KiB
EventCursor = NewType("EventCursor", str)  # a place in a stream of events, to resume after
Locale = NewType("Locale", str)  # a BCP 47 language tag
Url = NewType("Url", str)  # absolute
