"""The commands. Each reads the settings, opens what it needs, prints; the work is done elsewhere.

Heavy imports happen inside the commands, so that `storeclerk --help` answers at once. With --json the result
is one JSON object on stdout; progress and warnings go to stderr. Exit status: 0 done, 1 a problem the user
can mend (one line says how), 2 wrong usage.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import assistant.cli_checker
import assistant.cli_intents
import assistant.cli_relations
import assistant.cli_reviews_export  # noqa: F401  (adds `reviews figures`, `export` and the like)
from assistant.cli_alternatives import alternatives
from assistant.cli_evaluate import evaluate
from assistant.cli_profile import profile
from assistant.cli_replies import replies
from assistant.cli_reviews import reviews
from assistant.cli_tickets import tickets
from assistant.cli_train import train
from assistant.cli_users import users
from assistant.console import (
    SHOWN_FACTS,
    common,
    lines_of,
    opened_clerk,
    print_result,
    progress_bars,
    queries_of,
    similar_json,
    write_lines,
)
from retrieval.errors import StoreclerkError

if TYPE_CHECKING:
    from assistant.settings import Settings


class _Group(click.Group):
    """Shows a StoreclerkError as its one line, with exit status 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except StoreclerkError as error:
            click.echo(f"storeclerk: {error}", err=True)
            ctx.exit(1)


@click.group(cls=_Group)
@click.version_option(package_name="storeclerk")
def cli() -> None:
    """An explainable shopping assistant: real products, and reasons that are true."""


cli.add_command(alternatives)
cli.add_command(evaluate)
cli.add_command(profile)
cli.add_command(train)
cli.add_command(tickets)
cli.add_command(replies)
cli.add_command(users)
cli.add_command(reviews)


@cli.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--format", "format_", default="auto", show_default=True, help="auto, csv or jsonl.")
@click.option("--map", "pairs", multiple=True, metavar="FIELD=COLUMN", help="Where a field is, e.g. title=name.")
@click.option("--mapping", type=click.Path(path_type=Path), default=None, help="A TOML file of mappings.")
@click.option("--report", is_flag=True, help="Add the data-quality report.")
@common
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
    print_result(result, lines, as_json)


def _quality(settings: Settings) -> Any:
    from contextlib import ExitStack

    from assistant.clerk import open_encoder
    from retrieval.folder import DataFolder
    from retrieval.index import open_catalog
    from retrieval.quality import report_on

    with ExitStack() as resources:
        return report_on(open_catalog(DataFolder(settings.data_dir), resources), open_encoder(settings.encoder).name)


@cli.command()
@click.argument("text")
@click.option("-k", default=10, show_default=True, type=click.IntRange(1, 1000), help="How many.")
@common
def search(text: str, k: int, data_dir: Path | None, as_json: bool) -> None:
    """The products for TEXT, with the signals that ranked them."""
    from assistant.recommending import ranked_for
    from assistant.wording import money

    with opened_clerk(data_dir, words_only=True) as clerk:
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
    print_result({"hits": hits}, lines or ["Nothing fits."], as_json)


@cli.command()
@click.option("--queries", required=True, type=click.Path(path_type=Path), help="A query a line, or qid<TAB>query.")
@click.option("-k", default=100, show_default=True, type=click.IntRange(1, 1000))
@click.option("--output", type=click.Path(path_type=Path), default=None, help="A file instead of stdout.")
@common
def run(queries: Path, k: int, output: Path | None, data_dir: Path | None, as_json: bool) -> None:
    """Answer many queries; write a TREC run (qid Q0 product_id rank score storeclerk)."""
    from assistant.recommending import ranked_for

    wanted = queries_of(queries)
    lines: list[str] = []
    with opened_clerk(data_dir, words_only=True) as clerk, progress_bars() as progress:
        for done, (qid, query) in enumerate(wanted, start=1):
            for place, r in enumerate(ranked_for(clerk, query, k), start=1):
                lines.append(f"{qid} Q0 {r.product.id} {place} {r.score:.6f} storeclerk")
            progress("searching", done, len(wanted))
    if output is not None:
        write_lines(output, lines)
        print_result(
            {"queries": len(wanted), "lines": len(lines), "output": str(output)},
            [f"{len(lines):,} lines for {len(wanted):,} queries written to {output}."],
            as_json,
        )
    else:
        print_result({"queries": len(wanted), "run": lines}, lines, as_json)


