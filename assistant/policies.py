"""Questions about the shop, answered with its own words: the section that fits, quoted, and nothing added.

The sections are read and encoded once. A question is held against each by meaning and by words, where words of one
matter (postage, delivery, shipping) count as one. Where nothing comes near enough, the reply says that the pages do
not say.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from assistant.policy_pages import PolicyPage, Section, passages, read_pages, sentences
from retrieval.text import STOP_WORDS, fold, stem, words
from retrieval.types import Encoder, Vectors

_WORDS = 0.5  # a share of the question's words, beside a cosine: 0.4 to 0.8 find as many of the judged questions
_TITLE = 0.5  # a word in the title counts half as much again: the shop itself says what the section is about
CONFIDENT = 0.57
"""Below it nothing on the pages answers: with the bundled encoder it keeps the demo shop's pages silent on all eight
questions of the first list of tests/assistant/policy_questions.py that they leave open, and on none they answer."""
_QUESTIONS = 4  # texts of one message that are encoded: itself and three questions in it
_ALSO = 0.85  # of the best score, from which another section is named as well
_LONGEST_QUOTE = 700  # characters; a reply is read, a policy page is linked to
_LONGEST_EXCERPT = 420  # of a section longer than that: what answers, and a link to the rest
_READ = 300  # characters of a section that its vector stands for: the encoder reads 256 pieces, the point comes first

# A message must hold one of these (stems) to be about the shop rather than about a product.
_SHOP_WORDS = frozenset(
    stem(word)
    for word in """return returns returning refund refunds exchange shipping ship ships delivery deliver delivered
    warranty
    guarantee repair payment pay paypal card invoice privacy data contact phone email telephone cancel postage
    policy policies order complaint""".split()
)
_ASKING = re.compile(
    r"\?|^\s*(?:what|how|when|where|who|can|do|does|is|are|may|will|which)\b|\bpolic|\breturns?\b|\brefund|\bcontact\b"
)

# Words of one matter, in any shop: a page says "refund", a shopper "my money back". Both sides are read alike.
_MATTERS: Mapping[str, re.Pattern[str]] = {
    name: re.compile(rf"\b(?:{pattern})\b")
    for name, pattern in {
        "return": r"return\w*|(?:send|sent|sending|give|bring|take)\b.{0,25}\bback|goods back",
        "refund": r"refund\w*|money back|reimburs\w+|get .{0,12}money",
        "exchange": r"exchang\w+|swap\w*|trade in|(?:different|other|another|bigger|smaller) (?:size|colou?r)",
        "warranty": r"warrant\w+|guarantee\w*",
        "fault": r"fault\w*|defect\w*|broke\w*|breaks?|damaged?|stopped working|does ?n.t work|faulty|fails?",
        "repair": r"repair\w*|mend\w*|fix\w*|spare parts?",
        "shipping": r"ship\w*|deliver\w*|postage|dispatch\w*|courier|carrier|parcels?",
        "arrive": r"arriv\w+|get here|come|reach me|turn up|takes?",
        "fast": r"express|overnight|(?:next|same)[ -]day|fast\w*|quick\w*|rush",
        "where": r"canada|mexico|europe|uk|abroad|overseas|international\w*|countr\w+|states?|alaska|hawaii",
        "cost": r"cost\w*|charges?|fees?|how much|free|pays?|expensive",
        "stock": r"(?:out of|in|no) stock|sold[ -]out|restock\w*|back in|available again",
        "card": r"cards?|visa|mastercard|amex",
        "other money": r"crypto\w*|bitcoin|paypal|cash|che(?:ck|que)s?|bank transfer|apple pay|google pay",
        "parts": r"instal?lments?|monthly|in (?:\w+ )?parts|klarna|afterpay|pay later|three payments",
        "tax": r"tax\w*|vat",
        "cheaper": r"cheaper|price (?:drop\w*|falls?|match\w*)|price .{0,40}falls?|difference",
        "personal data": r"data|personal information|privacy|gdpr|records?",
        "keep": r"keep|kept|stor(?:e|ed|ing)|collect\w*|hold",
        "share": r"shar(?:e|ed|ing)|sell\w*|third part\w+|advertis\w+",
        "delete": r"delet\w+|eras\w+|remov\w+|correct\w*",
        "suggest": r"suggest\w*|recommend\w*|personali\w+|tracking|track me",
        "reach": r"(?:tele)?phone(?: numbers?)?|call|e-?mail(?: address)?|contact|reach you|"
        r"speak to|talk to|customer (?:care|service)",
        "hours": r"open|opening|closed?|hours|monday|saturdays?|sundays?|weekends?|[ap]\.m\.?",
        "cancel": r"cancel\w*|changed my mind|call off",
        "gift card": r"gift ?cards?|vouchers?",
        "worn": r"worn|wear|tried on|try .{0,12}on|used|dirty|clean|opened",
        "window": r"how long .{0,40}(?:return|exchang|(?:send|bring|give) .{0,20}back)|"
        r"until when|deadline|window|last day|returned until",
        "holiday": r"christmas|holidays?|december|january|thanksgiving|black friday",
        "label": r"labels?",
        "claim": r"claims?|claiming",
        # What a question asks for, and the shape of what answers it.
        "how long": r"how (?:long|soon|many days)|(?:un)?till? when|by when|length|"
        r"\d+ (?:business )?(?:days?|weeks?|months?|years?)",
        "how to": r"how (?:do|can|should|would|to)|where (?:do|can) i|ask for|write to",
    }.items()
}  # fmt: skip

_PLAIN_WORDS = frozenset(stem(w) for w in STOP_WORDS) | frozenset(
    stem(w)
    for w in """policy policies how long much many get make if my mine it's what's i'm i've don't there any about you're
    want need like know tell let may also still something stuff thing things someone one please thanks hi hello
    happen happens does shop store under until till after before over out up down off back still more less again now
    ever only while during without within""".split()
)


@dataclass(frozen=True, slots=True)
class _Index:
    """What a question is held against, a row or an entry for each section."""

    vectors: Vectors
    """(sections, dimension), rows of unit length: title and beginning."""
    passages: tuple[tuple[str, ...], ...]
    passage_vectors: tuple[Vectors, ...]
    """For each section, (its passages, dimension)."""
    title_terms: tuple[frozenset[str], ...]
    terms: tuple[frozenset[str], ...]
    rarity: Mapping[str, float]
    """Term -> how few sections have it, 0 to 1."""


class PolicyPages:
    """The shop's pages, read and encoded once; false if they hold no section."""

    def __init__(self, pages: Sequence[PolicyPage], sections: Sequence[Section], encoder: Encoder) -> None:
        self.pages, self.sections = tuple(pages), tuple(sections)
        self._index = _indexed(self.sections, encoder) if sections else None

    def __bool__(self) -> bool:
        return bool(self.sections)

    def best(self, message: str, encoder: Encoder) -> tuple[Section, float] | None:
        """The section that answers, with how surely (its score, at least `CONFIDENT`); None where none does."""
        scores = self._scores(message, encoder)
        if not len(scores) or scores.max() < CONFIDENT:
            return None
        place = int(scores.argmax())
        return self.sections[place], float(scores[place])

    def nearest(self, message: str, encoder: Encoder, count: int = 3) -> tuple[Section, ...]:
        """The sections that come nearest to a question, answering it or not."""
        order = np.argsort(-self._scores(message, encoder), kind="stable")
        return tuple(self.sections[int(place)] for place in order[:count])

    def excerpt(self, section: Section, message: str, encoder: Encoder) -> str:
        """The section's own words: whole if it is short, else the passages that answer, in the page's order."""
        if len(section.text) <= _LONGEST_QUOTE or self._index is None:
            return section.text
        place = self.sections.index(section)
        own, vectors = self._index.passages[place], self._index.passage_vectors[place]
        asked = encoder.encode([message])[0]
        wanted = terms_of(message)
        scores = vectors @ asked + [self._shared(wanted, terms_of(passage)) for passage in own]
        chosen: list[int] = []
        for number in (int(n) for n in np.argsort(-scores, kind="stable")):
            if chosen and sum(len(own[n]) for n in (*chosen, number)) > _LONGEST_EXCERPT:
                break
            chosen.append(number)
        return _joined([own[n] for n in sorted(chosen)])

    def _scores(self, message: str, encoder: Encoder) -> Vectors:
        """(sections,): nearness in meaning (0 to 1), plus the share of the question's words that a section has."""
        index = self._index
        if index is None:
            return np.zeros(0, dtype=np.float32)
        # What leads up to a question must not drown it: each question of the message is held against the pages, too.
        asked = [message, *(s for s in sentences(message) if s != message and s.endswith(("?", "？")))][:_QUESTIONS]
        each = [
            0.5 * (index.vectors @ vector)
            + [0.5 * (own @ vector).max() for own in index.passage_vectors]
            + [_WORDS * shared for shared in self._shares(terms_of(text))]
            for text, vector in zip(asked, encoder.encode(asked), strict=True)
        ]
        return np.asarray(np.max(each, axis=0), dtype=np.float32)

    def _shares(self, wanted: frozenset[str]) -> list[float]:
        """For each section, which share of the wanted terms it has; in its title they count half as much again."""
        index = self._index
        return [
            self._shared(wanted, terms) + _TITLE * self._shared(wanted, title)
            for terms, title in (zip(index.terms, index.title_terms, strict=True) if index is not None else ())
        ]

    def _shared(self, wanted: frozenset[str], terms: frozenset[str]) -> float:
        """Which share of the wanted terms is there, rare ones counting more; those on no page count fully."""
        rarity = self._index.rarity if self._index is not None else {}
        total = sum(rarity.get(term, 1.0) for term in wanted)
        return sum(rarity.get(term, 1.0) for term in wanted & terms) / total if total else 0.0

    def also(self, message: str, encoder: Encoder) -> Section | None:
        """The runner-up, where it comes so near that it may be what was meant."""
        scores = self._scores(message, encoder)
        first, second = (*np.argsort(-scores, kind="stable"), -1, -1)[:2]
        near = second >= 0 and scores[second] >= max(CONFIDENT, _ALSO * scores[first])
        return self.sections[int(second)] if near else None


