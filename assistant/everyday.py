"""Everyday ways of saying what catalogues state in other words, and of asking at all, made plain before reading.

"Goes in the dishwasher" is dishwasher safe, "4k" a resolution, "six man" six persons. A phrase is replaced only where
this catalogue knows what it stands for, so that another shop's words stay as they are.
"""

from __future__ import annotations

import re

from assistant.vocabulary import Vocabulary, phrase_of
from retrieval.units import is_known

# What people say -> what listings state. The first of the phrases that the catalogue knows is taken.
_MEANS = (
    (r"(?:\bcan )?\b(?:goes?|go|put|fits?|survives?|washed?) (?:it |them |this |that |these )?in(?:to)? (?:the |a |"
    r"my )?dishwasher\b|\bdishwasher[- ](?:proof|friendly)\b",
     ("dishwasher safe",)),
    (r"(?:\b(?:in|into|survives?|for) )?(?:the |a |my )?\bwashing[- ]machine\b|"
    r"\bmachine[- ]wash\b", ("machine washable",)),
    (r"\b(?:in|into) (?:the |a |my )?(?:tumble )?dryer\b", ("tumble dry",)),
    (r"\b(?:in|into) (?:the |an |my )?oven\b|\boven[- ]proof\b", ("oven safe",)),
    (r"\b(?:in|into) (?:the |a |my )?microwave\b", ("microwave safe",)),
    (r"\b(?:in|into) (?:the |a |my )?freezer\b", ("freezer safe",)),
    (r"\b(?:4k|uhd)\b", ("3840 x 2160",)),
    (r"\b(?:full hd|fhd|1080p)\b", ("1920 x 1080",)),
    (r"\b(?:qhd|1440p)\b", ("2560 x 1440",)),
    (r"\b(?:shuts?|turns?|switch(?:es)?) (?:itself )?off(?: by itself| automatically)?\b|"
    r"\bautomatic shut[- ]?off\b", ("auto shut-off",)),
    (r"\bfrost[- ]proof\b", ("frost resistant",)),
    (r"\bwater[- ]proof\b|\bshower[- ]?proof\b|\b(?:in|under) the shower\b", ("waterproof", "water resistant")),
    (r"\bcordless\b|\bw(?:ithout|/o) (?:a |any )?(?:cables?|cords?|"
    r"wires?)\b", ("cordless", "wireless", "solar powered")),
    (r"\bnoise[- ]?cancell?ing\b|\banc\b", ("noise cancelling",)),
    (r"\bnum(?:ber|eric)?[- ]?pad\b", ("number pad",)),
    (r"\b(?:rucksack|knapsack)s?\b", ("backpacks",)),
    (r"\b(?:jumper|pullover)s?\b", ("sweaters",)),
    (r"\bjigsaws?(?: puzzles?)?\b", ("puzzles",)),
    (r"\btees?\b(?! shirt)", ("t-shirts",)),
    (r"\bflask\b", ("water bottles",)),
)  # fmt: skip
_PLAIN = tuple((re.compile(said), means) for said, means in _MEANS)

_SHORTHAND = (
    (re.compile(r"\bw/o\b"), "without"),
    (re.compile(r"\bw/(?=\s|\w)"), "with "),
    (re.compile(r"\bw (?=an?\b)"), "with "),
    (re.compile(r"\b(?:wanna)\b"), "want to"),
    (re.compile(r"\bem\b"), "them"),
    (re.compile(r"\b(?:cuz|coz|bc)\b"), "because"),
    (re.compile(r"\br u\b"), "are you"),
    (re.compile(r"\bu\b"), "you"),
    (re.compile(r"\bur\b"), "your"),
)

_GREETING = re.compile(
    r"^(?:(?:hi|hiya|hello|hey|howdy|hola|bonjour|hallo|ciao|greetings|yo|(?:good )?(?:morning|evening|afternoon|day))"
    r"(?: there| all| everyone| again)?\s*[,!.:;-]+\s*)+(?=\S)"
)

_WORDS = {
    word: n
    for n, word in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"], 1
    )
}
_TENS = {"fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
         "ninety": 90, "hundred": 100, "a hundred": 100}  # fmt: skip
_NUMBERS = {**_WORDS, **_TENS}
_SPELLED = re.compile(rf"\b(?P<n>{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})(?P<gap>[\s-])(?P<next>[a-z]+)\b")
_MONEY = frozenset(["dollars", "dollar", "bucks", "euros", "euro", "pounds", "quid", "usd", "eur"])
_BOUNDED = re.compile(
    rf"\b(?P<bound>at least|at most|up to|under|over|below|above|less than|more than|minimum|maximum|around|about) "
    rf"(?P<n>{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})\b"
)
_A_UNIT = re.compile(
    r"\b(?P<bound>at least|under|over|less than|more than|up to|about) an? (?P<unit>week|day|hour|litre|liter|"
    r"kilo|metre|meter|pound)\b"
)
_COUNTED = frozenset(["person", "persons", "people", "man", "piece", "pieces"])


def made_plain(text: str, vocabulary: Vocabulary) -> str:
    """The folded text in the words that the catalogue and the other readers know."""
    text = _GREETING.sub("", text)
    for shorthand, full in _SHORTHAND:
        text = shorthand.sub(full, text)
    for said, means in _PLAIN:
        known = next((m for m in means if vocabulary.meanings(phrase_of(m))), None)
        if known is not None:
            text = said.sub(known, text)
    text = _A_UNIT.sub(r"\g<bound> 1 \g<unit>", text)
    text = _BOUNDED.sub(lambda m: f"{m['bound']} {_NUMBERS[m['n']]}", text)
    return _SPELLED.sub(lambda m: _in_digits(m, vocabulary), text)


def _in_digits(match: re.Match[str], vocabulary: Vocabulary) -> str:
    """ "Six man", "four wheels", "eighty dollars"; but "two sleeping bags" are two things, and "one with a hood" is
    one.
    """
    following = match["next"]
    counts = following in _MONEY or following in _COUNTED or (is_known(following) and len(following) > 2)
    if not counts and match["n"] != "one":
        counts = any(m.kind == "attribute" for m in vocabulary.meanings(phrase_of(following)))
    if not counts:
        return match[0]
    following = "person" if following == "man" else following
    return f"{_NUMBERS[match['n']]}{match['gap']}{following}"
