"""What the encoder is trained to do: put the products of a list in the order of their grades. Imports torch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import torch

from retrieval.search import HISTORY_DECAY, HISTORY_SHARE

SHARPNESS = 20.0
"""Cosines are multiplied by this, as in most contrastive training: a gap of .05 is then a clear preference."""

PAST = 3
"""Products of a shopper's history that are read in training."""


class ListLoss(torch.nn.Module):  # type: ignore[misc]
    """For each pair of a list's products, log(1 + exp(-gap of scores)), weighted by the gap of their gains.

    RankNet (Burges et al., "Learning to rank using gradient descent", ICML 2005) with nDCG's gains 2^grade - 1
    for weights. The score is SHARPNESS * cosine. Columns: the request; PAST products of the history, oldest
    first, if `with_history`; the list's products. The query vector is made as `retrieval.search.query_vector`
    makes it, so that what is trained is what is served.

    With `sizes` the loss is the mean over vectors cut to each of these lengths, so that the first numbers of
    a vector say the most (Kusupati et al., "Matryoshka representation learning", NeurIPS 2022).
    """

    def __init__(self, model: Any, with_history: bool, sizes: Sequence[int] = ()) -> None:
        super().__init__()
        self.model, self.with_history, self.sizes = model, with_history, tuple(sizes)

    def forward(self, sentence_features: Iterable[Mapping[str, Any]], labels: torch.Tensor) -> torch.Tensor:
        """`labels`: grades, shape (lists, products a list)."""
        columns = list(sentence_features)
        whole = self._read(columns)
        weights = 2 ** labels.to(whole) - 1
        weights = (weights[:, :, None] - weights[:, None, :]).clamp(min=0)
        losses = [self._loss(whole[..., :size], columns, weights) for size in self.sizes or (whole.shape[-1],)]
        return torch.stack(losses).mean()

    def _loss(self, cut: torch.Tensor, columns: Sequence[Mapping[str, Any]], weights: torch.Tensor) -> torch.Tensor:
        """`cut`: shape (lists, columns, d); `weights`: (lists, products, products), how much a pair's order counts."""
        vectors = unit(cut)
        query, products = vectors[:, 0], vectors[:, 1:]
        if self.with_history:
            products = vectors[:, 1 + PAST :]
            said = torch.stack([_says_something(features) for features in columns[: 1 + PAST]], dim=1)
            query = with_past(query, vectors[:, 1 : 1 + PAST], said)
        scores = SHARPNESS * torch.einsum("ld,lpd->lp", query, products)
        losses = torch.nn.functional.softplus(scores[:, None, :] - scores[:, :, None]) * weights
        return (losses.sum((1, 2)) / weights.sum((1, 2)).clamp(min=1e-6)).mean()

    def _read(self, columns: Sequence[Mapping[str, Any]]) -> torch.Tensor:
        """All columns in one pass, shape (lists, columns, d): fewer, fuller batches, and one pass is all that
        distributed training takes between two steps.
        """
        longest = max(features["input_ids"].shape[1] for features in columns)
        joined = {
            key: torch.cat([torch.nn.functional.pad(f[key], (0, longest - f[key].shape[1])) for f in columns])
            for key, value in columns[0].items()
            if isinstance(value, torch.Tensor) and value.ndim == 2
        }
        vectors = self.model(joined)["sentence_embedding"].float()
        return vectors.reshape(len(columns), -1, vectors.shape[-1]).transpose(0, 1)


def unit(vectors: torch.Tensor) -> torch.Tensor:
    """The same at length 1, in float32."""
    return torch.nn.functional.normalize(vectors.float(), dim=-1)


def with_past(query: torch.Tensor, past: torch.Tensor, said: torch.Tensor) -> torch.Tensor:
    """(lists, d), (lists, PAST, d) -> (lists, d); `said`, shape (lists, 1 + PAST), marks texts that are not empty."""
    decay = torch.tensor([HISTORY_DECAY**age for age in range(PAST - 1, -1, -1)], device=query.device)
    weights = said[:, 1:] * decay
    mean = unit((past * weights[..., None]).sum(1))
    share = torch.where(said[:, 0] > 0, HISTORY_SHARE, 1.0) * (weights.sum(1) > 0)
    return unit((1 - share)[:, None] * query + share[:, None] * mean)


def _says_something(features: Mapping[str, Any]) -> torch.Tensor:
    """1 for each text of a column that has more than its two frame tokens, else 0."""
    return (features["attention_mask"].sum(-1) > 2).float()
