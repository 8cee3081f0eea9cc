"""A Chinese message -> the English words that `understand` already reads: no second way of understanding.

No translation of prose: numbers, money, measures, refusals, comparisons and the words of prompts/chinese.txt are put
into English in an order that the reading of English expects; what the catalogue itself says in Chinese stays as it is.
Words are found by the longest match over the lexicon and the catalogue's own phrases. A segmenter (jieba) would add a
dictionary of 350,000 words whose boundaries help nobody here: a word that is in neither has no meaning to be put in.
Whatever nothing stood for is handed back as `unread`, so that the clerk can say so.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from assistant.chinese_lexicon import HOW, Entry, Lexicon, load_lexicon, simplified
from assistant.chinese_numbers import NUMERALS, number_of
from assistant.phrases import ORDINALS
from assistant.vocabulary import Vocabulary
from retrieval.text import stem, words
from retrieval.units import is_known

_HAN = re.compile(r"[\u3400-\u9fff]")
_OTHER_SCRIPTS = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
"""Kana and Hangul: such a message is Japanese or Korean, whatever Chinese characters stand in it."""
_BEFORE_NUMBERS = {"at most": "under", "at least": "at least", "about": "around"}
_AFTER_BOUNDS = {"or less": "under", "or more": "at least", "or so": "around"}
_OTHER_WAY = {"at most": ("at least", "at least"), "at least": ("at most", "under")}
_OUTSIDE = ("以外", "之外")
_MEASURES = {"长": "length", "宽": "width", "高": "height", "重": "weight", "厚": "thickness"}
_NAMING = ("things", "colours", "materials")
_STOPS = ",。.!?;:\n…"
_NUMBER = re.compile(rf"(?P<sign>[$€£¥])?\s?(?P<number>\d+(?:[.,]\d+)*[万千百]?|[{NUMERALS}]+)")
_LATIN_UNIT = re.compile(r"\s?(?P<unit>[a-z°²\"]+\d?)(?![a-z0-9])")
_LATIN = re.compile(r"[^\W_](?:(?![\u3400-\u9fff])[\w.@+/&'-])*(?: +(?=[a-z]))?")
_RANGE = re.compile(r"\s?(?:到|至|-|~|—|–|和)\s?")
_SIZE = re.compile(r"\s?(?:码|号)")
_LETTERS = re.compile(r"(?P<letter>xxl|xl|xs|[sml])\s?(?:码|号)")
_COUNTERS = "[个款件种双只台条张把项号名]"
_PLACE = re.compile(rf"第(?P<n>\d+|[{NUMERALS}]+){_COUNTERS}?")
_FIRST_FEW = re.compile(rf"前(?P<n>\d|[{NUMERALS}]){_COUNTERS}")
_FEW = {2: "two", 3: "three", 4: "four"}
_TWO_OR_THREE = re.compile(
    r"(?<![零一二两三四五六七八九十百千万\d])([一二两三四五六七八])([二三四五六七八九])([十百千万])"
)
_PLACES = {n: phrase for phrase, n in ORDINALS.items() if phrase.endswith(" one") and "number" not in phrase and n >= 0}


@dataclass(frozen=True, slots=True)
class Translated:
    """A message in words that `understand` reads."""

    text: str
    """English, or the catalogue's own Chinese; the message itself where there was nothing to translate."""
    unread: str = ""
    """Characters nothing stood for, run by run, separated by spaces; "" if all was read."""


@dataclass(frozen=True, slots=True)
class _Piece:
    kind: str
    """A section of the lexicon, or "degree", "amount", "place", "plain", "stop", "unread"."""
    text: str
    said: str = ""
    forms: tuple[str, ...] = ()
    """Of an adjective: plain, more, most, too much, not too much."""
    how: int = 0
    slight: bool = False
    """ "轻一点": lighter than what is shown, or, where a thing is named, simply light."""


def plainly_in_english(message: str, vocabulary: Vocabulary) -> Translated:
    """A Chinese message in the words that `understand` reads; any other message as it is.

    "我想要一个200元以下的两人帐篷，不要红色的" -> "under 200元 2 persons tent , not red"
    """
    if not _HAN.search(message) or _OTHER_SCRIPTS.search(message):
        return Translated(message)
    said = unicodedata.normalize("NFKC", message).translate(simplified())
    pieces = list(_pieces(_TWO_OR_THREE.sub(_spanned, said.lower()), vocabulary))
    names_a_thing = any(_is_category(piece.text, vocabulary) for piece in pieces)
    is_chinese = any(_HAN.match(phrase[0]) for phrase in vocabulary.phrases)
    clauses: list[list[_Piece]] = [[]]
    for piece in pieces:
        clauses[-1].append(piece)
        if piece.kind == "stop":
            clauses.append([])
    text = " ".join(word for clause in clauses for word in _clause(clause, names_a_thing, is_chinese) if word)
    unread = "".join(p.text if p.kind == "unread" else " " for p in pieces)
    return Translated(" ".join(text.split()).strip(" ,"), " ".join(unread.split()))


