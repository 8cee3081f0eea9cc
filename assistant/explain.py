"""Reasons -> prompts -> sentences, each verified before it is yielded; plain wording for what does not survive.

All sentences of an answer are written in one batch: a row words one or two reasons of one product, which a
small model does far more truly than a whole paragraph. Knows nothing of searching or pages.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.entailment import Gate
from assistant.errors import GeneratorError
from assistant.facts import Facts
from assistant.masking import Masked, facts_line, masked
from assistant.prompting import TUNED_PROMPT, load_prompt
from assistant.types import Dropped, Reason, Sentence, TextGenerator
from assistant.verify import split_sentences, verify
from assistant.vocabulary import Vocabulary
from assistant.wording import with_article
from assistant.wordings import Place, Voice, openings, plain_text
from retrieval.text import fold

MAX_TOKENS = 64  # a sentence of two reasons takes about 40
REASONS_A_ROW = 2
TRIES = 2
"""A sentence that is dropped is written once more, in other words; then the plain wording takes its place."""
_ENDED = re.compile(r"[.!?][\"”’)]?\s+\S|[.!?][\"”]$")


@dataclass(frozen=True, slots=True)
class _Row:
    """One prompt: these reasons of this product, in one sentence."""

    facts: Facts
    reasons: tuple[Reason, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class _Check:
    """What stands between the model and the shopper."""

    vocabulary: Vocabulary
    gate: Gate | None


def explain(
    subjects: Sequence[Facts],
    generator: TextGenerator | None,
    vocabulary: Vocabulary,
    *,
    seconds: float,
    voice: Voice = "friendly",
    gate: Gate | None = None,
) -> Iterator[Sentence | Dropped]:
    """Verified sentences as they are written, then the plain wording of every reason left unworded.

    A generator that fails, stalls or says nothing leaves plain sentences only. `seconds` bounds the model.
    """
    worded: set[str] = set()
    if generator is not None:
        tuned = generator.prompt == TUNED_PROMPT
        rows = [row for facts in subjects for row in _rows(facts, tuned=tuned)]
        deadline = time.monotonic() + seconds
        for attempt in range(TRIES if tuned else 1):  # an untuned model is greedy: it would say the same again
            left = deadline - time.monotonic()
            rows = [still for row in rows if (still := _left_of(row, worded))]
            if left <= 0 or not rows:
                break
            for result in _written(rows, generator, _Check(vocabulary, gate), left, voice, attempt):
                if isinstance(result, Sentence):
                    if not set(result.reasons) - worded:
                        continue  # the same reason twice would only be talk
                    worded |= set(result.reasons)
                yield result
    for facts in subjects:
        for reason in facts.reasons:
            if reason.id not in worded:
                yield plain(reason)


def warm_up(generator: TextGenerator) -> None:
    """Lets a local model read the prompt's opening once, before the first shopper waits for it."""
    prompts = [filled(generator.prompt, facts, "friendly", "first") for facts in ("one", "two")]
    for _ in generator.generate(prompts, max_tokens=1, seconds=60):
        pass


def plain(reason: Reason) -> Sentence:
    """The reason's own wording: true by construction, since it is made of the fact it states."""
    evidence = ((reason.field, reason.value),) if reason.field and reason.value else ()
    text = plain_text(reason, reason.product_id)
    return Sentence(reason.product_id, text, (reason.id,), True, "plain", evidence)


def short_name(title: str) -> str:
    """The title up to its first comma: what people call the product."""
    return title.split(",")[0].strip()


def _name_of(title: str) -> str:
    """The short name, where it is whole: not the "HERMA tape 7" of "HERMA tape 7,5m", nor half a bracket."""
    name = short_name(title)
    is_whole = title.strip() == name or title.strip().startswith(f"{name}, ")
    return name if is_whole and name.count("(") == name.count(")") else ""


def filled(prompt: str, facts: str, voice: Voice, place: Place) -> str:
    """The prompt for one row; only the tuned model is told of voices and places."""
    blanks = {"facts": facts if prompt == TUNED_PROMPT else f"{facts}."}
    if prompt == TUNED_PROMPT:
        blanks |= {"voice": voice, "place": place}
    return load_prompt(prompt).fill(blanks)


