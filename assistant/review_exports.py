"""Judged explanations for what learns from them and for other tools: one file an export, streamed, whole or not at all.

Nothing personal goes out: messages were redacted before they were kept, reviewers are numbered. Each export is
written down with the last change it knows of, so that what changed later can be told (`assistant.review_history`).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from sqlalchemy import Engine, func, insert, select

from assistant.errors import ReviewError
from assistant.labels import labelled_row
from assistant.masking import Masked, facts_line
from assistant.review_facts import shown_text, text_of
from assistant.review_history import State, last_change, states
from assistant.review_tools import argilla_record, labelstudio_config, labelstudio_task
from assistant.review_types import Item, Judgement
from assistant.tables import review_changes as changes
from assistant.tables import review_exports as exports
from assistant.tables import review_items as items
from retrieval.errors import StorageFull
from retrieval.index import Progress, no_progress

What = Literal["generator", "preference", "checker", "regression", "argilla", "labelstudio"]

Reviewers = Mapping[str, str]
"""Account -> "reviewer 1": the same in every export."""

_ARRAYS = ("argilla", "labelstudio")
"""Kinds that are one JSON array, with every item of the queue; the others have a line for what is settled."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote."""

    path: Path
    what: What
    rows: int
    items: int
    beside: Path | None = None
    """A second file: the labelling configuration that Label Studio needs."""


def export(engine: Engine, account: str, what: What, path: Path, *, progress: Progress = no_progress) -> Exported:
    """Writes a file and notes who had it written and up to which change. Raises ReviewError, StorageFull."""
    if what not in get_args(What):
        raise ReviewError(f"There is no export {what!r}: choose {', '.join(get_args(What))}.")
    upto, names, most, rows, seen = last_change(engine), reviewers(engine), 0, 0, 0
    with engine.connect() as db:
        total = db.execute(select(func.count()).select_from(items)).scalar_one()
    fresh, array = path.with_name(path.name + ".new"), what in _ARRAYS
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with fresh.open("w", encoding="utf-8", newline="") as out:
            out.write("[\n" if array else "")
            for state in states(engine, upto, what=what, unjudged=array):
                before = rows
                for row in rows_of(what, state, names):
                    out.write((",\n" if array and rows else "") + json.dumps(row, ensure_ascii=False))
                    out.write("" if array else "\n")
                    rows += 1
                seen += rows > before
                most = max(most, len(state.item.snapshot.sentences(state.item.product_id)))
                progress("export", min(seen, total), total)
            out.write("\n]\n" if array else "")
        beside = None
        if what == "labelstudio":
            beside = path.with_suffix(".config.xml")
            beside.write_text(labelstudio_config(most), encoding="utf-8")
        # Noted and in its place together: neither a file that nobody knows of nor a note of one that is not there.
        with engine.begin() as db:
            noted = {"account": account, "what": what, "rows": rows, "last_change": upto, "time": time.time()}
            db.execute(insert(exports).values(**noted))
            fresh.replace(path)
    except OSError as error:
        raise StorageFull(
            f"{path} cannot be written ({error.strerror}): make room, or name another file with --output"
        ) from error
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
    return Exported(path, what, rows, seen, beside)


def reviewers(engine: Engine) -> dict[str, str]:
    """Accounts as exports call them, numbered in the order of their first judgement."""
    query = select(changes.c.account).where(changes.c.round > 0).group_by(changes.c.account)
    with engine.connect() as db:
        accounts = list(db.scalars(query.order_by(func.min(changes.c.id))))
    return {account: f"reviewer {number}" for number, account in enumerate(accounts, start=1)}


def rows_of(what: What, state: State, names: Reviewers) -> Iterator[dict[str, Any]]:
    """What one item adds to an export, as plain values for `json.dumps`; nothing while it is open."""
    if what == "argilla":
        yield argilla_record(state.item, state.held)
    elif what == "labelstudio":
        known = {names[account]: judgement for account, judgement in state.said.items()}
        yield labelstudio_task(state.item, state.held, known)
    elif (held := state.held) is not None:
        yield from ({**row, **_origin(state)} for row in _KINDS[what](state, held, names))


def _origin(state: State) -> dict[str, Any]:
    return {
        "item": state.item.id,
        "version": state.item.version,
        "reviewers": len(state.said),
        "rests_on": state.rests,
        "revision": state.revision,
    }


def _asked(item: Item) -> dict[str, Any]:
    """What a wording answers: the request, and the facts it may state, each a clause."""
    reasons = item.snapshot.recommendation(item.product_id).reasons
    worded = tuple(reason for reason in reasons if reason.form)  # the others are never given to a model
    facts, request = facts_line(Masked(worded, ())), item.snapshot.answer.message
    return {"prompt": f"Request: {request}\nFacts: {facts}", "request": request, "facts": facts}


def _generator(state: State, held: Judgement, _names: Reviewers) -> Iterator[dict[str, Any]]:
    """A text worth learning: what was shown, if nothing speaks against it, or its correction."""
    good = all(mark.supported == "yes" and mark.on_topic for mark in held.sentences)
    if held.corrected:
        yield {**_asked(state.item), "text": held.corrected, "kind": "corrected"}
    elif held.sentences and good and min(held.grades.values()) >= 1:
        yield {**_asked(state.item), "text": shown_text(state.item), "kind": "shown"}


def _preference(state: State, held: Judgement, _names: Reviewers) -> Iterator[dict[str, Any]]:
    """Which of two texts is better: of a pair as preferred, and a correction over what it corrects."""
    shown, other = shown_text(state.item), state.item.other
    if other is not None and held.preferred in ("first", "second"):
        both = [shown, text_of(other.sentences)]
        chosen, rejected = both if held.preferred == "first" else both[::-1]
        against = other.version if held.preferred == "first" else state.item.version
        yield {
            **_asked(state.item),
            "chosen": chosen,
            "rejected": rejected,
            "kind": "pair",
            "rejected_version": against,
        }
    if held.corrected and held.corrected != shown:
        yield {**_asked(state.item), "chosen": held.corrected, "rejected": shown, "kind": "corrected"}


def _checker(state: State, held: Judgement, names: Reviewers) -> Iterator[dict[str, Any]]:
    """A labelled sentence a line, as `assistant.labels` reads them; what nobody could tell of is left out."""
    facts = state.item.snapshot.facts(state.item.product_id)
    shown = state.item.snapshot.sentences(state.item.product_id)
    for place, (sentence, mark) in enumerate(zip(shown, held.sentences, strict=True)):
        if mark.supported != "unsure":
            told = {names[account]: j.sentences[place].supported for account, j in state.said.items()}
            labels = {name: said == "yes" for name, said in told.items() if said != "unsure"}
            row = {"label": mark.supported == "yes", "labels": labels, "note": held.note, "from": sentence.source}
            yield labelled_row(facts, sentence.text) | row


def _regression(state: State, held: Judgement, names: Reviewers) -> Iterator[dict[str, Any]]:
    """The same, with what the check is to say; two people at least, or a decision, stand behind each."""
    if state.rests != "one reviewer":
        yield from ({**row, "expected": "yes" if row["label"] else "no"} for row in _checker(state, held, names))


_KINDS: Mapping[str, Callable[[State, Judgement, Reviewers], Iterator[dict[str, Any]]]] = {
    "generator": _generator,
    "preference": _preference,
    "checker": _checker,
    "regression": _regression,
}
