"""What stands in a judged explanation: its text, what its reviewers hold of it, the words its check must know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from assistant.review_types import QUESTIONS, Item, Judgement, Supported
from assistant.types import Sentence
from assistant.vocabulary import Vocabulary, build_vocabulary
from retrieval.facets import build_facets
from retrieval.types import Product


@dataclass(frozen=True, slots=True)
class Held:
    """What is held of one explanation, whoever judged it."""

    marks: tuple[Supported, ...]
    """One a sentence; "unsure" where reviewers stand against each other and nobody decided."""
    grades: dict[str, float]
    """The mean over reviewers, or what was decided."""


def text_of(sentences: Sequence[Sentence]) -> str:
    """An explanation as one text."""
    return " ".join(sentence.text for sentence in sentences)


def shown_text(item: Item) -> str:
    """The explanation as the shopper got it."""
    return text_of(item.snapshot.sentences(item.product_id))


def held(judgements: Sequence[Judgement], decided: Judgement | None = None) -> Held:
    """What is held: as decided, else sentence by sentence what more than half of the reviewers say."""
    said = [decided] if decided is not None else list(judgements)
    marks = tuple(
        _majority([mark.supported for mark in marks]) for marks in zip(*(j.sentences for j in said), strict=True)
    )
    return Held(marks, {question: fmean(j.grades[question] for j in said) for question in QUESTIONS})


def _majority(said: Sequence[Supported]) -> Supported:
    [(most, count)] = Counter(said).most_common(1)
    return most if 2 * count > len(said) else "unsure"


def vocabulary_of(items: Iterable[Item], catalogue: Iterable[Product] = ()) -> Vocabulary:
    """The words the checker knows: those of the products judged, as they were, and of the catalogue if at hand."""
    known = {product.id: product for product in catalogue}
    known |= {r.product.id: r.product for item in items for r in item.snapshot.answer.recommendations}
    return build_vocabulary(build_facets(known.values()))
