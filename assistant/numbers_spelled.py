"""Numbers written out: "two hundred and fifty" -> "250". English only; knows nothing of what they count."""

from __future__ import annotations

import re

_ONES = {
    w: n
    for n, w in enumerate(
        """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
        eighteen nineteen""".split(),
        1,
    )
}
_TENS = {w: 10 * n for n, w in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
_TIMES = {"hundred": 100, "thousand": 1000, "grand": 1000}
NUMBER_WORDS = frozenset({*_ONES, *_TENS, *_TIMES})
_WORD = "|".join(sorted(NUMBER_WORDS, key=len, reverse=True))
_SPELLED = re.compile(rf"\b(?:{_WORD})(?:(?:[ -]| and )(?:{_WORD}))*\b")


def in_digits(text: str) -> str:
    """A folded text with its spelled numbers in digits; "one" alone stays a word, and "a hundred" is 100."""
    text = re.sub(r"\ba (?=hundred\b|thousand\b|grand\b)", "one ", text)
    return _SPELLED.sub(lambda m: m[0] if m[0] == "one" else str(_value(m[0])), text)


def _value(spelled: str) -> int:
    """ "two thousand three hundred" -> 2300."""
    total = part = 0
    for word in re.split(r"[ -]", spelled.replace(" and ", " ")):
        if word in _TIMES:
            part = max(part, 1) * _TIMES[word]
            if _TIMES[word] == 1000:
                total, part = total + part, 0
        else:
            part += _ONES.get(word, 0) + _TENS.get(word, 0)
    return total + part