def _pieces(said: str, vocabulary: Vocabulary) -> Iterator[_Piece]:
    """The message cut into pieces, left to right, each the longest that something stands for."""
    lexicon = load_lexicon()
    i, before = 0, ""
    while i < len(said):
        entry, length = _longest(lexicon, said, i)
        own = _own_words(said, i, vocabulary)
        degree = lexicon.degree.match(said, i)
        if said[i].isspace():
            i += 1
            continue
        if said[i] in _STOPS or said[i] == "、":
            piece, end = _Piece("joints" if said[i] == "、" else "stop", "," if said[i] not in "?" else "?"), i + 1
        elif own >= max(length, 1) and own >= (degree.end() - i if degree else 0):
            piece, end = _Piece("things", said[i : i + own], said[i : i + own]), i + own
        elif match := _PLACE.match(said, i) or _FIRST_FEW.match(said, i):
            piece, end = _placed(match), match.end()
        elif match := _LETTERS.match(said, i):
            piece, end = _Piece("measures", f"size {match['letter']}"), match.end()
        elif (found := _amount(lexicon, said, i, length, before)) is not None:
            piece, end = found
        elif degree and degree.end() - i > length:
            how, forms = HOW.get(degree["how"] or "", 0), lexicon.entries[False, degree["adjective"]].english
            piece = _Piece("degree", "", degree[0], forms, how, bool(degree["bit"]))
            end = degree.end()
        elif entry is not None and not _is_part(lexicon, said, i, entry, length, vocabulary):
            forms = entry.english if entry.section == "degrees" else ()
            kind = "degree" if forms else entry.section
            piece, end = _Piece(kind, _chosen(entry, vocabulary), said[i : i + length], forms), i + length
        elif match := _LATIN.match(said, i) if not _HAN.match(said[i]) else None:
            piece, end = _Piece("plain", match[0].strip()), match.end()
        else:
            end = i + 1
            while end < len(said) and _HAN.match(said[i]) and _is_strange(lexicon, said, end, vocabulary):
                end += 1
            piece = _Piece("unread" if _HAN.match(said[i]) else "plain", said[i:end])
        before = piece.text if piece.kind in ("said", *_BEFORE_NUMBERS) else ""
        yield piece
        i = end


def _spanned(match: re.Match[str]) -> str:
    """ "两三百" is 200 to 300."""
    low, high = (number_of(match[n] + match[3]) or 0 for n in (1, 2))
    return f"{low:g}到{high:g}" if match[3] != "万" and low < high else match[0]


def _longest(lexicon: Lexicon, said: str, i: int, *, after_number: bool = False) -> tuple[Entry | None, int]:
    for length in range(min(lexicon.longest, len(said) - i), 0, -1):
        entry = lexicon.entries.get((after_number, said[i : i + length]))
        if entry is not None:
            # "16GB内存": 内 begins another word there
            longer = after_number and _longest(lexicon, said, i)[1] > length
            return (None, 0) if longer else (entry, length)
    return None, 0


def _is_strange(lexicon: Lexicon, said: str, i: int, vocabulary: Vocabulary) -> bool:
    """Whether a character goes on with a word that nothing stands for."""
    begins = _longest(lexicon, said, i)[1] or _own_words(said, i, vocabulary) or lexicon.degree.match(said, i)
    return bool(_HAN.match(said[i])) and not begins and _number(lexicon, said, i, 0, sure=False) is None


def _is_part(lexicon: Lexicon, said: str, i: int, entry: Entry, length: int, vocabulary: Vocabulary) -> bool:
    """Whether one character that names something is only part of a strange word: 皮肤 is skin, not leather."""
    lone = length == 1 and entry.section in _NAMING and i + 1 < len(said)
    return lone and _is_strange(lexicon, said, i + 1, vocabulary)


