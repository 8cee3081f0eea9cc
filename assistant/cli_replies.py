"""The commands `storeclerk replies list|export`: what agents made of the replies they were offered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.console import common, conversations, print_result, write_lines

if TYPE_CHECKING:
    from assistant.sent_replies import SentReplies


@click.group()
def replies() -> None:
    """Replies that agents sent, beside what they were offered."""


@replies.command("list")
@common
def list_(data_dir: Path | None, as_json: bool) -> None:
    """The replies sent, oldest first, and how much of the suggestions stayed."""
    with _opened(data_dir) as kept:
        found, change = kept.all(), kept.changed_share()
    lines = [
        f"{datetime.fromtimestamp(r.time):%Y-%m-%d %H:%M}  {r.account}  {r.product_id} -> {', '.join(r.alternatives)}  "
        f"{'as suggested' if r.unchanged else f'{r.similarity:.0%} of it stayed'}"
        for r in found
    ]
    if change.unchanged is not None and change.similarity is not None:
        stayed = (
            f"{change.unchanged:.0%} of {change.replies:,} as suggested; {change.similarity:.0%} of the text stayed."
        )
        lines.append(stayed)
    result = {"replies": [asdict(r) | {"similarity": round(r.similarity, 4)} for r in found], "change": asdict(change)}
    print_result(result, lines or ["No reply was sent yet."], as_json)


@replies.command()
@click.option("--output", type=click.Path(path_type=Path), required=True, help="The JSONL file to write.")
@common
def export(output: Path, data_dir: Path | None, as_json: bool) -> None:
    """Write what was suggested and what was sent, one JSON object a line."""
    with _opened(data_dir) as kept:
        lines = kept.as_jsonl().split("\n")[:-1]  # not splitlines: texts may hold other line breaks
    write_lines(output, lines)
    print_result({"replies": len(lines), "output": str(output)}, [f"{len(lines):,} replies in {output}."], as_json)


@contextmanager
def _opened(data_dir: Path | None) -> Iterator[SentReplies]:
    from assistant.sent_replies import SentReplies

    with conversations(data_dir) as engine:
        yield SentReplies(engine)
