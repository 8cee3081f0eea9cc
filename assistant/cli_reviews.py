"""The commands `storeclerk reviews sample|list|show`: filling the review desk's queue and looking into it.

They open the conversations' database and no index, so they run while the shop is served. Heavy imports inside.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from assistant.console import common, conversations, print_result, progress_bars

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from assistant.review_pairs import Rewording
    from assistant.review_rows import Queued
    from assistant.review_trace import Trace
    from assistant.review_types import Strategy
    from assistant.reviews import State
    from assistant.settings import Settings
    from retrieval.catalog import Catalog


MOST_LISTED = 10**9
"""More than any queue holds; a database's integers end somewhere above."""


@click.group()
def reviews() -> None:
    """Explanations that people judge."""


@reviews.command()
@click.option("--strategy", type=click.Choice(["random", "stratified", "risky"]), default="random", show_default=True)
@click.option("--count", type=click.IntRange(min=0), default=50, show_default=True, help="Explanations to add.")
@click.option("--needed", type=click.IntRange(min=1), default=2, show_default=True, help="Reviewers for each.")
@click.option(
    "--pairs", type=click.IntRange(min=0), default=0, show_default=True, help="Besides, beside another wording."
)
@click.option(
    "--adapter", default="none", show_default=True, help="A generator's folder that words them; none: plainly."
)
@click.option("--days", type=click.FloatRange(min=0, min_open=True), default=None, help="Only answers this young.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--checker", is_flag=True, help="Risky: ask the second gate, too (some 30 ms a sentence).")
@common
def sample(
    strategy: str,
    count: int,
    needed: int,
    pairs: int,
    adapter: str,
    days: float | None,
    seed: int,
    checker: bool,
    data_dir: Path | None,
    as_json: bool,
) -> None:
    """Put explanations of real answers into the queue, each at most once."""
    import time

    from assistant.review_sampling import sample as draw
    from retrieval.folder import storage_errors

    with opened_reviews(data_dir) as (engine, settings, stack):
        catalog = catalog_of(settings, stack)
        progress = stack.enter_context(progress_bars())
        with storage_errors(settings.data_dir):
            done = draw(
                engine,
                strategy=cast("Strategy", strategy),
                count=count,
                needed=needed,
                pairs=pairs,
                seed=seed,
                gate=_gate(settings) if checker else None,
                since=None if days is None else time.time() - days * 24 * 3600,
                rewording=_rewording(settings, catalog, adapter) if pairs and adapter != "none" else None,
                titles=None if catalog is None else lambda ids: {p.id: p.title for p in catalog.get(ids).values()},
                progress=progress,
            )
    result = {"strategy": strategy, "added": done.added, "considered": done.considered, "why": done.why}
    lines = [f"{done.added} added of {done.considered} explanations that were not in the queue."]
    print_result(result, [*lines, *([f"{done.why[:1].upper()}{done.why[1:]}."] if done.why else [])], as_json)


@reviews.command("list")
@click.option(
    "--state", type=click.Choice(["all", "waiting", "done", "disputed"]), default="waiting", show_default=True
)
@click.option("--limit", type=click.IntRange(1, MOST_LISTED), default=50, show_default=True)
@click.option("--offset", type=click.IntRange(0, MOST_LISTED), default=0, show_default=True)
@common
def list_(state: str, limit: int, offset: int, data_dir: Path | None, as_json: bool) -> None:
    """The queue: what waits (as it is given out), is done, or is disputed between reviewers."""
    from assistant.reviews import Reviews

    with opened_reviews(data_dir) as (engine, _settings, _stack):
        found = Reviews(engine).queue(cast("State", state), limit=limit, offset=offset)
    lines = [
        f"{q.item.id:>6}  {q.judged}/{q.item.needed}  {q.item.strategy:<10}  {q.item.kind:<6}  "
        f"{'disputed' if q.disputed else '        '}  {q.item.product_id}  {q.item.why}".rstrip()
        for q in found
    ]
    fill = "Nothing is to be judged: `storeclerk reviews sample` fills the queue."
    empty = fill if state in ("all", "waiting") else f"None is {state}."
    print_result({"items": [_as_json(q) for q in found]}, lines or [empty], as_json)


