"""Which passwords are refused. Length is what counts; rules about kinds of characters make passwords worse.

Source of the rules: NIST SP 800-63B, 5.1.1.2 (length, a list of common ones, context such as the login, no composition rules,
Unicode normalised before hashing), https://pages.nist.gov/800-63-3/sp800-63b.html. We ask for 12 characters where it asks for 8.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from distributor.core.errors import BadInput

SHORTEST: Final = 12
#: Longer ones would only cost time to hash.
LONGEST: Final = 1000
_TOO_FEW_DIFFERENT = 5

#: What most people who must write twelve characters write first: words and runs, compared without case, spaces, and what is put
#: before or behind them in digits and signs.
_WORDS: Final = """
    password passwort motdepasse contrasena passwordpassword mypassword thisismypassword changeme changemenow changemeplease
    letmein letmeinplease letmeinnow welcome welcomehome welcomeback iloveyou iloveyousomuch ilovemyself qwerty qwertyuiop
    qwertyuiopasdf qwertyuiopasdfghjkl qwertyqwerty qazwsxedc qazwsxedcrfv asdfghjkl asdfghjklqwe
    zxcvbnm abcdefghijkl abcdefghijklm
    administrator administrador superadmin adminadmin football baseball basketball princess sunshine monkey dragon trustno
    correcthorsebatterystaple pressrelease pressoffice pressdesk pressepresse distributor campaign democracy
"""
_COMMON: Final = frozenset(_WORDS.split())
#: Letters that people hide behind signs; whoever guesses knows them too.
_DISGUISES: Final = str.maketrans("013457@$!", "oieastasi")
_RUNS: Final = ("01234567890123456789", "98765432109876543210", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")


def refuse_weak(password: str, *, login: str, name: str = "") -> None:
    """Let a password pass that nobody guesses soon.

    Raises:
        BadInput: it is too short or too long, common, or made of the login or name. The password is not quoted.
    """
    text = normal(password)
    if len(text) < SHORTEST:
        raise _weak(f"The password is shorter than {SHORTEST} characters.")
    if len(text) > LONGEST:
        raise _weak(f"The password is longer than {LONGEST} characters.")
    folded = "".join(text.casefold().split())
    if len(set(folded)) < _TOO_FEW_DIFFERENT or any(folded in run for run in _RUNS) or _core_of(folded) in _COMMON:
        raise _weak("The password is one of the first that anybody tries.")
    if _core_of(folded) in _own_words(login, name):
        raise _weak("The password is made of the login or the name.")


def normal(password: str) -> str:
    """Return a password as it is hashed: composed letters, so that every keyboard gives the same."""
    return unicodedata.normalize("NFKC", password)


def _core_of(folded: str) -> str:
    """Return what remains without digits and signs at both ends; all of it when nothing does."""
    start, end = 0, len(folded)
    while start < end and not folded[start].isalpha():
        start += 1
    while end > start and not folded[end - 1].isalpha():
        end -= 1
    return folded[start:end].translate(_DISGUISES) or folded


def _own_words(login: str, name: str) -> set[str]:
    address, joined = login.casefold(), "".join(name.casefold().split())
    local, _, domain = address.partition("@")
    return {_core_of(word) for word in (address, local, domain, local + local, joined, joined + joined) if word}


def _weak(problem: str) -> BadInput:
    return BadInput(problem, where="password", remedy="Take four or five words that have nothing to do with each other.")