def _own_words(said: str, i: int, vocabulary: Vocabulary) -> int:
    """How many characters from `i` are a phrase of the catalogue's own; it keeps Chinese one character a word."""
    for length in range(min(vocabulary.longest, len(said) - i), 0, -1):
        if all(_HAN.match(c) for c in said[i : i + length]) and vocabulary.meanings(tuple(said[i : i + length])):
            return length
    return 0


def _chosen(entry: Entry, vocabulary: Vocabulary) -> str:
    """Of several words for a thing the one that the catalogue uses: in Chinese, else in English, else the first."""
    for word in entry.same:
        if entry.section not in ("degrees", "not") and vocabulary.meanings(tuple(word)):
            return word
    for english in entry.english:
        if vocabulary.meanings([stem(word) for word in words(english)]):
            return english
    return entry.english[0] if entry.english else ""


def _placed(match: re.Match[str]) -> _Piece:
    number = int(number_of(match["n"]) or 0)
    if match.re is _FIRST_FEW:
        return _Piece("pointing", f"the first {_FEW.get(number, number)}")
    place = _PLACES.get(number - 1)
    return _Piece("pointing", f"the {place}" if place else f"number {number}")


def _amount(lexicon: Lexicon, said: str, i: int, length: int, before: str) -> tuple[_Piece, int] | None:
    """A number with its unit and what bounds it, in English order; None where no number is meant."""
    first = _number(lexicon, said, i, length, sure=bool(before))
    if first is None:
        return None
    value, unit, kind, end = first
    bound = ""
    joint = _RANGE.match(said, end)
    second = _number(lexicon, said, joint.end(), 0, sure=True) if joint else None
    if second is not None and joint and (not unit or not second[1] or unit == second[1]):
        low, (high, unit, kind, end) = value, (second[0], second[1] or unit, second[2] or kind, second[3])
        value, bound = f"{low} and {high}", "between"
    entry, size = _longest(lexicon, said, end, after_number=True)
    if entry is not None and entry.section in _AFTER_BOUNDS:
        bound, end = bound or _AFTER_BOUNDS[entry.section], end + size
    if kind == "counted":
        return _Piece("silent", ""), end  # "a tent", "two lamps": how many, not which
    if unit == "jin":  # half a kilogram
        value, unit = " and ".join(f"{float(v) / 2:g}" for v in value.split(" and ")), "kg"
    if kind == "size":
        return _Piece("amount", f"size {value}"), end
    if unit in ("$", "€", "£", "¥"):
        value, unit = " and ".join(unit + v for v in value.split(" and ")), ""
    space = "" if unit == "元" else " "
    return _Piece("amount", f"{bound} {value}{space if unit else ''}{unit}".strip()), end


def _number(lexicon: Lexicon, said: str, i: int, length: int, *, sure: bool) -> tuple[str, str, str, int] | None:
    """(digits, unit in English, "" or "counted" or "size", end). A Chinese numeral counts only where something shows
    that it is one: 一下 and 十分 are words.
    """
    match = _NUMBER.match(said, i)
    if match is None or (length > match.end() - i):
        return None
    value = number_of(match["number"])
    if value is None:
        return None
    end, unit, kind = match.end(), match["sign"] or "", ""
    entry, size = _longest(lexicon, said, end, after_number=True)
    latin = _LATIN_UNIT.match(said, end)
    if entry is not None and entry.section in ("units", "money", "counted"):
        unit, kind, end = (*entry.english, "")[0], "counted" if entry.section == "counted" else "", end + size
    elif size_mark := _SIZE.match(said, end):
        kind, end = "size", size_mark.end()
    elif latin is not None and is_known(latin["unit"]):
        unit, end = latin["unit"], latin.end()
    elif latin is not None and match["number"][-1].isdigit() and not said[end].isspace():
        return None  # "1000xm4" is a model number
    is_digits = match["number"][0].isdigit()
    shown = entry is not None or bool(kind or unit) or bool(re.search("[十百千万]", match["number"][1:]))
    if not is_digits and not (sure or shown):
        return None
    return f"{value:g}" if value < 1e6 else str(int(value)), unit, kind, end


