"""Claims in words: the clauses of a sentence, and the values, denials and words in them.

Every check gives "" or why the claim fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Literal

from assistant.facts import HEDGE, NUMBER, Clause, Facts, contains, stems_of
from assistant.plain_words import (
    ASIDE,
    ASKED,
    BARE_VALUES,
    CLAIMLESS_VERBS,
    CONTRAST,
    DENIAL,
    FALSIFIERS,
    JOINT,
    LOOSE_NAME_STEMS,
    NO_NAMES,
    NUMBER_WORDS,
    OWN_SUBJECT,
    PLAIN_STEMS,
    SILENCE,
    SPOKEN_AS,
    TURN,
)
from assistant.vocabulary import Meaning, Vocabulary, phrase_of
from retrieval.text import STOP_WORDS, fold, stem, words
from retrieval.units import is_known

_TOKEN = re.compile(r"[^\W_]+(?:[.\-/'’][^\W_]+)*")


def carries_claim(word: str) -> bool:
    """Whether a word says anything by itself."""
    return stem(word) not in PLAIN_STEMS and word not in STOP_WORDS and not DENIAL.fullmatch(word)


def clauses_of(bare: str, facts: Facts) -> list[Clause]:
    """The sentence cut where its subject, its mood or the attribute it speaks of changes."""
    digits = re.sub(r"\b[a-z]+\b", lambda m: NUMBER_WORDS.get(m.group(), m.group()), ASIDE.sub(" ", bare))
    for name in facts.names:
        digits = digits.replace(name, name.replace(" with ", " + "))  # "battery life with case" is one name
    result: list[Clause] = []
    parts = [part for part in (p.strip() for p in JOINT.split(digits)) if part]
    for number, part in enumerate(parts):
        following = parts[number + 1] if number + 1 < len(parts) else ""
        for clause in _moods(part):
            if clause.mood == "asked" and CONTRAST.match(following) and not re.search(r"\bas you\b", part):
                clause = replace(clause, contrasted=True)  # "you asked for red, but it comes in navy"
            about = _attributes_named(clause.text, facts)
            if result and clause.text.startswith("made ") and any(_is_part(name, facts) for name in result[-1].about):
                about = result[-1].about  # "its poles are made of"
            elif not about and result and not OWN_SUBJECT.search(clause.text):
                about = result[-1].about
            result.append(replace(clause, about=about))
    return result


def _moods(part: str) -> Iterator[Clause]:
    """One part cut before each denial, each recalled wish and each turn to another attribute."""
    if SILENCE.search(part):
        yield Clause(part, "silent")
        return
    starts = sorted({0, *(m.start() for pattern in (DENIAL, ASKED, TURN) for m in pattern.finditer(part))})
    contrasted = CONTRAST.search(part) is not None
    mood: Literal["stated", "denied", "asked"] = "stated"
    for start, end in zip(starts, [*starts[1:], len(part)], strict=True):
        piece = part[start:end].strip()
        if ASKED.match(piece):
            mood = "asked"  # to the end: "you asked for no wool" is still what was asked
        elif DENIAL.match(piece) and mood != "asked":
            mood, contrasted = "denied", True
        if piece:
            yield Clause(piece, mood, contrasted)


def _attributes_named(text: str, facts: Facts) -> frozenset[str]:
    """Attributes the clause speaks of: by name ("pole material" is not the material), else by a turn of phrase."""
    for value in (v for values in facts.texts.values() for v in values if " " in v):
        text = text.replace(value, " ")  # the "tips" of "rubber tips" name nothing
    said = set(stems_of(text))
    names = {name: stems for name, stems in facts.names.items() if name not in NO_NAMES}
    full = {name for name, stems in names.items() if stems <= said}
    full = {n for n in full if not any(names[n] < names[other] for other in full)}
    cores = {name: stems - LOOSE_NAME_STEMS for name, stems in names.items()}
    named = full | {name for name, core in cores.items() if core and core <= said}
    return frozenset(named or (name for pattern, names in SPOKEN_AS if pattern.search(text) for name in names))


def check_signs(clause: Clause, facts: Facts) -> str:
    """A value with digits or signs of its own, said word for word, must be said of its attribute and not denied."""
    for sign, reason in facts.signed.items():
        if sign in clause.text and (clause.mood != "stated" or fold(reason.field) not in clause.about):
            return f"gives the value of another attribute: “{reason.value}”"
    return ""


def check_values(clause: Clause, facts: Facts, vocabulary: Vocabulary) -> str:
    """Every value, yes/no attribute and brand the catalogue knows must be this product's own, or rightly denied."""
    named = _whole_names(clause, facts)
    for phrase, stems, meanings in _known_phrases(NUMBER.sub(_without_unit, clause.text), facts, vocabulary):
        if any(set(stems) <= facts.names[name] for name in named):
            continue  # the "wash" of "wash temperature"
        about = _about(phrase, meanings, clause, facts)
        is_own = any(_is_own(m, phrase, about, facts) for m in meanings)
        if clause.mood == "asked":
            if not set(stems) <= facts.requested_stems:
                return f"recalls a wish nobody had: “{phrase}”"
            if clause.contrasted and set(stems) <= {s for c in facts.met for s in stems_of(fold(c.label))}:
                return f"calls missed what is met: “{phrase}”"
        elif clause.mood == "silent":
            if not set(stems) <= facts.unstated_stems:
                return f"says the listing is silent about what it states: “{phrase}”"
        elif clause.mood == "denied":
            exact = any(phrase_of(value) == stems for values in facts.texts.values() for value in values)
            if is_own or (exact and not about & facts.names.keys()):
                return f"denies what the listing states: “{phrase}”"
            if not any(_is_ruled_out(m, facts) for m in meanings):
                return f"denies without proof: “{phrase}”"
        elif not is_own and not _is_only_name(phrase, meanings, clause, facts):
            return f"states what the listing does not: “{phrase}”"
    return ""


