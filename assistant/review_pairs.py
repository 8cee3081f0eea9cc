"""A second wording of an explanation, to be set beside what was shown: plain, or made by another model."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.entailment import Gate
from assistant.explain import explain, plain
from assistant.prompting import load_prompt
from assistant.review_types import Other, Snapshot, version_of
from assistant.types import Answer, Sentence, TextGenerator
from assistant.vocabulary import Vocabulary
from assistant.wordings import Voice

PLAIN = "plain"
"""The version of what no model wrote."""
SECONDS = 30.0
"""The longest a model words one product: nobody waits, so more than a shopper would."""


@dataclass(frozen=True, slots=True)
class Rewording:
    """What words an explanation anew, and the checks it passes, as in a shop that had this model."""

    generator: TextGenerator
    vocabulary: Vocabulary
    gate: Gate | None = None
    voice: Voice = "friendly"

    @property
    def version(self) -> str:
        prompt = load_prompt(self.generator.prompt).label
        return version_of({"generator": self.generator.name, "prompt": prompt})


def has_model_wording(answer: Answer, product_id: str) -> bool:
    """Whether the plain wording can differ from what was shown."""
    return any(s.product_id == product_id and s.source == "model" for s in answer.sentences)


def other_of(snapshot: Snapshot, product_id: str, rewording: Rewording | None, *, flipped: bool) -> Other | None:
    """The same reasons in plain wording, or put by `rewording`; None where that says the same in the same words."""
    if rewording is None:
        reasons = snapshot.recommendation(product_id).reasons
        sentences, version = tuple(plain(reason) for reason in reasons), PLAIN
    else:
        sentences, version = _reworded(snapshot, product_id, rewording), rewording.version
    same = [s.text for s in sentences] == [s.text for s in snapshot.sentences(product_id)]
    return None if same or not sentences else Other(sentences, version, flipped)


def _reworded(snapshot: Snapshot, product_id: str, by: Rewording) -> tuple[Sentence, ...]:
    facts = snapshot.facts(product_id)
    results = explain([facts], by.generator, by.vocabulary, seconds=SECONDS, voice=by.voice, gate=by.gate)
    return tuple(result for result in results if isinstance(result, Sentence))
