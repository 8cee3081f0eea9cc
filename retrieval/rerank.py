"""Reading request and product together: `CrossEncoderReranker` with a real model, `OverlapReranker` without one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from retrieval.adapters import check_adapter
from retrieval.encoder import half_precision, merge_adapter, model_folder, model_name, stay_offline
from retrieval.errors import ModelMissing
from retrieval.text import STOP_WORDS, index_terms, words

LONGEST = 128  # word pieces of request and product; a title with a short description has about 40


class CrossEncoderReranker:
    """A sentence-transformers cross-encoder: the bundled base with an adapter, or a model of its own."""

    def __init__(self, path_or_name: str = "", adapter: str = "") -> None:
        """Find model and adapter; they are loaded by the first use. Raises ModelMissing, as does that first use."""
        self._source, self._adapter = str(model_folder(path_or_name)), adapter
        base = model_name(path_or_name)
        if adapter:
            check_adapter(Path(adapter), "reranker", base)
        elif not path_or_name:
            raise ModelMissing("the bundled base is no reranker without an adapter: name one in reranker.adapter")
        self._name = model_name(path_or_name, adapter)
        self._model: Any = None
        self._lock = Lock()  # fast tokenizers refuse to be used by two threads at once

    @property
    def name(self) -> str:
        return self._name

    def score(self, query: str, texts: Sequence[str]) -> Sequence[float]:
        """The model's estimates through a sigmoid, 0 to 1; the library batches by length itself."""
        if not texts:
            return []
        with self._lock:
            self._model = self._model or self._load()
            with half_precision(len(texts)):
                scores = self._model.predict([(query, text) for text in texts], batch_size=32, show_progress_bar=False)
        return [float(score) for score in scores]

    def _load(self) -> Any:
        way_out = "correct reranker.model and reranker.adapter, or switch it off with reranker.kind = 'none'"
        return load_cross_encoder(self._source, self._adapter, "reranker", way_out)


def load_cross_encoder(source: str, adapter: str, kind: str, way_out: str) -> Any:
    """A cross-encoder with one output through a sigmoid, its adapter merged. Raises ModelMissing with `way_out`."""
    stay_offline()
    import torch
    from sentence_transformers import CrossEncoder
    from transformers.utils.logging import disable_progress_bar, set_verbosity_error

    disable_progress_bar()
    set_verbosity_error()  # its table of "missing" head weights alarms; the adapter brings them
    try:
        model = CrossEncoder(
            source,
            num_labels=1,
            max_length=LONGEST,
            device="cpu",
            local_files_only=True,
            activation_fn=torch.nn.Sigmoid(),
        )
        if adapter:
            model.load_adapter(adapter)
            merge_adapter(model)
    except Exception as error:  # whatever the library raises, the model is unusable and the user must act
        reason = " ".join(str(error).split())[:200]
        raise ModelMissing(f"the {kind} {adapter or source} does not load ({reason}): {way_out}") from error
    return model


class OverlapReranker:
    """The share of the request's words that stand in the text: no model, always the same result."""

    @property
    def name(self) -> str:
        return "overlap"

    def score(self, query: str, texts: Sequence[str]) -> Sequence[float]:
        """0 to 1 for each text; a request without words is 0.5 relevant to anything."""
        asked = {w for w in words(query) if w not in STOP_WORDS}
        if not asked:
            return [0.5] * len(texts)
        terms = [set(index_terms(word)) for word in asked]
        return [float(np.mean([bool(t & set(index_terms(text))) for t in terms])) for text in texts]