def _known_phrases(
    text: str, facts: Facts, vocabulary: Vocabulary
) -> Iterator[tuple[str, tuple[str, ...], list[Meaning]]]:
    """The longest phrases of the catalogue in the text: (as said, stems, what they can mean)."""
    tokens = [m.group() for m in _TOKEN.finditer(text)]
    i = 0
    while i < len(tokens):
        for length in range(min(vocabulary.longest, len(tokens) - i), 0, -1):
            stems = tuple(stem(t) for t in tokens[i : i + length])
            meanings = [m for m in vocabulary.meanings(stems) if m.kind in ("value", "flag", "brand")]
            meanings.extend(facts.own_phrases.get(stems, ()))
            is_plain = length == 1 and (stems[0] in PLAIN_STEMS | STOP_WORDS or tokens[i] in CLAIMLESS_VERBS)
            if meanings and not is_plain:
                yield " ".join(tokens[i : i + length]), stems, meanings
                i += length - 1
                break
        i += 1


def _about(phrase: str, meanings: Sequence[Meaning], clause: Clause, facts: Facts) -> frozenset[str]:
    """The attributes a value is said of: no measures ("the wool sweater weighs 420 g"), and none that only the
    value itself seems to name (the "tips" of "it comes with rubber tips").
    """
    rest = re.sub(rf"(?<!\w){re.escape(phrase)}(?!\w)", " ", clause.text)
    by_itself = _attributes_named(clause.text, facts) - _attributes_named(rest, facts)
    measures = facts.quantities.keys() - {m.attribute for m in meanings}
    return clause.about - by_itself - measures


def _is_own(meaning: Meaning, phrase: str, about: frozenset[str], facts: Facts) -> bool:
    own = {name for name, values in facts.texts.items() if any(_says(value, phrase) for value in values)}
    if own & about:
        return True
    if meaning.kind == "flag":
        return facts.flags.get(meaning.attribute, False)
    if meaning.kind == "brand":
        return fold(facts.product.brand) in meaning.keys
    return not about and meaning.attribute in own and _is_of_the_whole(meaning.attribute, phrase, facts)


def _says(value: str, phrase: str) -> bool:
    """ "wool" is said by "merino wool"; "leather" is not said by "faux leather"."""
    said = set(stems_of(value))
    return set(phrase_of(phrase)) <= said and not (said - set(stems_of(phrase))) & FALSIFIERS


def _is_of_the_whole(name: str, phrase: str, facts: Facts) -> bool:
    """Whether a value needs no attribute named beside it."""
    is_telling = name in BARE_VALUES or len(words(phrase)) > 1 or len(facts.texts[name]) > 1
    return is_telling and not _is_part(name, facts)


def _is_part(name: str, facts: Facts) -> bool:
    """Whether an attribute is that of a part: what the poles are made of is not what the tent is made of."""
    return any(name != other and name.endswith(f" {other}") for other in ("colour", "color", "material", *facts.texts))


def _is_only_name(phrase: str, meanings: Iterable[Meaning], clause: Clause, facts: Facts) -> bool:
    """A word of the title or category, where no attribute states otherwise: the "electric" of an electric kettle."""
    contradicted = any(m.attribute in facts.texts or m.attribute in facts.flags for m in meanings)
    name = fold(" . ".join([facts.product.title, *facts.product.category]))
    return contains(name, phrase) and not contradicted and not clause.about


def _is_ruled_out(meaning: Meaning, facts: Facts) -> bool:
    """Whether the listing itself denies the thing: it says no, or states another value of that attribute."""
    if meaning.kind == "flag":
        return facts.flags.get(meaning.attribute) is False
    if meaning.kind == "brand":
        return bool(facts.product.brand) and fold(facts.product.brand) not in meaning.keys
    value = facts.product.attributes.get(meaning.attribute)
    return isinstance(value, str) and fold(value) not in meaning.keys


def _whole_names(clause: Clause, facts: Facts) -> list[str]:
    """Attributes with a value that are named in full, not as part of the name of a yes/no attribute."""
    said = set(stems_of(clause.text))
    flags = [stems for stems in (set(stems_of(name)) for name in facts.flags) if stems <= said]
    return [n for n, stems in facts.names.items() if stems <= said and not any(stems <= flag for flag in flags)]


