"""Which passwords does everybody try first? Told by how they are made: no list would be whole."""

import re
from itertools import pairwise

# What people call a password, a machine, this house, and what they love.
WORDS = (
    "administrator|admin|arsenal|baby|baseball|batman|changeme|charlie|cheese|computer|contrasena"
    "|daniel|default|dragon|flower|football|freedom|fussball|geheim|guest|hallo|hello|hockey|hunter"
    "|iloveyou|internet|jennifer|jessica|jordan|killer|letmein|login|love|marquee|master|michael"
    "|monkey|motdepasse|passwd|password|passwort|pokemon|princess|prinzessin|root|schatz|secret"
    "|shadow|soccer|sommer|starwars|summer|sunshine|superman|system|test|user|welcome|willkommen"
)
# Next to each other on a keyboard, or in the alphabet: a finger that slides makes no password.
ROWS = (
    "abcdefghijklmnopqrstuvwxyz 01234567890 qwertyuiop qwertzuiop azertyuiop asdfghjkl zxcvbnm"
    " yxcvbnm !@#$%^&*() 1qaz2wsx3edc4rfv 1q2w3e4r5t6y"
)
LONGEST = 32  # characters; a longer one took some thought, and would take us some time
FEWEST = 3  # characters that do not follow from others: with fewer, all lists begin with it
_LOOKS_LIKE = str.maketrans("@4831!0$57", "aabeiiosst")
_TWICE, _YEAR = re.compile(r"(.+?)\1+"), re.compile(r"(?:19|20)\d\d")


def is_common(password: str, email: str) -> bool:
    """Whether it is a word, a row of keys, a repetition, or the owner's (normal) address, with
    little else beside it."""
    text = password.casefold()
    if len(text) > LONGEST:
        return False
    own = [re.escape(part) for part in (email, email.partition("@")[0]) if len(part) >= FEWEST]
    known = re.compile("|".join([*own, WORDS]))
    return any(_left(each, known) < FEWEST for each in (text, text.translate(_LOOKS_LIKE)))


def _left(text: str, known: re.Pattern[str]) -> int:
    """How many characters somebody thought of: a word is one, and so is a year."""
    short = _TWICE.sub(r"\1", _YEAR.sub("\0", known.sub("\0", text)))
    slides = sum(a + b in ROWS or b + a in ROWS for a, b in pairwise(short))
    return len(short) - slides