def _rows(facts: Facts, *, tuned: bool) -> list[_Row]:
    """Reasons two by two; a trade-off stands alone, where a small model keeps it straight.

    What sets a product apart from the others shown is said as it was computed. A quotation, too, unless the model
    is one that never sees it.
    """
    positive = [r for r in facts.reasons if r.contribution > 0 and _may_be_worded(r, tuned)]
    rows = [
        _Row(facts, tuple(positive[i : i + REASONS_A_ROW]), "more" if i else "first")
        for i in range(0, len(positive), REASONS_A_ROW)
    ]
    rows.extend(_Row(facts, (r,), "catch") for r in facts.reasons if r.contribution < 0 and _may_be_worded(r, tuned))
    return rows


def _left_of(row: _Row, worded: set[str]) -> _Row | None:
    """What of a row still has to be said."""
    left = tuple(r for r in row.reasons if r.id not in worded)
    if len(left) == len(row.reasons):
        return row
    return _Row(row.facts, left, "more") if left else None


def _may_be_worded(reason: Reason, tuned: bool) -> bool:
    if tuned:
        return bool(reason.form)
    # An untuned model that shortens a comparison ("the cheapest") claims more than the page shows.
    return reason.signal not in ("meaning", "relevance") and reason.kind not in ("variety", "comparison")


def _written(
    rows: Sequence[_Row],
    generator: TextGenerator,
    check: _Check,
    seconds: float,
    voice: Voice,
    attempt: int,
) -> Iterator[Sentence | Dropped]:
    """One sentence a row, checked as soon as it is whole."""
    tuned = generator.prompt == TUNED_PROMPT
    signs = [masked(r.reasons, _name_of(r.facts.product.title)) if tuned else Masked(r.reasons, ()) for r in rows]
    # The same facts of two products would be said in the same words: each product has dice of its own.
    seeds = [f"{row.facts.product.id} {attempt}" for row in rows]
    # How a sentence opens is drawn here, from what fits its place; the model goes on from there.
    texts = [
        _opening(row, sign, voice, seed) if tuned else "" for row, sign, seed in zip(rows, signs, seeds, strict=True)
    ]
    prompts = [
        filled(generator.prompt, facts_line(sign, marked=tuned), voice, row.place) + (f" {text}" if text else "")
        for row, sign, text in zip(rows, signs, texts, strict=True)
    ]
    judged = [False] * len(rows)
    try:
        stream = generator.generate(prompts, max_tokens=MAX_TOKENS, seconds=seconds, stop=_is_ended, seeds=seeds)
        for index, piece in stream:
            texts[index] += piece
            if not judged[index] and _is_ended(texts[index]):
                judged[index] = True
                yield _judged(rows[index], texts[index], signs[index], check)
    except GeneratorError as error:
        for index, row in enumerate(rows):
            if not judged[index]:
                yield Dropped(row.facts.product.id, texts[index].strip(), str(error))
        return
    for index, row in enumerate(rows):
        if not judged[index] and texts[index].strip():
            yield _judged(row, texts[index], signs[index], check)


def _opening(row: _Row, signs: Masked, voice: Voice, seed: str) -> str:
    return random.Random(f"{seed} {row.place}").choice(openings(row.place, voice, signs.reasons, name=signs.name))


def _is_ended(text: str) -> bool:
    """Whether a whole sentence stands there; a full stop alone may still be the point of "4.6"."""
    return _ENDED.search(text.strip()) is not None


def _judged(row: _Row, text: str, signs: Masked, check: _Check) -> Sentence | Dropped:
    product_id = row.facts.product.id
    written = split_sentences(text)[0]
    sentence = signs.unmasked(written.replace("t also is ", "t is also ")) if signs.values else written
    if sentence is None:
        return Dropped(product_id, written, "holds a number of its own, or a sign that stands for no fact")
    sentence = _with_articles(sentence, row.facts)
    verdict = verify(sentence, row.facts, check.vocabulary)
    why = verdict.why
    if verdict.supported and check.gate is not None:
        [why] = check.gate.objections([(row.facts, sentence)])
    if why:
        return Dropped(product_id, sentence, why)
    return Sentence(product_id, sentence, verdict.reasons, True, "model", verdict.evidence)


def _with_articles(sentence: str, facts: Facts) -> str:
    """The model has learnt to say "it has noise level of 38 dB"; the article it leaves out is put in."""
    for reason in facts.reasons:
        if fold(reason.field) in facts.quantities:
            bare = rf"\b(has|with|offers|brings) {re.escape(reason.field)} of\b"
            sentence = re.sub(bare, rf"\1 {with_article(reason.field)} of", sentence)
    return sentence
