"""PATH 1, top to bottom: read -> check -> replace the table -> encode -> Chroma -> words -> mark complete.

The table is replaced in one transaction; everything after it is derived from it and can stop at any point.
The stamp written last says what the indexes were derived from, so a run that was cut short is noticed by the
next program that opens the folder, and finished from the table, without the feed.
"""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import numpy as np

from retrieval import documents
from retrieval.catalog import Catalog, Changes, batched, content_hash, sqlite_engine
from retrieval.errors import FeedError, IndexBroken, IndexMissing
from retrieval.feeds import Reject, inspect_feed, read_feeds, write_rejects
from retrieval.folder import DataFolder, lock_data_dir, storage_errors
from retrieval.lexical import WordIndex
from retrieval.mapping import FeedMapping
from retrieval.store import VectorStore
from retrieval.types import Encoder, Product

Progress = Callable[[str, int, int], None]
"""Called with the step ("reading", "encoding", "storing"), how many are done, of how many (0: unknown)."""

_LOG = logging.getLogger(__name__)

STAMP_NOTE = "indexed"
"""The catalogue's note that holds the stamp of the last complete index."""

_ENCODE_BATCH = 256  # about 6 s of work on 2 cores: what an interrupt can lose
_REPORT_EVERY = 500  # rows


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What one run did. Counts are rows and products; read = indexed + unchanged + rejected."""

    read: int
    indexed: int
    """Products that are new or whose content changed."""
    unchanged: int
    removed: int
    rejected: int
    seconds: float
    encoded: int
    """Texts the encoder had to read; the others' vectors were known."""
    rejects_path: Path
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Index:
    """A complete index, opened for this process alone. Close it, or use it in a `with` statement."""

    catalog: Catalog
    store: VectorStore
    words: WordIndex
    ids: tuple[str, ...]
    """Every product, in the order of the table; the rows of `words` and of every mask."""
    _resources: ExitStack = field(repr=False)

    def close(self) -> None:
        self._resources.close()

    def __enter__(self) -> Index:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def no_progress(step: str, done: int, total: int) -> None:
    """For callers who do not watch."""


def build_index(
    files: Sequence[Path],
    data_dir: Path,
    encoder: Encoder,
    *,
    format: str = "auto",
    mapping: FeedMapping | None = None,
    progress: Progress = no_progress,
    chroma_url: str = "",
    command: str = "storeclerk index",
) -> IndexReport:
    """Make the union of `files` the catalogue in `data_dir` and bring its indexes up to date.

    Only what changed is encoded. Raises FeedError (and then the old catalogue stays), DataFolderBusy,
    StorageFull, IndexBroken.
    """
    started = time.monotonic()

    # 1) Look through every file before anything is touched.
    if not files:
        raise FeedError("no feed given: name at least one file")
    feeds = [inspect_feed(path, format=format) for path in files]
    folder = DataFolder(data_dir)
    rejects: list[Reject] = []

    with ExitStack() as resources:
        resources.enter_context(lock_data_dir(data_dir, command))
        resources.enter_context(storage_errors(data_dir))
        catalog = open_catalog(folder, resources)

        # 2) Read, check, and replace the table, all or nothing.
        try:
            rows = read_feeds(feeds, mapping or FeedMapping())
            changes = catalog.replace(_accepted(rows, rejects, progress))
        finally:
            write_rejects(folder.rejects, rejects)

        # 3) Derive vectors and words from it.
        encoded, store, _words = _derive(catalog, folder, encoder, chroma_url, progress)
        store.close()

    return _report(changes, rejects, encoded, folder, time.monotonic() - started, [f.warning for f in feeds])


def open_index(
    data_dir: Path,
    encoder: Encoder,
    *,
    progress: Progress = no_progress,
    chroma_url: str = "",
    command: str = "storeclerk",
) -> Index:
    """Open the index in `data_dir`; one left unfinished, or made by another encoder, is finished first.

    Raises IndexMissing if nothing was indexed yet, DataFolderBusy, StorageFull, IndexBroken.
    """
    folder = DataFolder(data_dir)
    if not folder.database.is_file():
        raise _missing(data_dir)
    with ExitStack() as resources:
        resources.enter_context(lock_data_dir(data_dir, command))
        with storage_errors(data_dir):
            catalog = open_catalog(folder, resources)
            if catalog.count() == 0:
                raise _missing(data_dir)
            _encoded, store, words = _derive(catalog, folder, encoder, chroma_url, progress)
        resources.callback(store.close)
        return Index(catalog, store, words, tuple(catalog.ids()), resources.pop_all())


def stamp(catalog: Catalog, encoder: Encoder) -> str:
    """What a complete index was derived from: products and their order, encoder, wording of the texts."""
    return f"{catalog.fingerprint()}:{encoder.name}:{documents.VERSION}"


def expected_hashes(catalog: Catalog) -> dict[str, str]:
    """Product id -> hash of the text that is embedded, in the order of the table."""
    return {product.id: content_hash(documents.for_meaning(product)) for product in catalog.all()}