def _clause(pieces: Sequence[_Piece], names_a_thing: bool, keeps_unread: bool) -> list[str]:
    """One clause in English order."""
    lexicon = load_lexicon()
    stops = [p for p in pieces if p.kind == "stop"]
    held = [p for p in pieces if p.kind != "stop"]
    told = [p for p in held if p.kind not in ("silent", "question")]

    # 1) "红色的不要" refuses what stands before it; after a refusal that opens ("除了黑色都不要") it says it again.
    if len(told) > 1 and told[-1].said in lexicon.last and told[-1].kind == "not":
        last = told.pop()
        if not any(p.kind == "not" for p in told):
            told.insert(0, last)
    for n, (p, after) in enumerate(_with_next(told)):  # "不要低于100": two refusals make a bound
        if p.kind == "not" and after.kind in _OTHER_WAY:
            told[n : n + 2] = [_Piece("silent", ""), _Piece(*_OTHER_WAY[after.kind])]
    for n, p in enumerate(held):  # "黑色以外的" refuses without a word of refusing
        if p.said in _OUTSIDE and n and held[n - 1] in told and not any(q.kind == "not" for q in told):
            told.insert(told.index(held[n - 1]), _Piece("not", "not"))
    refused = any(p.kind == "not" for p in told)
    # A bound that no number came with says nothing; "宽140厘米" names the measure.
    told = [p for p, after in _with_next(told) if p.kind not in _BEFORE_NUMBERS or after.kind == "amount"]
    told = [_measured(p, after) for p, after in _with_next(told)]

    # 2) "比第二个轻" -> "lighter than the second one".
    than = next((n for n, p in enumerate(told) if p.text == "than"), None)
    adjective = next((n for n, p in enumerate(told) if p.kind == "degree" and than is not None and n > than), None)
    if than is not None and adjective is not None:
        more = told[adjective].forms[1]
        told[than : adjective + 1] = [_Piece("plain", more), *told[than:adjective]]

    # 3) What English asks with opens the sentence; "它防水吗" is a question of a product, "有帐篷吗" of the shop.
    asked = [p.text for p in told if p.kind == "asked"]
    is_question = any(p.kind == "question" for p in held) or any(p.text == "?" for p in stops)
    has = any(p.said in ("有", "有没有", "卖", "有卖", "出售") for p in held)
    subject = _subject(told)
    if not asked and subject and is_question and not any(p.kind == "degree" and p.how for p in told):
        where = subject
        asked = ["does" if has else "is"]
        told[where:where] = [_Piece("plain", "have")] if has else []
    elif not asked and has and is_question and told:
        asked = ["do you have"]
    told = [_for_use(p, held) for p in told]
    for n, (before, p) in enumerate(pairwise(told), start=1):
        if before.how == 2 and p.text == "it":  # "最便宜的那个"
            told[n - 1 : n + 1] = [_Piece("plain", f"the {before.forms[2]} one"), _Piece("silent", "")]
    text = asked
    points_twice = sum(p.kind == "pointing" for p in told) > 1
    for p in told:
        if p.kind == "degree":
            text.append(p.forms[p.how or int(p.slight and not names_a_thing)])
        elif p.kind == "joints":
            text.append("or" if refused and not points_twice and p.text != "than" else p.text)
        elif p.kind != "asked" and (keeps_unread or p.kind != "unread"):
            text.append(p.text)
    return [*text, *(p.text for p in stops)]


def _subject(told: Sequence[_Piece]) -> int:
    """Where the product asked about ends: behind "the second one", or behind a name that opens; 0 for none."""
    pointing = next((n + 1 for n, p in enumerate(told) if p.kind == "pointing"), 0)
    named = next((n for n, p in enumerate(told) if p.kind not in ("plain", "amount")), len(told))
    return pointing or (named if told and told[0].kind == "plain" and named < len(told) else 0)


def _with_next(pieces: Sequence[_Piece]) -> list[tuple[_Piece, _Piece]]:
    return list(pairwise([*pieces, _Piece("silent", "")]))


def _measured(piece: _Piece, after: _Piece) -> _Piece:
    """ "宽140厘米": an adjective just before an amount is the measure."""
    name = _MEASURES.get(piece.said) if after.kind == "amount" else None
    return _Piece("measures", name) if name else piece


def _for_use(piece: _Piece, held: Sequence[_Piece]) -> _Piece:
    """ "露营用" is "for camping": a use, where "camping" alone may name a department."""
    after = next((b for a, b in pairwise(held) if a is piece), None)
    is_use = piece.kind == "uses" and after is not None and after.said.startswith("用")
    return replace(piece, text=f"for {piece.text}") if is_use else piece


def _is_category(text: str, vocabulary: Vocabulary) -> bool:
    found = vocabulary.meanings([stem(word) for word in words(text)]) if text else ()
    return any(meaning.kind == "category" for meaning in found)