def open_policies(path: Path | None, encoder: Encoder) -> PolicyPages:
    """The pages of the settings, read and encoded; empty for none. Raises SettingsError."""
    return PolicyPages(*read_pages(path), encoder) if path is not None else PolicyPages((), (), encoder)


def _indexed(sections: Sequence[Section], encoder: Encoder) -> _Index:
    cut = tuple(passages(section.text) or (section.text,) for section in sections)
    texts = [f"{section.title}. {section.text[:_READ]}" for section in sections]
    for section, own in zip(sections, cut, strict=True):
        texts += [f"{section.title.rpartition(': ')[2]}. {' '.join(passage.split())}" for passage in own]
    vectors = encoder.encode(texts)
    ends = np.cumsum([len(sections), *(len(own) for own in cut)])
    title_terms = tuple(terms_of(section.title) for section in sections)
    terms = tuple(terms_of(f"{section.title}. {section.text}") for section in sections)
    counts = Counter(term for each in terms for term in each)
    most = math.log(1 + len(sections))
    rarity = {term: math.log(1 + len(sections) / count) / most for term, count in counts.items()}
    return _Index(
        vectors[: len(sections)],
        cut,
        tuple(vectors[start:end] for start, end in pairwise(ends)),
        title_terms,
        terms,
        rarity,
    )


