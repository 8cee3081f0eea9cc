"""The word index: BM25 over our own terms. Knows nothing of products, only of ids and lists of terms."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import bm25s
import numpy as np
from numpy.typing import NDArray

from retrieval.errors import IndexBroken
from retrieval.text import index_terms

# Lucene's BM25 (Kamphuis et al., "Which BM25 Do You Mean?", ECIR 2020, find no variant better) with its b, but half
# its k1: listings are short, and a word said three times in one says little more than once (docs/BENCHMARKS.md).
K1 = 0.6
B = 0.75

_VERSION = 1
_MANIFEST = "manifest.json"


class WordIndex:
    """BM25 scores of documents for a query. Rows are in the order of `ids`."""

    def __init__(self, ids: Sequence[str], fingerprint: str, scorer: Any) -> None:
        """Use `build` or `load`; `scorer` is None if no document has a single term."""
        self.ids = tuple(ids)
        self.fingerprint = fingerprint
        self._scorer = scorer
        self._row = {id: row for row, id in enumerate(self.ids)}
        self._frequency: NDArray[np.int64] | None = None

    @classmethod
    def build(cls, ids: Sequence[str], documents: Iterable[Sequence[str]], fingerprint: str = "") -> WordIndex:
        """Index `documents`, the terms of each id in order; `fingerprint` says what they were made of."""
        terms = [list(document) for document in documents]
        if len(terms) != len(ids):
            raise ValueError(f"{len(ids)} ids, but {len(terms)} documents")
        if not any(terms):
            return cls(ids, fingerprint, None)
        scorer = bm25s.BM25(method="lucene", k1=K1, b=B)
        scorer.index(terms, show_progress=False)
        return cls(ids, fingerprint, scorer)

    def save(self, folder: Path) -> None:
        """Write the index beside `folder`, then swap it in: killed at any point, it leaves no half of one."""
        fresh = folder.with_name(folder.name + ".new")
        stale = folder.with_name(folder.name + ".old")
        for leftover in (fresh, stale):
            shutil.rmtree(leftover, ignore_errors=True)
        fresh.mkdir(parents=True)
        if self._scorer is not None:
            self._scorer.save(fresh, show_progress=False)
        manifest = {
            "version": _VERSION,
            "fingerprint": self.fingerprint,
            "has_terms": self._scorer is not None,
            "ids": self.ids,
        }
        (fresh / _MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
        if folder.exists():
            folder.replace(stale)
        fresh.replace(folder)
        shutil.rmtree(stale, ignore_errors=True)

    @classmethod
    def load(cls, folder: Path) -> WordIndex:
        """Raises IndexBroken if the folder is not there, is damaged, or was written by another version."""
        try:
            manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
            if manifest["version"] != _VERSION:
                raise ValueError(f"version {manifest['version']}, expected {_VERSION}")
            scorer = bm25s.BM25.load(folder, show_progress=False) if manifest["has_terms"] else None
            if scorer is not None and scorer.scores["num_docs"] != len(manifest["ids"]):
                raise ValueError(f"{scorer.scores['num_docs']} documents for {len(manifest['ids'])} ids")
            return cls(manifest["ids"], manifest["fingerprint"], scorer)
        except (OSError, ValueError, KeyError, TypeError, EOFError) as error:
            raise IndexBroken(f"word index {folder} is unusable ({error}): run `storeclerk doctor --mend`") from error

    @property
    def terms(self) -> frozenset[str]:
        """Every term that stands in some document."""
        return frozenset(self._scorer.vocab_dict) if self._scorer is not None else frozenset()

    def search(self, query: str, k: int, mask: NDArray[np.bool_] | None = None) -> list[tuple[str, float]]:
        """The best `k` (id, score) with a score above 0, best first; equal scores in the order of `ids`.

        `mask`, shape (number of ids,), says who may be found at all, before the best are taken.
        """
        if mask is not None and mask.shape != (len(self.ids),):
            raise ValueError(f"mask of shape {mask.shape} for {len(self.ids)} documents")
        scores = self._scores(query) if k > 0 else None
        if scores is None:
            return []
        candidates = np.flatnonzero(scores > 0 if mask is None else (scores > 0) & mask)
        best = candidates[np.argsort(-scores[candidates], kind="stable")][:k]
        return [(self.ids[row], float(scores[row])) for row in best]

    def shares(self, query: str, ids: Sequence[str]) -> dict[str, float]:
        """For each of `ids` its score as a share of the query's worth, the sum of its terms' idf; 0 to below 1.

        A term's score is its idf times a saturation below 1, so this says how much of the query, rare words
        counting more, stands in the document; a term of no document is worth as much as the rarest.
        """
        terms, scores = index_terms(query), self._scores(query)
        if scores is None:
            return dict.fromkeys(ids, 0.0)
        worth = sum(self._idf(term) for term in terms)
        return {id: float(scores[self._row[id]]) / worth if id in self._row else 0.0 for id in ids}

    def _scores(self, query: str) -> NDArray[np.float32] | None:
        """One score a document; None if no term of the query is known."""
        known = self._scorer.get_tokens_ids(index_terms(query)) if self._scorer is not None else []
        return self._scorer.get_scores_from_ids(known) if known else None

    def _idf(self, term: str) -> float:
        """Lucene's log(1 + (N - df + 0.5) / (df + 0.5))."""
        if self._frequency is None:
            # The scorer's matrix has one column a term and one entry a document that holds it.
            self._frequency = np.diff(self._scorer.scores["indptr"])
        token = self._scorer.vocab_dict.get(term)
        frequency = 0 if token is None else int(self._frequency[token])
        return math.log(1 + (len(self.ids) - frequency + 0.5) / (frequency + 0.5))
