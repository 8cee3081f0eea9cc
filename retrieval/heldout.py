"""How well a model orders what was held out: nDCG@10 a query. Works on loaded models; imports torch's evaluator."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from sentence_transformers.sentence_transformer.evaluation import SentenceEvaluator

from retrieval.lessons import GradedList
from retrieval.listloss import PAST
from retrieval.measures import relevance
from retrieval.search import mixed, recency_mean

Asked = tuple[str, tuple[str, ...]]
"""A query and the history before it."""


class HeldOut(SentenceEvaluator, ABC):  # type: ignore[misc]
    """The products of all lists of one query and history, as a model orders them. The base of the two below."""

    def __init__(self, lists: Sequence[GradedList], texts: Mapping[str, str]) -> None:
        super().__init__()
        self.primary_metric = "ndcg"
        self.texts = texts
        self.grades: dict[Asked, dict[str, int]] = defaultdict(dict)
        for one in lists:
            self.grades[one.query, one.history].update(zip(one.product_ids, one.grades, strict=True))

    def __call__(
        self, model: Any, output_path: str | None = None, epoch: int = -1, steps: int = -1
    ) -> dict[str, float]:
        """The mean, as the trainers want it."""
        return {"ndcg": float(np.mean(self.values(model) or [0.0]))}

    def values(self, model: Any) -> tuple[float, ...]:
        """nDCG@10 of each query that has a relevant product, always in the same order."""
        qrels = {str(n): grades for n, grades in enumerate(self.grades.values())}
        run = {str(n): scores for n, scores in enumerate(self.scores(model))} if qrels else {}
        found = relevance(qrels, run)
        return tuple(found[qid]["nDCG@10"] for qid in qrels if qid in found)

    @abstractmethod
    def scores(self, model: Any) -> Iterator[dict[str, float]]:
        """For each query the scores of its products."""


class HeldOutCosines(HeldOut):
    """For encoders: cosines with the query vector, history included, as the shop's search has them."""

    def scores(self, model: Any) -> Iterator[dict[str, float]]:
        ids = sorted({id for (_query, past), grades in self.grades.items() for id in (*grades, *past)})
        as_served = {"normalize_embeddings": True, "show_progress_bar": False}
        rows = dict(zip(ids, model.encode([self.texts[id] for id in ids], **as_served), strict=True))
        asked = model.encode([query for query, _past in self.grades], **as_served)
        for ((query, past), grades), vector in zip(self.grades.items(), asked, strict=True):
            if past:
                mean = recency_mean(enumerate(rows[id] for id in reversed(past[-PAST:])))
                vector = mixed(vector, mean) if query else mean
            yield {id: float(rows[id] @ vector) for id in grades}


class HeldOutPairs(HeldOut):
    """For cross-encoders: their scores of request and product."""

    def scores(self, model: Any) -> Iterator[dict[str, float]]:
        pairs = [(query, self.texts[id]) for (query, _past), grades in self.grades.items() for id in grades]
        values = iter(model.predict(pairs, show_progress_bar=False))
        for grades in self.grades.values():
            yield {id: float(next(values)) for id in grades}