@reviews.command()
@click.argument("item", type=int)
@common
def show(item: int, data_dir: Path | None, as_json: bool) -> None:
    """One item, and everything behind it: reasons, facts as they were, what was dropped, what has changed since."""
    from pydantic import TypeAdapter

    from assistant.review_trace import Trace, trace
    from assistant.reviews import Reviews

    with opened_reviews(data_dir) as (engine, settings, stack):
        queued = Reviews(engine).state(item)
        catalog = catalog_of(settings, stack)
        found = trace(queued.item, None if catalog is None else catalog.get)
    result = _as_json(queued) | {"trace": TypeAdapter(Trace).dump_python(found, mode="json")}
    print_result(result, _lines(queued, found), as_json)


@contextmanager
def opened_reviews(data_dir: Path | None) -> Iterator[tuple[Engine, Settings, ExitStack]]:
    """The conversations' database by the settings, and what is to be closed with it. Raises IndexMissing."""
    from assistant.settings import load_settings

    with ExitStack() as stack:
        yield stack.enter_context(conversations(data_dir)), load_settings(data_dir), stack


def catalog_of(settings: Settings, stack: ExitStack) -> Catalog | None:
    """The product table, read beside the process that serves it; None where nothing is indexed."""
    from retrieval.folder import DataFolder
    from retrieval.index import open_catalog

    folder = DataFolder(settings.data_dir)
    return open_catalog(folder, stack) if folder.database.is_file() else None


def _gate(settings: Settings) -> Any:
    from assistant.entailment import open_gate

    return None if settings.checker.adapter == "none" else open_gate(settings.checker.adapter or "")


def _rewording(settings: Settings, catalog: Catalog | None, adapter: str) -> Rewording:
    """The generator with that adapter, and the shop's checks. Raises ModelMissing, IndexMissing."""
    from assistant.clerk import open_generator
    from assistant.review_pairs import Rewording
    from assistant.vocabulary import build_vocabulary
    from retrieval.errors import IndexMissing
    from retrieval.facets import build_facets

    if catalog is None:
        raise IndexMissing(f"no catalogue in {settings.data_dir} yet: run `storeclerk index FILE`")
    chosen = settings.generator.model_copy(update={"kind": "local", "adapter": adapter})
    generator = open_generator(settings.model_copy(update={"generator": chosen}))
    assert generator is not None
    return Rewording(generator, build_vocabulary(build_facets(catalog.all())), _gate(settings), settings.voice)


def _as_json(queued: Queued) -> dict[str, Any]:
    item = queued.item
    return {
        "item": item.id,
        "answer": item.snapshot.answer.id,
        "product_id": item.product_id,
        "kind": item.kind,
        "strategy": item.strategy,
        "why": item.why,
        "risk": item.risk,
        "intent": item.intent,
        "category": item.category,
        "version": item.version,
        "needed": item.needed,
        "judged": queued.judged,
        "disputed": queued.disputed,
        "created": item.created,
    }


def _lines(queued: Queued, found: Trace) -> list[str]:
    item = queued.item
    created = datetime.fromtimestamp(item.created).strftime("%Y-%m-%d %H:%M")
    lines = [
        f"Item {item.id}, {item.strategy}, {item.kind}, added {created}; judged by {queued.judged} of {item.needed}",
        *([f"Why: {item.why}"] if item.why else []),
        f"Asked: {found.message}",
        *(["Seen before: " + "; ".join(found.history)] if found.history else []),
        f"Place {found.place} of {len(found.page)}: {found.page[found.place - 1]}",
        "",
        "Shown:",
        *(f"  [{s.source}] {s.text}" for s in found.sentences),
        *(["Beside it:", *(f"  [{s.source}] {s.text}" for s in item.other.sentences)] if item.other else []),
        *(["Dropped:", *(f"  {d.text} ({d.why})" for d in found.dropped)] if found.dropped else []),
        f"Score {found.score:.3f}:",
    ]
    for signal in found.signals:
        told = " ".join(reason.text for reason in signal.reasons)
        lines.append(f"  {signal.contribution:+.3f}  {signal.name:<24}  {told}".rstrip())
    lines += ["Facts as they were:", *(f"  {fact.field}: {fact.value}" for fact in found.facts)]
    if found.gone:
        lines.append("The product has left the catalogue since.")
    if found.changed:
        lines.append("Changed since:")
        lines += [f"  {c.field}: {c.then or '(not stated)'} -> {c.now or '(not stated)'}" for c in found.changed]
    lines.append("Versions: " + ", ".join(f"{name} {value}" for name, value in found.versions.items()))
    lines.append("Milliseconds: " + ", ".join(f"{name} {value:g}" for name, value in found.timings_ms.items()))
    return lines
