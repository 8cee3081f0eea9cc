"""The second gate: a small cross-encoder reads the facts and a sentence, and says how likely the one backs the other.

It stands behind the rules of `assistant.verify`, for what rules cannot read; a sentence is shown only if both let it
pass. Facts and wishes are the premise, as short lines; the sentence is the hypothesis. Knows nothing of prompts.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

from assistant.facts import Facts, stems_of
from assistant.models import shipped
from assistant.wording import money, shown
from retrieval.adapters import PROVENANCE, check_adapter
from retrieval.encoder import half_precision, model_folder, model_name
from retrieval.errors import ModelMissing
from retrieval.rerank import load_cross_encoder
from retrieval.text import STOP_WORDS, fold

KIND = "checker"
LINES = 9
"""Lines of facts in a premise: with wishes and sentence 97 to 135 word pieces, 128 are read."""
THRESHOLD = 0.5
"""Where an adapter brings none of its own."""
BATCH = 32

Pair = tuple[str, str]
"""(premise, hypothesis)."""


class Entailment(Protocol):
    """Judges whether a premise backs a hypothesis."""

    @property
    def name(self) -> str:
        """Model and adapter, for the trace."""
        ...

    def supports(self, pairs: Sequence[Pair]) -> list[float]:
        """P(supported), 0 to 1, for each (premise, hypothesis), in the order given."""
        ...


class CrossEncoderEntailment:
    """The bundled base, or the model in a folder, with an adapter that `storeclerk train checker` made."""

    def __init__(self, adapter: str, path_or_name: str = "") -> None:
        """Finds both; they are loaded by the first use. Raises ModelMissing, as does that first use."""
        check_adapter(Path(adapter), KIND, model_name(path_or_name))
        self._source, self._adapter = str(model_folder(path_or_name)), adapter
        self._name = model_name(path_or_name, adapter)
        self._model: Any = None
        self._lock = Lock()  # fast tokenizers refuse to be used by two threads at once

    @property
    def name(self) -> str:
        return self._name

    def supports(self, pairs: Sequence[Pair]) -> list[float]:
        """One pass for a batch: 20 to 40 ms a pair on one core of a busy machine."""
        if not pairs:
            return []
        with self._lock:
            way_out = f"take {self._adapter} from where it was trained, or train anew with `storeclerk train checker`"
            self._model = self._model or load_cross_encoder(self._source, self._adapter, KIND, way_out)
            with half_precision(len(pairs)):
                scores = self._model.predict(list(pairs), batch_size=BATCH, show_progress_bar=False)
        return [float(score) for score in scores]


class OverlapEntailment:
    """The share of the hypothesis's telling words that stand in the premise: no model, always the same result."""

    @property
    def name(self) -> str:
        return "overlap"

    def supports(self, pairs: Sequence[Pair]) -> list[float]:
        """1 where every word of the hypothesis is in the premise, or it has none that tells anything."""
        result = []
        for premise, hypothesis in pairs:
            said = {s for s in stems_of(fold(hypothesis)) if s not in STOP_WORDS}
            known = set(stems_of(fold(premise)))
            result.append(len(said & known) / len(said) if said else 1.0)
        return result


@dataclass(frozen=True, slots=True)
class Gate:
    """A judge with the probability below which a sentence is not shown."""

    entailment: Entailment
    threshold: float = THRESHOLD

    def objections(self, sentences: Sequence[tuple[Facts, str]]) -> list[str]:
        """For each sentence that passed the rules "" or why it is not shown, in one batch."""
        scores = self.entailment.supports([(premise(facts, text), text) for facts, text in sentences])
        return ["" if p >= self.threshold else f"the checker doubts it (P = {p:.2f})" for p in scores]


def open_gate(adapter: str = "", path_or_name: str = "") -> Gate | None:
    """The gate with the adapter in a folder, by default the one that is shipped; None if there is none.

    Its threshold is what training found (`storeclerk.json` beside the weights). Raises ModelMissing.
    """
    folder = adapter or shipped(KIND)
    if not folder:
        return None
    judge = CrossEncoderEntailment(folder, path_or_name)
    note = Path(folder) / PROVENANCE
    try:
        said = json.loads(note.read_text(encoding="utf-8")) if note.is_file() else {}
        threshold = float(said.get("threshold", THRESHOLD))
    except (OSError, ValueError, TypeError) as error:
        raise ModelMissing(f"{note} is damaged ({error!r}): take the folder from where it was trained") from error
    return Gate(judge, threshold)


def premise(facts: Facts, sentence: str = "") -> str:
    """The facts as short lines, those first that the reasons rest on or the sentence speaks of: 128 word pieces are
    read in all, and what is cut off is the tail.
    """
    product = facts.product
    lines: list[tuple[str, str]] = [("name", product.title), ("brand", product.brand)]
    if product.category:
        lines.append(("category", " > ".join(product.category[-2:])))
    if product.price is not None:
        lines.append(("price", money(product.price, product.currency)))
    if product.rating is not None and product.rating_count:
        side = next((r.contribution for r in facts.reasons if r.kind == "social_proof"), 0.0)
        average = ", above average" if side > 0 else ", below average" if side < 0 else ""
        lines.append(("rating", f"{product.rating:g} out of 5 by {product.rating_count:,} customers{average}"))
    if product.stock is not None:
        lines.append(("stock", "in stock" if product.in_stock else "out of stock"))
    lines.extend((name, shown(value)) for name, value in product.attributes.items())
    said = set(stems_of(fold(sentence))) - STOP_WORDS
    grounds = {fold(r.field) for r in facts.reasons if r.field}

    def weight(line: tuple[str, str]) -> int:
        about = set(stems_of(fold(" ".join(line))))
        return -(2 * len(about & said) + 3 * (fold(line[0]) in grounds))

    told = [f"{name}: {value}" for name, value in sorted(lines, key=weight)[:LINES] if value]
    past = [f"past: {r.text.rstrip('.')}" for r in facts.reasons if r.kind == "taste"]
    quotes = [r.text.rstrip(".") for r in facts.reasons if r.kind in ("relevance", "variety")]
    wishes = [f"{'asked' if facts.is_met(c) else 'asked, not met'}: {c.label}{f' ({c.note})' if c.note else ''}"
              for c in facts.constraints]  # fmt: skip
    page = [f"others: {', '.join(money(p.price, p.currency) for p in facts.page if p.price is not None)}"]
    return "; ".join([*wishes, *past, *quotes, *told, *(page if facts.page else [])])
