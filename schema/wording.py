"""How are graphql-core's errors worded outside? Without guesses at what was meant, which tell of
what else there is, and in no words of Python's.

Nor is a value repeated: the error says where it stands, and it may be a password. What else of a
request is repeated is cut short.
"""

import re

MOST_LETTERS = 300  # of a message: a longer one repeats what it was sent

_WORDS = (
    (re.compile(r"(cannot represent [\w -]+): .*", re.DOTALL), r"\1."),
    (re.compile(r", (?:found: |but encountered error ).*", re.DOTALL), "."),
    (re.compile(r"[.,]? did you mean .*", re.DOTALL | re.IGNORECASE), "."),
    (re.compile(r"not to be None\.$"), "not to be null."),
)


def worded(message: str) -> str:
    """As it is told to whoever asked."""
    for theirs, ours in _WORDS:
        message = theirs.sub(ours, message)
    return message if len(message) <= MOST_LETTERS else f"{message[: MOST_LETTERS - 1]}…"
