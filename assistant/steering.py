"""How a message steers what stands, apart from new wishes: taking back ("any colour will do"), correcting ("no, I
meant a lamp"), refusing a product, asking for its brand again or never, carrying wishes over to another thing.

Recognises the turns of phrase and which standing wishes they are about; `dialogue` does what they ask.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.types import Constraint
from retrieval.text import STOP_WORDS, stem, words

# 1) Taking back. "What" is an attribute, a value or a kind of wish; it ends at a joint or with the sentence.
_WHAT = r"(?P<what>[a-z0-9][\w' \-]{0,40}?)"
_NOT = r"(?:doesn'?t|does not|don'?t|do not|didn'?t|needn'?t|need not|no longer|not)"
_IS = r"(?:is|are|would be|'s)"
_FINE = rf"(?:will do|would do|works?|{_IS}(?: also| too| all)? (?:fine|ok|okay|good|alright|welcome|possible|allowed))"
_JOINTS = (
    "and|but|so|though|then|anymore|any more|any longer|after all|at all|for me|to me|please|now|too|either|really|"
    "as long|if|btw|tho|lol|tbh|actually|anyway|thanks|thx|pls|plz"
)
_END = rf"(?=\s*(?:$|[,.;:!?]|\b(?:{_JOINTS})\b))"
_SURELY = r"(?:really |actually |even |necessarily )?"
_NEEDED = (
    r"(?:important|a must|necessary|needed|required|essential)"  # "not essential" said of a new wish only softens it
)
_DROP = r"(?:forget|never mind|nevermind|ignore|drop|scrap|lose|remove|skip|leave (?:out|off|aside)|take (?:away|off))"
_LIMIT = r"(?:limit|filter|bit|part|thing|wish|requirement|constraint|restriction)s?"
_TAKING_BACK = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b(?:in |of )?(?:any|whatever|whichever|every) (?!of\b)(?:other |old )?{_WHAT}(?: at all)?"
        rf"(?: {_FINE}|{_END})",
        rf"\b(?:the |its |my )?{_WHAT} {_SURELY}{_NOT} {_SURELY}(?:matter|important)s?\b",
        rf"\b{_NOT} {_SURELY}matter (?:which|what|the) {_WHAT}{_END}",
        rf"\b(?:the |its |my )?{_WHAT} (?:is|are)(?:n'?t| not) (?:that |so |really |as )?{_NEEDED}\b",
        rf"\b{_WHAT} not {_NEEDED}\b",
        rf"\b(?:i )?{_NOT} {_SURELY}(?:care|mind|worry|fussed|bothered)(?: about| for)? "
        rf"(?:the |which |what |its )?{_WHAT}{_END}",
        rf"\b{_DROP}(?: about)? (?:what i said about |the |my |that |about )*{_WHAT}(?: {_LIMIT})?{_END}",
        rf"\b(?:it |they |that )?{_NOT} {_SURELY}(?:have to|need to|must|got to)(?: be| have| come)?"
        rf"(?: from| in| with)? (?:an? |the |that )?{_WHAT}{_END}",
        rf"\b(?:i |we )?(?:don'?t|do not|no longer) {_SURELY}need "
        rf"(?:it to be |it to have |them to be |an? |the |that )?{_WHAT}"
        rf"(?: anymore| any more| any longer| after all)?{_END}",
        rf"\b(?:no need for|not necessarily|no need to be|needn'?t be|need not be) "
        rf"(?:an? |the |in |for )?{_WHAT}{_END}",
        rf"\bno {_WHAT} (?:needed|required|necessary)\b",
        rf"\b(?:without|no) (?:the |an? |any |my )?{_WHAT} {_LIMIT}\b",
        rf"\b{_WHAT} {_IS}(?: also| too)? (?:ok|okay|fine|alright|all right|good)"
        r"(?: too| as well| after all| actually| now| with me| by me| also)+\b",
        rf"\b{_WHAT} be damned\b",
        rf"\b{_WHAT} (?:is|'s) (?:no object|optional|irrelevant|up to you|flexible|not fixed)\b",
        rf"\b(?:i(?:'m| am)|we(?:'re| are)) (?:flexible|easy|open) (?:on|about|with|as to) (?:the )?{_WHAT}{_END}",
        rf"\b(?:either )?with or without (?:an? |the )?{_WHAT}{_END}",
    )
)
_NO_THING = frozenset(
    stem(w)
    for w in """one ones thing things other others more it that this them product products questions idea chance way of
    kind sort reason problem time recommendations suggestions good requirement requirements limit""".split()
)
_NAMES = {
    "price": ("budget", "price", "prices", "money", "cost", "costs", "limit", "expensive", "cheaper", "cheap"),
    "brand": ("brand", "brands", "make", "maker", "manufacturer"),
    "category": ("kind", "category"),
    "stock": ("stock", "availability", "available"),
    "total": ("budget", "total", "sum", "price", "money", "limit"),
}
_SPELLINGS = {"color": "colour", "colors": "colour", "colours": "colour", "sizes": "size"}
_SIDES = frozenset(["width", "height", "length", "depth", "diameter", "thickness", "capacity", "screen size", "volume"])
_BEGUN = 3  # letters of a word's beginning that tell which is meant
_NAMED_ALONE = {stem(w) for names in _NAMES.values() for w in names} | {"colour", "size", "materi", "weight"}
_NOT_IT = re.compile(r"^(?:not|no)? ?(?:needed|required|necessary)(?: then| after all| anymore)?$")

# 2) Correcting: the kind of thing was misread, or the last wish was.
_CORRECTION = re.compile(
    r"^(?:(?:no|nope|oh|oops|ops|wait|sorry|hm+|ah|sry|my bad|actually|nah|pardon|excuse me|apologies)\b[\s,.!]*)*"
    r"(?:i|we) (?:actually |really )?(?:meant|mean|mant|ment)(?: to say)?\b"
    r"|^(?:no|nope|nah|oops|wait|sorry)\b[\s,.!]+(?:no[\s,]+)?(?=an?\b)|\b(?:i|we) (?:meant|mean)\b"
)

# 3) What a product pointed at has, wanted again or never.
_TRAITS = {
    "brand": "brand", "make": "brand", "maker": "brand", "colour": "colour", "color": "colour", "size": "size",
    "material": "material",
}  # fmt: skip
_TRAIT = rf"(?P<trait>{'|'.join(_TRAITS)})"
_NOT_THAT = re.compile(
    rf"\b(?:not (?:that|this|the same|their)|(?:an)?other|(?:a )?different|anything but (?:that|this)) {_TRAIT}\b"
)
_THE_SAME = re.compile(rf"\b(?:the |that )?same {_TRAIT}\b(?! (?:for|limit))")

# 4) Carrying over: "the same for a coffee maker, just colour and price".
_SAME_FOR = re.compile(
    r"\bsame (?:budget|price|limit|wishes|requirements|criteria)\b|"
    r"\b(?:the )?same (?:again )?(?:[\w ,]{0,40})?\b(?:for|but for) (?:an?|some|the)\b"
    r"|\bsame (?:wishes|requirements|criteria)\b"
)
_ONLY = re.compile(r"\b(?:just|only)\b(?P<which>.+)$")

# 5) Refusing a product that was shown.
_REFUSAL = re.compile(
    rf"\b{_NOT} (?:really |much )?(?:like|want|fancy|love|care for|need) (?:the|that|this|it|number|#)\b"
    r"|\bnot (?:the|that|this) (?:first|second|third|fourth|fifth|sixth|last|one)\b(?! (?:brand|colour|color))"
    r"|\bhate (?:the|that|this)\b"
    r"|\b(?:first|second|third|fourth|last)(?: one)?(?:'s| is| looks|,)? (?:just |a bit |way |far |much |really )*"
    r"(?:too \w+|ugly|boring|awful|horrible)"
)


@dataclass(frozen=True, slots=True)
class Steering:
    """What a message does to the wishes that stand, beside adding some."""

    dropped: tuple[str, ...] = ()
    """Keys of the wishes taken back."""
    takes_back: bool = False
    """Whether it speaks of taking back at all, though perhaps nothing of the kind stands."""
    corrects: bool = False
    traits: tuple[tuple[str, bool], ...] = ()
    """("brand", False) for "not that brand", ("colour", True) for "the same colour": of the product meant."""
    carried: tuple[str, ...] = ()
    """Keys of the wishes that are to hold for another kind of thing as well."""
    refuses: bool = False
    """The product pointed at is not wanted."""
    spans: tuple[tuple[int, int], ...] = ()
    """Where all this is said: words that ask for nothing of their own."""

    @property
    def asks(self) -> bool:
        """Whether there is something to do."""
        return bool(self.dropped or self.traits or self.carried)


def steering_in(text: str, standing: Sequence[Constraint]) -> Steering:
    """What a folded message does to the wishes that stand; the last of them is the one made last."""
    dropped, spans = _taken_back(text, standing)
    takes_back = bool(spans)
    traits: dict[str, bool] = {}
    for pattern, wanted in ((_NOT_THAT, False), (_THE_SAME, True)):
        for match in pattern.finditer(text):
            if any(start <= match.start() < end for start, end in spans):
                continue  # "same brand doesn't matter"
            traits[_TRAITS[match["trait"]]] = wanted
            spans.append(match.span())
    spans.extend(m.span() for m in _CORRECTION.finditer(text))
    return Steering(
        dropped,
        takes_back,
        bool(_CORRECTION.match(text)),
        tuple(traits.items()),
        _carried(text, standing),
        bool(_REFUSAL.search(text)),
        tuple(spans),
    )


def _taken_back(text: str, standing: Sequence[Constraint]) -> tuple[tuple[str, ...], list[tuple[int, int]]]:
    if _NOT_IT.match(text) and standing:  # "not needed then": the wish made last
        return (standing[-1].key,), [(0, len(text))]
    keys: list[str] = []
    spans: list[tuple[int, int]] = []
    for pattern in _TAKING_BACK:
        for match in pattern.finditer(text):
            if any(c.isdigit() for c in match["what"]):
                continue
            parts = re.split(r"\b(?:and|or)\b|,", match["what"])
            named = [{stem(_SPELLINGS.get(w, w)) for w in words(part)} - STOP_WORDS - _NO_THING for part in parts]
            named = [what for what in named if what]
            gone = [c for c in standing if any(_is_about(c, what) for what in named)]
            if gone or (named and all(what <= _NAMED_ALONE for what in named)):
                keys.extend(c.key for c in gone)
                spans.append(match.span())
    return tuple(dict.fromkeys(keys)), spans


def _is_about(constraint: Constraint, what: set[str]) -> bool:
    """Whether the words name the wish, its attribute or its value."""
    names = {stem(w) for w in _NAMES.get(constraint.kind, ())}
    if constraint.test is not None:
        names |= {stem(w) for w in words(constraint.test.attribute)}
        if constraint.test.attribute in _SIDES:
            names.add("size")
    label = {stem(w) for w in words(constraint.label.partition(":")[0])} - STOP_WORDS - {"not", "no", "up", "least"}
    if constraint.kind in ("price", "total"):
        return bool(what & names)
    if constraint.kind == "category":
        return bool(what & names) or (constraint.negated and bool(what & label))
    known = names | label | {"use"}
    begun = {w for w in what if len(w) >= _BEGUN and any(k.startswith(w) for k in names | label)}  # "the paying"
    return bool((what & (names | label)) or begun) and what <= known | begun


def _carried(text: str, standing: Sequence[Constraint]) -> tuple[str, ...]:
    if not _SAME_FOR.search(text):
        return ()
    rest = [c for c in standing if c.kind != "category"]
    only = _ONLY.search(text) or re.search(
        r"\bsame (?P<which>[\w ,]+?) for\b|\bsame (?P<limit>budget|price|limit)\b", text
    )
    if only is None:
        return tuple(c.key for c in rest)
    named = {stem(_SPELLINGS.get(w, w)) for w in words(" ".join(w for w in only.groups() if w))}
    return tuple(c.key for c in rest if named & {stem(w) for w in (*_NAMES.get(c.kind, ()), *c.key.split(":"))})


def is_widening(old: Constraint, new: Constraint) -> bool:
    """Whether a limit replaced by another lets more in."""
    infinity = float("inf")
    was = (old.high if old.high is not None else infinity, -(old.low or 0.0))
    now = (new.high if new.high is not None else infinity, -(new.low or 0.0))
    return now != was and now[0] >= was[0] and now[1] >= was[1]