def terms_of(text: str) -> frozenset[str]:
    """The stems of a text, and the matters it speaks of ("#refund")."""
    folded = fold(text).replace("’", "'")
    matters: set[str] = set()
    said: set[str] = set()  # words that a matter stands for: "postage" is not missing where the page says "shipping"
    for name, pattern in _MATTERS.items():
        for match in pattern.finditer(folded):
            matters.add(f"#{name}")
            said.update(words(match[0]))
    return frozenset({stem(w) for w in words(folded) if w not in said} - _PLAIN_WORDS | matters)


def is_about_the_shop(message: str) -> bool:
    """Whether a message asks about the shop itself: returns, shipping, payment and the like."""
    folded = fold(message)
    return bool(_ASKING.search(folded)) and not _SHOP_WORDS.isdisjoint(stem(w) for w in words(folded))


def policy_turn(pages: PolicyPages, message: str, encoder: Encoder) -> tuple[str, str]:
    """(reply, title of the section quoted); where the pages do not say, that, and the title is ""."""
    found = pages.best(message, encoder)
    if found is None:
        return not_said(pages.nearest(message, encoder)), ""
    section, _ = found
    other = pages.also(message, encoder)
    see = f"\n\nSee also [{other.title}]({other.link})." if other is not None else ""
    return quoted(section, pages.excerpt(section, message, encoder)) + see, section.title


def quoted(section: Section, excerpt: str = "") -> str:
    """The section as a reply: where it stands, its own words, and the link to them."""
    text = excerpt or section.text
    more = "Read it on our page" if text == section.text else "There is more on our page"
    link = f"\n\n[{more}]({section.link})" if section.slug else ""
    return f"From our policies, **{section.title}**:\n\n{text}{link}"


def not_said(nearest: Sequence[Section]) -> str:
    """The reply to a question about the shop that its pages leave open."""
    told = ", ".join(f"[{section.title}]({section.link})" for section in nearest)
    near = f" The nearest sections are: {told}." if told else ""
    return f"Our pages do not say.{near} I can pass your question to a person: just say “talk to a person”."


def _joined(parts: Sequence[str]) -> str:
    """Passages one after the other: sentences in a line, blocks apart, rows of one table under its header once."""
    out = ""
    for before, part in zip(("", *parts), parts, strict=False):
        lines, lines_before = part.split("\n"), before.split("\n")
        if _is_row(part) and lines[:2] == lines_before[:2]:
            out = "\n".join([out, *lines[2:]])
        elif out:
            apart = _is_block(part) or _is_block(before)
            out += ("\n" if _is_item(part) and _is_item(before) else "\n\n" if apart else " ") + part
        else:
            out = part
    return out


def _is_row(passage: str) -> bool:
    return passage.lstrip().startswith("|") or "\n|" in passage


def _is_item(passage: str) -> bool:
    return bool(re.match(r"\s*(?:[-*+]|\d+[.)])\s", passage))


def _is_block(passage: str) -> bool:
    return _is_row(passage) or _is_item(passage) or passage.startswith(("```", "~~~", "    ", ">", "#"))