def check_denied_names(clause: Clause, facts: Facts) -> str:
    """ "no warranty" denies the warranty that is stated; "the listing does not give its weight" likewise."""
    own = [n for n in _whole_names(clause, facts) if n not in NO_NAMES]
    if clause.mood == "silent":
        said = set(stems_of(clause.text))
        silent = [r for r in facts.reasons if r.kind == "request_missed" and (not r.value or "“" in r.text)]
        fields = (field for r in silent for field in fold(r.field).split(", "))
        covered = [stems for stems in (set(stems_of(field)) for field in fields) if stems <= said]
        is_quote = any("“" in r.text for r in silent) and not own
        if not (covered or is_quote) or any(not any(facts.names[n] <= c for c in covered) for n in own):
            return "says the listing is silent about what it states"
    missed = {fold(r.field) for r in facts.reasons if r.contribution < 0}
    if clause.mood == "denied" and own and not missed & set(own) and not facts.names[own[0]] <= facts.missed_stems:
        return f"denies what the listing states: “{own[0]}”"
    return ""


def check_denied_words(clause: Clause, facts: Facts, vocabulary: Vocabulary) -> str:
    """What is denied is a wish that is missed, a "no" of the listing or a value that it rules out: nothing else."""
    if clause.mood != "denied":
        return ""
    text = NUMBER.sub(" ", HEDGE.sub(" ", clause.text))
    no = {s for name, yes in facts.flags.items() if not yes for s in stems_of(name)}
    known = facts.missed_stems | facts.unstated_stems | no
    known |= {s for _, stems, _ in _known_phrases(text, facts, vocabulary) for s in stems}
    said = set(stems_of(text))
    known |= {s for name in facts.names if facts.names[name] <= said for s in stems_of(name)}  # checked by their names
    known |= {s for c in facts.constraints for s in stems_of(fold(c.label))} if "you" in words(text) else set()
    for word in words(text):
        if carries_claim(word) and word not in CLAIMLESS_VERBS and not {stem(word), *stems_of(word)} & known:
            return f"denies without proof: “{word}”"
    return ""


def check_repeats(clauses: Sequence[Clause], facts: Facts) -> str:
    """ "It is white and comes in white": a fact of one attribute that is stated twice is no second fact."""
    text = " . ".join(clause.text for clause in clauses if clause.mood == "stated")
    values = {value for values in facts.texts.values() for value in values}
    for said in {*values, *(name for name, yes in facts.flags.items() if yes)}:
        holders = sum(any(contains(value, said) for value in values) for values in facts.texts.values())
        holders += sum(contains(name, said) for name in (*facts.names, *facts.flags))
        if len(re.findall(rf"(?<!\w){re.escape(said)}(?!\w)", text)) > max(holders, 1):
            return f"says the same twice: “{said}”"
    amounts = [f"{m['value']} {fold(m['unit'] or '')}" for m in NUMBER.finditer(text)]
    for amount in set(amounts):
        if amounts.count(amount) > max(1, sum(str(q).lower() == amount.strip() for q in facts.quantities.values())):
            return f"says the same twice: “{amount.strip()}”"
    return ""


def check_words(clause: Clause, facts: Facts) -> str:
    """What is left must be the facts', the reasons' or, where a wish is recalled, the wish's own words."""
    said = set(stems_of(clause.text))
    known = (
        facts.title_stems | facts.attribute_stems | facts.reason_stems | PLAIN_STEMS | _whole_flags(said, True, facts)
    )
    known |= {s for c in facts.met for s in stems_of(fold(c.label))}
    if clause.mood in ("asked", "denied"):
        known |= facts.requested_stems | _whole_flags(said, False, facts)
    if clause.mood == "silent":
        known = PLAIN_STEMS | facts.unstated_stems
    units = {fold(quantity.unit) for quantity in facts.quantities.values()}

    def strange(number: re.Match[str]) -> str:  # "250 nits": a unit that only the listing knows, on a checked number
        return " " if fold(number["unit"] or "") in units else _without_unit(number)

    for word in words(NUMBER.sub(strange, HEDGE.sub(" ", clause.text))):
        if (
            word in STOP_WORDS
            or word[0].isdigit()
            or not word.strip("'’")
            or word in CLAIMLESS_VERBS
            or DENIAL.fullmatch(word)
        ):
            continue
        parts = {stem(part) for part in re.split(r"[.\-/'’]", word) if part}
        if stem(word) not in known and not parts <= known | STOP_WORDS:
            return f"word without source: “{word}”"
    return ""


def _without_unit(number: re.Match[str]) -> str:
    """The unit of a number was checked with it; any other word after it is a word like others."""
    return " " if number["unit"] and is_known(number["unit"]) else f" {number['unit'] or ''}"


def _whole_flags(said: set[str], yes: bool, facts: Facts) -> set[str]:
    """Words of yes/no attributes named in full: "washable cover" does not make the thing "washable"."""
    names = (set(stems_of(name)) for name, value in facts.flags.items() if value is yes)
    return {s for stems in names if stems <= said | STOP_WORDS for s in stems}
