"""The commands. Each reads the settings, opens what it needs, prints; the work is done elsewhere.

Heavy imports happen inside the commands, so that `storeclerk --help` answers at once. With --json the result
is one JSON object on stdout; progress and warnings go to stderr. Exit status: 0 done, 1 a problem the user
can mend (one line says how), 2 wrong usage.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from retrieval.errors import StoreclerkError

if TYPE_CHECKING:
    from assistant.clerk import Clerk
    from assistant.settings import Settings
    from retrieval.index import Progress

F = TypeVar("F", bound=Callable[..., Any])


class _Group(click.Group):
    """Shows a StoreclerkError as its one line, with exit status 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except StoreclerkError as error:
            click.echo(f"storeclerk: {error}", err=True)
            ctx.exit(1)


def _common(command: F) -> F:
    """The options every command takes."""
    as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
    data_dir = click.option(
        "--data-dir",
        type=click.Path(path_type=Path),
        default=None,
        help="Where the index is.  [default: the settings']",
    )
    return data_dir(as_json(command))


@click.group(cls=_Group)
@click.version_option(package_name="storeclerk")
def cli() -> None:
    """An explainable shopping assistant: real products, and reasons that are true."""


@cli.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--format", "format_", default="auto", show_default=True, help="auto, csv or jsonl.")
@click.option("--map", "pairs", multiple=True, metavar="FIELD=COLUMN", help="Where a field is, e.g. title=name.")
@click.option("--mapping", type=click.Path(path_type=Path), default=None, help="A TOML file of mappings.")
@click.option("--report", is_flag=True, help="Add the data-quality report.")
@_common
def index(
    files: tuple[Path, ...],
    format_: str,
    pairs: tuple[str, ...],
    mapping: Path | None,
    report: bool,
    data_dir: Path | None,
    as_json: bool,
) -> None:
    """Make FILES (CSV or JSONL, also .gz) the catalogue, or bring it up to date."""
    from assistant.clerk import open_encoder
    from assistant.settings import load_settings
    from retrieval.index import build_index
    from retrieval.mapping import FeedMapping, load_mapping, with_columns

    settings = load_settings(data_dir)
    columns = with_columns(load_mapping(mapping) if mapping else FeedMapping(), pairs)
    constants = {"currency": settings.currency, **columns.constants}
    columns = columns.model_copy(update={"constants": constants})
    with progress_bars() as progress:
        done = build_index(
            files,
            settings.data_dir,
            open_encoder(settings.encoder),
            format=format_,
            mapping=columns,
            progress=progress,
            chroma_url=settings.chroma_url,
        )
    for warning in done.warnings:
        click.echo(f"storeclerk: {warning}", err=True)
    result: dict[str, Any] = {
        name: getattr(done, name) for name in ("read", "indexed", "unchanged", "removed", "rejected", "seconds")
    }
    lines = [
        f"{done.read:,} rows read: {done.indexed:,} new or changed, {done.unchanged:,} unchanged, "
        f"{done.removed:,} removed, {done.rejected:,} rejected, in {done.seconds:.1f} s."
    ]
    if done.rejected:
        result["rejects"] = str(done.rejects_path)
        lines.append(f"The rejected rows, with the reason for each, are in {done.rejects_path}.")
    if report:
        quality = _quality(settings)
        result["quality"] = quality.as_dict()
        lines.extend(quality.lines())
    _print(result, lines, as_json)


def _quality(settings: Settings) -> Any:
    from contextlib import ExitStack

    from retrieval.folder import DataFolder
    from retrieval.index import open_catalog
    from retrieval.quality import quality_report

    with ExitStack() as resources:
        return quality_report(open_catalog(DataFolder(settings.data_dir), resources).all())


@cli.command()
@click.argument("text")
@click.option("-k", default=10, show_default=True, type=click.IntRange(1, 1000), help="How many.")
@_common
def search(text: str, k: int, data_dir: Path | None, as_json: bool) -> None:
    """The products for TEXT, with the signals that ranked them."""
    from assistant.answer import ranked_for
    from assistant.wording import money

    with _clerk(data_dir, words_only=True) as clerk:
        ranked = ranked_for(clerk, text, k)
    hits = [
        {
            "product_id": r.product.id,
            "title": r.product.title,
            "price": r.product.price,
            "score": round(r.score, 6),
            "signals": {name: round(value, 6) for name, value in r.signals.items()},
        }
        for r in ranked
    ]
    lines = [
        f"{r.score:6.3f}  {r.product.id:<12} {r.product.title}"
        + (f"  {money(r.product.price, r.product.currency)}" if r.product.price is not None else "")
        for r in ranked
    ]
    _print({"hits": hits}, lines or ["Nothing fits."], as_json)


@cli.command()
@click.option("--queries", required=True, type=click.Path(path_type=Path), help="A query a line, or qid<TAB>query.")
@click.option("-k", default=100, show_default=True, type=click.IntRange(1, 1000))
@click.option("--output", type=click.Path(path_type=Path), default=None, help="A file instead of stdout.")
@_common
def run(queries: Path, k: int, output: Path | None, data_dir: Path | None, as_json: bool) -> None:
    """Answer many queries; write a TREC run (qid Q0 product_id rank score storeclerk)."""
    from assistant.answer import ranked_for

    wanted = _queries(queries)
    lines: list[str] = []
    with _clerk(data_dir, words_only=True) as clerk, progress_bars() as progress:
        for done, (qid, query) in enumerate(wanted, start=1):
            for place, r in enumerate(ranked_for(clerk, query, k), start=1):
                lines.append(f"{qid} Q0 {r.product.id} {place} {r.score:.6f} storeclerk")
            progress("searching", done, len(wanted))
    if output is not None:
        _write(output, lines)
        _print(
            {"queries": len(wanted), "lines": len(lines), "output": str(output)},
            [f"{len(lines):,} lines for {len(wanted):,} queries written to {output}."],
            as_json,
        )
    else:
        _print({"queries": len(wanted), "run": lines}, lines, as_json)