def _accepted(rows: Iterable[Product | Reject], rejects: list[Reject], progress: Progress) -> Iterator[Product]:
    """The products among the rows; rejects are collected. Raises FeedError if no product is left."""
    accepted = 0
    for read, row in enumerate(rows, start=1):
        if isinstance(row, Reject):
            rejects.append(row)
        else:
            accepted += 1
            yield row
        if read % _REPORT_EVERY == 0:
            progress("reading", read, 0)
    if not accepted:  # raised inside the transaction: a broken export must not empty the shop
        first = rejects[0]
        raise FeedError(
            f"all {len(rejects)} rows were rejected, so the catalogue stays as it was; "
            f"first: line {first.line}, {first.field}: {first.reason}"
        )


def _derive(
    catalog: Catalog, folder: DataFolder, encoder: Encoder, chroma_url: str, progress: Progress
) -> tuple[int, VectorStore, WordIndex]:
    """Bring vectors and words up to the table. Returns (texts encoded, open store, words)."""
    try:
        with storage_errors(folder.root):
            return _bring_up_to_date(catalog, folder, encoder, chroma_url, progress)
    except IndexBroken as error:
        if chroma_url:
            raise
        # Cut short while it wrote, Chroma can leave torn files. All that is in them is in the table as well.
        _LOG.warning("the vector store is made anew: %s", error)
        shutil.rmtree(folder.chroma, ignore_errors=True)
        return _bring_up_to_date(catalog, folder, encoder, chroma_url, progress)


def _bring_up_to_date(
    catalog: Catalog, folder: DataFolder, encoder: Encoder, chroma_url: str, progress: Progress
) -> tuple[int, VectorStore, WordIndex]:
    now = stamp(catalog, encoder)
    store = VectorStore(folder.chroma, encoder.name, url=chroma_url)
    try:
        words = _load_words(folder, now)
        if words is not None and catalog.note(STAMP_NOTE) == now and store.count() == catalog.count():
            return 0, store, words

        # a) Every text has a vector in the cache, saved batch by batch.
        hashes = expected_hashes(catalog)
        encoded = encode_missing(catalog, hashes, encoder, progress)

        # b) Chroma holds the vectors of exactly the products in the table.
        _update_store(catalog, hashes, encoder.name, store, progress)

        # c) The words, which take seconds and are simply made anew.
        if words is None:
            terms = (documents.for_words(product) for product in catalog.all())
            words = WordIndex.build(list(hashes), terms, fingerprint=now)
            words.save(folder.words)

        # d) Only now is the index complete, and old vectors of no more use.
        catalog.set_note(STAMP_NOTE, now)
        catalog.drop_vectors(encoder.name, catalog.vector_hashes(encoder.name) - set(hashes.values()))
    except BaseException:  # also Ctrl-C: the next run in this process must be able to open the folder
        store.close()
        raise
    return encoded, store, words


def encode_missing(catalog: Catalog, hashes: dict[str, str], encoder: Encoder, progress: Progress) -> int:
    """Caches a vector for every text that has none; `hashes` are those of `expected_hashes`. Returns how many."""
    known = catalog.vector_hashes(encoder.name)
    missing = {hash: id for id, hash in hashes.items() if hash not in known}  # equal texts are encoded once
    done = 0
    for batch in batched(missing.items(), _ENCODE_BATCH):
        progress("encoding", done, len(missing))
        products = catalog.get([id for _hash, id in batch])
        vectors = encoder.encode([documents.for_meaning(products[id]) for _hash, id in batch])
        catalog.put_vectors(encoder.name, [hash for hash, _id in batch], vectors)
        done += len(batch)
    if missing:
        progress("encoding", done, done)
    return done


def _update_store(
    catalog: Catalog, hashes: dict[str, str], encoder_name: str, store: VectorStore, progress: Progress
) -> None:
    stored = store.contents()
    store.delete(id for id in stored if id not in hashes)
    stale = [id for id, hash in hashes.items() if stored.get(id) != hash]
    done = 0
    for ids in batched(stale, _ENCODE_BATCH * 4):
        progress("storing", done, len(stale))
        cached = catalog.vectors(encoder_name, [hashes[id] for id in ids])
        store.upsert(ids, np.stack([cached[hashes[id]] for id in ids]), [hashes[id] for id in ids])
        done += len(ids)


def _load_words(folder: DataFolder, fingerprint: str) -> WordIndex | None:
    try:
        words = WordIndex.load(folder.words)
    except IndexBroken:
        return None  # never saved, cut short or damaged: all mended by making it anew
    return words if words.fingerprint == fingerprint else None


def open_catalog(folder: DataFolder, resources: ExitStack) -> Catalog:
    """The catalogue of a data folder, closed with `resources`."""
    catalog = Catalog(sqlite_engine(folder.database))
    resources.callback(catalog.close)
    return catalog


def _missing(data_dir: Path) -> IndexMissing:
    return IndexMissing(f"no catalogue in {data_dir} yet: run `storeclerk index FILE`")


def _report(
    changes: Changes,
    rejects: Sequence[Reject],
    encoded: int,
    folder: DataFolder,
    seconds: float,
    warnings: Iterable[str],
) -> IndexReport:
    indexed = changes.added + changes.changed
    return IndexReport(
        read=indexed + changes.unchanged + len(rejects),
        indexed=indexed,
        unchanged=changes.unchanged,
        removed=changes.removed,
        rejected=len(rejects),
        seconds=round(seconds, 3),
        encoded=encoded,
        rejects_path=folder.rejects,
        warnings=tuple(warning for warning in warnings if warning),
    )
