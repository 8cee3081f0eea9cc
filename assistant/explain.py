"""Reasons -> prompts -> sentences, each verified before it is yielded; plain wording for what does not survive.

All sentences of an answer are written in one batch: a row words one or two reasons of one product, which a
small model does far more truly than a whole paragraph. Knows nothing of searching or pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.errors import GeneratorError
from assistant.facts import Facts
from assistant.prompting import load_prompt
from assistant.types import Dropped, Reason, Sentence, TextGenerator
from assistant.verify import split_sentences, verify
from assistant.vocabulary import Vocabulary

PROMPT = "word_reason"
MAX_TOKENS = 56  # a sentence of two reasons takes about 40
REASONS_A_ROW = 2
_ENDED = re.compile(r"[.!?][\"”’)]?\s+\S|[.!?][\"”]$")


@dataclass(frozen=True, slots=True)
class _Row:
    """One prompt: these reasons of this product, in one sentence."""

    facts: Facts
    reasons: tuple[Reason, ...]


def explain(
    subjects: Sequence[Facts], generator: TextGenerator | None, vocabulary: Vocabulary, *, seconds: float
) -> Iterator[Sentence | Dropped]:
    """Verified sentences as they are written, then the plain wording of every reason left unworded.

    A generator that fails, stalls or says nothing leaves plain sentences only. `seconds` bounds the model.
    """
    rows = [row for facts in subjects for row in _rows(facts)]
    worded: set[str] = set()
    if generator is not None and rows:
        for result in _written(rows, generator, vocabulary, seconds):
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
    prompts = [load_prompt(PROMPT).fill({"facts": facts}) for facts in ("one.", "two.")]
    for _ in generator.generate(prompts, max_tokens=1, seconds=60):
        pass


def plain(reason: Reason) -> Sentence:
    """The reason's own wording: true by construction, since it is made of the fact it states."""
    evidence = ((reason.field, reason.value),) if reason.field and reason.value else ()
    return Sentence(reason.product_id, reason.text, (reason.id,), True, "plain", evidence)


def short_name(title: str) -> str:
    """The title up to its first comma: what people call the product."""
    return title.split(",")[0].strip()


def _rows(facts: Facts) -> list[_Row]:
    """Reasons two by two; a trade-off stands alone, where a small model keeps it straight. A quotation, and what
    sets a product apart from the others, which the model knows nothing of, keep their plain wording.
    """
    positive = [r for r in facts.reasons if r.contribution > 0 and r.signal != "meaning" and r.kind != "variety"]
    rows = [_Row(facts, tuple(positive[i : i + REASONS_A_ROW])) for i in range(0, len(positive), REASONS_A_ROW)]
    rows.extend(_Row(facts, (r,)) for r in facts.reasons if r.contribution < 0)
    return rows


def _prompt_of(row: _Row) -> str:
    facts = "; ".join(r.text[0].lower() + r.text[1:].rstrip(".") for r in row.reasons)
    return load_prompt(PROMPT).fill({"facts": f"{facts}."})


def _written(
    rows: Sequence[_Row], generator: TextGenerator, vocabulary: Vocabulary, seconds: float
) -> Iterator[Sentence | Dropped]:
    """One sentence a row, checked as soon as it is whole."""
    texts = [""] * len(rows)
    judged = [False] * len(rows)
    try:
        stream = generator.generate(
            [_prompt_of(row) for row in rows], max_tokens=MAX_TOKENS, seconds=seconds, stop=_is_ended
        )
        for index, piece in stream:
            texts[index] += piece
            if not judged[index] and _is_ended(texts[index]):
                judged[index] = True
                yield _judged(rows[index], texts[index], vocabulary)
    except GeneratorError as error:
        for index, row in enumerate(rows):
            if not judged[index]:
                yield Dropped(row.facts.product.id, texts[index].strip(), str(error))
        return
    for index, row in enumerate(rows):
        if not judged[index] and texts[index].strip():
            yield _judged(row, texts[index], vocabulary)


def _is_ended(text: str) -> bool:
    """Whether a whole sentence stands there; a full stop alone may still be the point of "4.6"."""
    return _ENDED.search(text.strip()) is not None


def _judged(row: _Row, text: str, vocabulary: Vocabulary) -> Sentence | Dropped:
    sentence = split_sentences(text)[0]
    verdict = verify(sentence, row.facts, vocabulary)
    product_id = row.facts.product.id
    if not verdict.supported:
        return Dropped(product_id, sentence, verdict.why)
    return Sentence(product_id, sentence, verdict.reasons, True, "model", verdict.evidence)
