"""Is the index what the product table says it should be? And if not, make it so again.

Opening an index only compares counts and a stamp, which is quick; this compares every id, hash and vector.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from retrieval.catalog import Catalog, batched
from retrieval.errors import IndexBroken, IndexMissing
from retrieval.folder import DataFolder, lock_data_dir, storage_errors
from retrieval.index import (
    STAMP_NOTE,
    Progress,
    expected_hashes,
    no_progress,
    open_catalog,
    open_index,
    stamp,
)
from retrieval.lexical import WordIndex
from retrieval.store import VectorStore
from retrieval.types import Encoder

_TOLERANCE = 1e-5  # float32 survives Chroma unchanged; anything larger is another vector
_PAGE = 1000
_EXAMPLES = 3


def check_index(
    data_dir: Path, encoder: Encoder, *, chroma_url: str = "", command: str = "storeclerk doctor"
) -> list[str]:
    """Every way in which the indexes disagree with the table, a sentence each; empty if all is well.

    Changes nothing. Raises IndexMissing, DataFolderBusy, and IndexBroken if the table itself cannot be read.
    """
    folder = DataFolder(data_dir)
    if not folder.database.is_file():
        raise IndexMissing(f"no catalogue in {data_dir} yet: run `storeclerk index FILE`")
    with ExitStack() as resources:
        resources.enter_context(lock_data_dir(data_dir, command))
        catalog = open_catalog(folder, resources)
        if damage := catalog.damage():
            raise IndexBroken(f"{folder.database} is damaged ({damage}): index the feed again elsewhere")
        hashes = expected_hashes(catalog)
        problems = []
        if catalog.note(STAMP_NOTE) != stamp(catalog, encoder):
            problems.append("the last run was not finished, or used another encoder")
        try:
            store = VectorStore(folder.chroma, encoder.name, url=chroma_url)
        except IndexBroken as error:
            problems.append(str(error))
        else:
            resources.callback(store.close)
            problems += _store_problems(catalog, hashes, encoder.name, store)
        problems += _words_problems(folder, list(hashes), stamp(catalog, encoder))
        return problems


def mend_index(
    data_dir: Path,
    encoder: Encoder,
    *,
    progress: Progress = no_progress,
    chroma_url: str = "",
    command: str = "storeclerk doctor",
) -> None:
    """Throw the derived indexes away and make them anew from the table; cached vectors are used again.

    Raises IndexMissing, DataFolderBusy, StorageFull, IndexBroken.
    """
    folder = DataFolder(data_dir)
    if not folder.database.is_file():
        raise IndexMissing(f"no catalogue in {data_dir} yet: run `storeclerk index FILE`")
    with lock_data_dir(data_dir, command), storage_errors(data_dir):
        shutil.rmtree(folder.words, ignore_errors=True)
        if not chroma_url:
            shutil.rmtree(folder.chroma, ignore_errors=True)
        else:
            store = VectorStore(folder.chroma, encoder.name, url=chroma_url)
            store.delete(store.contents())
            store.close()
    open_index(data_dir, encoder, progress=progress, chroma_url=chroma_url, command=command).close()


def _store_problems(catalog: Catalog, hashes: dict[str, str], encoder_name: str, store: VectorStore) -> list[str]:
    stored = store.contents()
    known = catalog.vector_hashes(encoder_name)
    groups = {
        "products have no cached vector": [id for id, hash in hashes.items() if hash not in known],
        "products are missing from the vector store": [id for id in hashes if id not in stored],
        "products have an outdated vector": [id for id, h in hashes.items() if stored.get(id, h) != h],
        "vectors belong to no product": [id for id in stored if id not in hashes],
        "vectors differ from the cached ones": _different_vectors(catalog, hashes, encoder_name, store),
    }
    return [_sentence(ids, what) for what, ids in groups.items() if ids]


def _different_vectors(catalog: Catalog, hashes: dict[str, str], encoder_name: str, store: VectorStore) -> list[str]:
    different = []
    for ids in batched(hashes, _PAGE):
        cached = catalog.vectors(encoder_name, [hashes[id] for id in ids])
        for id, vector in store.vectors(ids).items():
            original = cached.get(hashes[id])
            if original is not None and not np.allclose(vector, original, atol=_TOLERANCE):
                different.append(id)
    return different


def _words_problems(folder: DataFolder, ids: list[str], fingerprint: str) -> list[str]:
    try:
        words = WordIndex.load(folder.words)
    except IndexBroken as error:
        return [str(error)]
    problems = []
    if list(words.ids) != ids:
        problems.append(f"the word index has {len(words.ids)} products, the table {len(ids)}, or another order")
    if words.fingerprint != fingerprint:
        problems.append("the word index was made from another state of the table")
    return problems


def _sentence(ids: Collection[str], what: str) -> str:
    examples = ", ".join(list(ids)[:_EXAMPLES])
    return f"{len(ids)} {what}, such as {examples}"