@cli.command()
@click.argument("message", required=False)
@click.option("--session", default="", help="Go on with this conversation.")
@click.option("--history", default="", metavar="ID,ID,...", help="Products the shopper looked at, oldest first.")
@click.option("--shopper", default="", help="A shopper of the events file.")
@click.option("--messages", type=click.Path(path_type=Path), default=None, help="A conversation, a message a line.")
@_common
def ask(
    message: str | None,
    session: str,
    history: str,
    shopper: str,
    messages: Path | None,
    data_dir: Path | None,
    as_json: bool,
) -> None:
    """Hold a conversation: MESSAGE, or every line of --messages."""
    from assistant.answer import answer
    from assistant.answer import as_json as answer_json
    from assistant.types import Done
    from retrieval.errors import UnknownProduct

    if (message is None) == (messages is None):
        raise click.UsageError("Give either MESSAGE or --messages FILE.")
    said = [message] if message is not None else _lines(messages)
    with _clerk(data_dir) as clerk:
        id = session or clerk.sessions.start(shopper)
        past = [part.strip() for part in history.split(",") if part.strip()]
        unknown = sorted(set(past) - clerk.searcher.index.catalog.get(past).keys())
        if unknown:
            raise UnknownProduct(f"--history names {unknown[0]!r}, which is not in the catalogue.")
        clerk.sessions.add_history(id, past)
        for line in said:
            done = next(e.answer for e in answer(clerk, id, line or "") if isinstance(e, Done))
            plain = [f"> {line}", "", done.reply, ""] if messages is not None else [done.reply]
            _print(answer_json(done), plain, as_json)


@cli.command()
@click.argument("session")
@_common
def forget(session: str, data_dir: Path | None, as_json: bool) -> None:
    """Delete a conversation with its answers and thumbs."""
    from assistant.database import Sessions, open_database
    from assistant.settings import load_settings

    engine = open_database(load_settings(data_dir).data_dir)
    sessions = Sessions(engine)
    sessions.dialogue(session)  # raises SessionError for an id that is not there
    sessions.forget(session)
    engine.dispose()
    _print({"forgotten": session}, [f"Conversation {session} is deleted."], as_json)


@cli.command()
@click.option("--mend", is_flag=True, help="Rebuild from the product table what does not agree with it.")
@_common
def doctor(mend: bool, data_dir: Path | None, as_json: bool) -> None:
    """Say what is installed and loads, whether the index is whole, and the command that mends what is not."""
    from assistant.checkup import checkup
    from assistant.settings import load_settings

    with progress_bars() as progress:
        findings = checkup(load_settings(data_dir), mend=mend, progress=progress)
    result = {
        "ok": all(f.ok for f in findings),
        "checks": [{"name": f.name, "ok": f.ok, "says": f.says, "mend": f.mend} for f in findings],
    }
    lines = [
        f"{'ok ' if f.ok else 'BAD'}  {f.name:<12} {f.says}" + (f"\n     {'':<12} mend: {f.mend}" if f.mend else "")
        for f in findings
    ]
    _print(result, lines, as_json)
    if not result["ok"]:
        sys.exit(1)


@contextmanager
def _clerk(data_dir: Path | None, *, words_only: bool = False) -> Iterator[Clerk]:
    """An opened clerk; without the generator where no sentence will be worded."""
    from assistant.clerk import open_clerk
    from assistant.settings import GeneratorSettings, load_settings

    settings = load_settings(data_dir)
    if words_only:
        settings = settings.model_copy(update={"generator": GeneratorSettings(kind="none")})
    with progress_bars() as progress, open_clerk(settings, progress=progress) as clerk:
        yield clerk


@contextmanager
def progress_bars() -> Iterator[Progress]:
    """A bar a step on stderr, with the time left."""
    from tqdm import tqdm

    bars: dict[str, Any] = {}

    def show(step: str, done: int, total: int) -> None:
        if step not in bars:
            bars[step] = tqdm(total=total or None, desc=step, unit=" rows", file=sys.stderr, dynamic_ncols=True)
        bars[step].update(done - bars[step].n)

    try:
        yield show
    finally:
        for bar in bars.values():
            bar.close()


def _queries(path: Path) -> list[tuple[str, str]]:
    """(qid, query) a line; lines without a qid are numbered from 1."""
    pairs: list[tuple[str, str]] = []
    for number, line in enumerate(_lines(path), start=1):
        qid, tab, query = line.partition("\t")
        pairs.append((qid.strip(), query.strip()) if tab else (str(number), line.strip()))
    return pairs


def _lines(path: Path | None) -> list[str]:
    """The lines of a text file that say something."""
    assert path is not None
    try:
        lines = [line for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise StoreclerkError(f"{path} cannot be read: {error}.") from error
    if not lines:
        raise StoreclerkError(f"{path} holds no line of text.")
    return lines


def _write(path: Path, lines: Sequence[str]) -> None:
    try:
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    except OSError as error:
        raise StoreclerkError(f"{path} cannot be written: {error.strerror}.") from error


def _print(result: dict[str, Any], lines: Sequence[str], as_json: bool) -> None:
    click.echo(json.dumps(result, ensure_ascii=False) if as_json else "\n".join(lines))