@cli.command()
@click.argument("message", required=False)
@click.option("--session", default="", help="Go on with this conversation.")
@click.option("--history", default="", metavar="ID,ID,...", help="Products the shopper looked at, oldest first.")
@click.option("--shopper", default="", help="A shopper of the events file.")
@click.option("--messages", type=click.Path(path_type=Path), default=None, help="A conversation, a message a line.")
@click.option("--variety", type=click.FloatRange(0, 1), default=None, help="How varied the products are to be.")
@common
def ask(
    message: str | None,
    session: str,
    history: str,
    shopper: str,
    messages: Path | None,
    variety: float | None,
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
    said = [message] if message is not None else lines_of(messages)
    with opened_clerk(data_dir) as clerk:
        id = session or clerk.sessions.start(shopper)
        past = [part.strip() for part in history.split(",") if part.strip()]
        unknown = sorted(set(past) - clerk.searcher.index.catalog.get(past).keys())
        if unknown:
            raise UnknownProduct(f"--history names {unknown[0]!r}, which is not in the catalogue.")
        clerk.sessions.add_history(id, past)
        for line in said:
            events = answer(clerk, id, line or "", variety=variety)
            done = next(e.answer for e in events if isinstance(e, Done))
            plain = [f"> {line}", "", done.reply, ""] if messages is not None else [done.reply]
            print_result(answer_json(done), plain, as_json)


@cli.command()
@click.argument("product_id")
@click.option("-k", default=10, show_default=True, type=click.IntRange(1, 100), help="How many.")
@common
def similar(product_id: str, k: int, data_dir: Path | None, as_json: bool) -> None:
    """The products nearest to PRODUCT_ID, with what they share and what sets them apart."""
    from assistant.clerk import open_encoder
    from assistant.settings import load_settings
    from assistant.wording import money
    from retrieval.index import open_index
    from retrieval.similar import similar_to

    settings = load_settings(data_dir)
    encoder = open_encoder(settings.encoder)  # only its name is needed: the vectors are there
    with (
        progress_bars() as progress,
        open_index(settings.data_dir, encoder, progress=progress, chroma_url=settings.chroma_url) as index,
    ):
        product, found = similar_to(index, product_id, k)
    lines = [f"Nearest to {product.id}, {product.title}:"]
    for s in found:
        price = f"  {money(s.product.price, s.product.currency)}" if s.product.price is not None else ""
        variant = "  (a variant)" if s.variant else ""
        lines.append(f"{s.similarity:6.3f}  {s.product.id:<12} {s.product.title}{price}{variant}")
        lines.extend(
            f"        {name}: {'; '.join(facts[:SHOWN_FACTS])}"
            for name, facts in (("same", s.same), ("different", s.different))
            if facts
        )
    print_result(similar_json(product, found), lines if found else ["It is the only product."], as_json)


@cli.command()
@click.argument("session")
@common
def forget(session: str, data_dir: Path | None, as_json: bool) -> None:
    """Delete a conversation with its answers, thumbs and tickets."""
    from assistant.database import Sessions, open_database
    from assistant.settings import load_settings

    engine = open_database(load_settings(data_dir).data_dir)
    sessions = Sessions(engine)
    sessions.dialogue(session)  # raises SessionError for an id that is not there
    sessions.forget(session)
    engine.dispose()
    print_result({"forgotten": session}, [f"Conversation {session} is deleted."], as_json)


@cli.command()
@click.option("--mend", is_flag=True, help="Rebuild from the product table what does not agree with it.")
@common
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
    print_result(result, lines, as_json)
    if not result["ok"]:
        sys.exit(1)
