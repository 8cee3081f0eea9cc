"""What every command needs: its common options, an opened clerk, progress bars, files in and results out."""

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
    from sqlalchemy import Engine

    from assistant.clerk import Clerk
    from retrieval.index import Progress
    from retrieval.similar import Similar
    from retrieval.types import Product

F = TypeVar("F", bound=Callable[..., Any])

SHOWN_FACTS = 6
"""Facts that a line of `similar` or `alternatives` names for people; the JSON has all of them."""


def common(command: F) -> F:
    """The options every command takes."""
    as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
    data_dir = click.option(
        "--data-dir",
        type=click.Path(path_type=Path),
        default=None,
        help="Where the index is.  [default: the settings']",
    )
    return data_dir(as_json(command))


@contextmanager
def opened_clerk(data_dir: Path | None, *, words_only: bool = False) -> Iterator[Clerk]:
    """A clerk by the settings; without the generator where no sentence will be worded."""
    from assistant.clerk import open_clerk
    from assistant.settings import GeneratorSettings, load_settings

    settings = load_settings(data_dir)
    if words_only:
        settings = settings.model_copy(update={"generator": GeneratorSettings(kind="none")})
    with progress_bars() as progress, open_clerk(settings, progress=progress) as clerk:
        yield clerk


@contextmanager
def conversations(data_dir: Path | None) -> Iterator[Engine]:
    """The conversations' database by the settings, without the rest of the shop. Raises IndexMissing where there is
    none.
    """
    from assistant.database import open_database
    from assistant.settings import load_settings
    from retrieval.errors import IndexMissing

    folder = load_settings(data_dir).data_dir
    if not (folder / "conversations.db").is_file():
        raise IndexMissing(f"{folder} holds no conversations yet: `storeclerk serve` or `storeclerk ask` starts them.")
    engine = open_database(folder)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def progress_bars() -> Iterator[Progress]:
    """A bar a step on stderr, with the time left."""
    from tqdm import tqdm

    bars: dict[str, Any] = {}

    def update(step: str, done: int, total: int) -> None:
        if step not in bars:
            bars[step] = tqdm(total=total or None, desc=step, unit=" rows", file=sys.stderr, dynamic_ncols=True)
        bars[step].update(done - bars[step].n)

    try:
        yield update
    finally:
        for bar in bars.values():
            bar.close()


def queries_of(path: Path) -> list[tuple[str, str]]:
    """(qid, query) a line; lines without a qid are numbered from 1."""
    pairs: list[tuple[str, str]] = []
    for number, line in enumerate(lines_of(path), start=1):
        qid, tab, query = line.partition("\t")
        pairs.append((qid.strip(), query.strip()) if tab else (str(number), line.strip()))
    return pairs


def lines_of(path: Path | None) -> list[str]:
    """The lines of a text file that say something."""
    assert path is not None
    try:
        lines = [line for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise StoreclerkError(f"{path} cannot be read: {error}.") from error
    if not lines:
        raise StoreclerkError(f"{path} holds no line of text.")
    return lines


def write_lines(path: Path, lines: Sequence[str]) -> None:
    """The lines into a file. Raises StoreclerkError."""
    try:
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    except OSError as error:
        raise StoreclerkError(f"{path} cannot be written: {error.strerror}.") from error


def similar_json(product: Product, found: Sequence[Similar]) -> dict[str, Any]:
    """A product's neighbours as the command line and the HTTP interface give them."""
    return {
        "product": {"product_id": product.id, "title": product.title, "price": product.price},
        "similar": [
            {
                "product_id": s.product.id,
                "title": s.product.title,
                "price": s.product.price,
                "similarity": round(s.similarity, 6),
                "variant": s.variant,
                "same": list(s.same),
                "different": list(s.different),
            }
            for s in found
        ],
    }


def print_result(result: dict[str, Any], lines: Sequence[str], as_json: bool) -> None:
    """One JSON object, or the lines for people."""
    click.echo(json.dumps(result, ensure_ascii=False) if as_json else "\n".join(lines))
