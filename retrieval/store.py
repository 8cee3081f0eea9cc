"""The vectors in Chroma, embedded in a folder or on a server. Knows nothing of products or texts.

Every vector is stored with the hash of the text it came from, so that what is stale can be told without
reading the vectors. One collection per encoder: vectors of two encoders are never compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from retrieval.catalog import batched, content_hash
from retrieval.errors import IndexBroken
from retrieval.types import Vectors

# Wider than Chroma's defaults: an approximate search that misses a product makes "the best" untrue.
_HNSW = {"space": "cosine", "ef_construction": 200, "max_neighbors": 32, "ef_search": 300}
_PAGE = 2000  # ids a request when everything is read


class VectorStore:
    """One encoder's collection. Use one instance a process; close it, or the folder stays open."""

    def __init__(self, folder: Path, encoder_name: str, *, url: str = "") -> None:
        """Open the collection, made if need be: embedded in `folder`, or on the Chroma server at `url`.

        Raises IndexBroken if the folder is damaged or the server does not answer.
        """
        import chromadb  # more than half a second, so not for those who only ask for --help
        from chromadb.errors import ChromaError

        self._error = ChromaError
        # _env_file: a shop's own .env in the working directory is none of Chroma's business
        settings = chromadb.Settings(_env_file=None, anonymized_telemetry=False)
        try:
            self._client = _server(chromadb, url, settings) if url else _embedded(chromadb, folder, settings)
            self._collection: Any = self._client.get_or_create_collection(
                collection_name(encoder_name), embedding_function=None, configuration={"hnsw": _HNSW}
            )
        except (ChromaError, ValueError, KeyError) as error:
            way_out = "check that it runs" if url else "run `storeclerk doctor --mend`"
            raise IndexBroken(f"vector store {url or folder} does not open ({error}): {way_out}") from error
        self._batch = min(int(self._client.get_max_batch_size()), _PAGE)

    def close(self) -> None:
        self._client.close()

    def count(self) -> int:
        return int(self._collection.count())

    def upsert(self, ids: Sequence[str], vectors: Vectors, hashes: Sequence[str]) -> None:
        """Store vectors, shape (n, dimension), of n ids, and the hashes of the texts they came from."""
        for start in range(0, len(ids), self._batch):
            some = slice(start, start + self._batch)
            self._collection.upsert(
                ids=list(ids[some]),
                embeddings=np.asarray(vectors[some], dtype=np.float32),
                metadatas=[{"hash": hash} for hash in hashes[some]],
            )

    def delete(self, ids: Iterable[str]) -> None:
        """Forget these ids; those not stored are ignored."""
        for some in batched(ids, self._batch):
            self._collection.delete(ids=some)

    def search(self, vector: Vectors, k: int, allowed_ids: Sequence[str] | None = None) -> list[tuple[str, float]]:
        """The `k` nearest (id, cosine similarity) to `vector`, shape (dimension,), best first, ties by id.

        Only `allowed_ids` are looked at, if given. The graph search is approximate; where it finds fewer than
        there are, every allowed vector is compared.
        """
        # ids= is faster than a metadata filter: 12 ms against 35-60 ms for 5,000 allowed of 20,000
        allowed = None if allowed_ids is None else list(dict.fromkeys(allowed_ids))
        wanted = min(k, self.count() if allowed is None else len(allowed))
        if wanted < 1:
            return []
        try:
            answer = self._collection.query(
                query_embeddings=[vector], n_results=wanted, ids=allowed, include=["distances"]
            )
        except self._error:  # Chroma refuses the whole query if one of the ids is not stored
            return self._search_exactly(vector, k, allowed)
        found = answer["ids"][0]
        if len(found) < wanted:
            return self._search_exactly(vector, k, allowed)
        return _best_first(found, 1.0 - np.asarray(answer["distances"][0]), k)

    def contents(self) -> dict[str, str]:
        """Every id with the hash of the text its vector came from."""
        found: dict[str, str] = {}
        for start in range(0, self.count(), _PAGE):
            page = self._collection.get(limit=_PAGE, offset=start, include=["metadatas"])
            found |= {id: str(meta["hash"]) for id, meta in zip(page["ids"], page["metadatas"], strict=True)}
        return found

    def vectors(self, ids: Sequence[str]) -> dict[str, Vectors]:
        """Each id with its vector of shape (dimension,); ids not stored are left out."""
        found: dict[str, Vectors] = {}
        for some in batched(dict.fromkeys(ids), _PAGE):
            page = self._collection.get(ids=some, include=["embeddings"])
            found |= zip(page["ids"], np.asarray(page["embeddings"], dtype=np.float32), strict=True)
        return found

    def _search_exactly(self, vector: Vectors, k: int, allowed: list[str] | None) -> list[tuple[str, float]]:
        stored = self.vectors(list(self.contents()) if allowed is None else allowed)
        if not stored:
            return []
        return _best_first(list(stored), np.stack(list(stored.values())) @ vector, k)


def collection_name(encoder_name: str) -> str:
    """A name Chroma accepts, different for different encoders."""
    readable = re.sub(r"[^a-zA-Z0-9]+", "-", encoder_name).strip("-")[:40]
    return f"products-{readable}-{content_hash(encoder_name)[:8]}"


def _best_first(ids: Sequence[str], similarities: NDArray[np.floating], k: int) -> list[tuple[str, float]]:
    pairs = zip(ids, similarities.tolist(), strict=True)
    return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))[:k]


def _embedded(chromadb: Any, folder: Path, settings: Any) -> Any:
    try:
        return chromadb.PersistentClient(str(folder), settings=settings)
    except AttributeError:
        # Chroma 1.5 caches a client that failed to open, and trips over it once before it lets go.
        return chromadb.PersistentClient(str(folder), settings=settings)


def _server(chromadb: Any, url: str, settings: Any) -> Any:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("the address must look like http://127.0.0.1:8000")
    ssl = parts.scheme == "https"
    port = parts.port or (443 if ssl else 8000)
    return chromadb.HttpClient(host=parts.hostname, port=port, ssl=ssl, settings=settings)
