"""Simulated shoppers, each after one product of the catalogue: does a conversation find it?

    python -m benchmarks.shopper [--data-dir DIR] [--targets 200] [--seed 1] [--json OUT] [--show 3]

Each shopper meets three assistants with the same shop behind them: the conversation as it is; the last message alone,
in a session of its own; and all messages so far run together, in one of their own. A shopper has found its product when
a page shows it, or a version of the same model with every fact it cares for. After five messages it leaves. It reacts
to what it is shown, so its messages differ between assistants; what it knows, wants and how it types do not.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from tqdm import tqdm

from assistant.clerk import Clerk, open_clerk
from assistant.settings import GeneratorSettings, load_settings
from assistant.types import Answer
from benchmarks.scenarios import ask
from benchmarks.shopper_mind import Shopper, make_shopper
from benchmarks.shopper_words import kinds_of
from retrieval.errors import StoreclerkError
from retrieval.types import Product

PATIENCE = 5
"""Messages before a shopper leaves; one who leaves counts with one more."""

_ROUNDS = 2000  # of the bootstrap
_FELLOWS = 2  # products of a kind, at least: a shop with one tent needs no conversation about tents

System = Callable[[Clerk, str, Sequence[str]], Answer]
"""(clerk, a session that goes on, all messages so far) -> the answer to the last one."""


def conversation(clerk: Clerk, session: str, messages: Sequence[str]) -> Answer:
    """The assistant as it is."""
    return ask(clerk, session, messages[-1])


def last_only(clerk: Clerk, _session: str, messages: Sequence[str]) -> Answer:
    """A search box: each message by itself."""
    return _afresh(clerk, messages[-1])


def all_together(clerk: Clerk, _session: str, messages: Sequence[str]) -> Answer:
    """A memory of words without a state: everything said so far as one message."""
    return _afresh(clerk, ". ".join(message.rstrip(".?") for message in messages))


def _afresh(clerk: Clerk, message: str) -> Answer:
    session = clerk.sessions.start()
    try:
        return ask(clerk, session, message)
    finally:
        clerk.sessions.forget(session)


SYSTEMS: Mapping[str, System] = {
    "conversation": conversation,
    "last message only": last_only,
    "all messages together": all_together,
}


@dataclass(frozen=True, slots=True)
class Step:
    """One message and what its page was worth."""

    kind: str
    said: str
    cards: tuple[str, ...]
    """Titles shown."""
    heard: float
    """Share of the cards that are as this message asks; 0 for an empty page."""
    kept: float
    """Share of the cards that are as all messages so far ask."""
    found: bool
    crashed: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    """One shopper with one assistant."""

    target: str
    wanted: str
    """Title of the product; never said."""
    steps: tuple[Step, ...]

    @property
    def found(self) -> bool:
        return self.steps[-1].found

    @property
    def turns(self) -> int:
        """Messages it took; one more than the shopper's patience if it never found the product."""
        return len(self.steps) if self.found else PATIENCE + 1


def sample(products: Sequence[Product], count: int, seed: int) -> list[tuple[Product, str, list[Product]]]:
    """(target, its kind, others of its kind), drawn from what is in stock and can be asked for."""
    kinds = kinds_of(products)
    by_kind: dict[str, list[Product]] = defaultdict(list)
    for product in products:
        if product.id in kinds:
            by_kind[kinds[product.id]].append(product)
    fit = [p for p in products if p.in_stock and len(by_kind.get(kinds.get(p.id, ""), ())) > _FELLOWS]
    Random(seed).shuffle(fit)
    chosen = []
    for product in fit:
        kind = kinds[product.id]
        if make_shopper(product, kind, by_kind[kind], f"{seed} {product.id}") is not None:
            chosen.append((product, kind, by_kind[kind]))
        if len(chosen) == count:
            break
    return chosen


def visit(clerk: Clerk, system: System, shopper: Shopper) -> Visit:
    """A shopper talks until it has found the product or has lost its patience."""
    session, messages, steps = clerk.sessions.start(), list[str](), list[Step]()
    said, page = shopper.opening(), list[Product]()
    for turn in range(PATIENCE):
        messages.append(said.text)
        crashed, asked = False, None
        try:
            answer = system(clerk, session, messages)
            page = [r.product for r in answer.recommendations]
            asked = answer.asked.field if answer.asked is not None else None
        except Exception:  # a shopper sees an empty page; the figure says how often
            page, crashed = [], True
        heard, kept = (sum(map(of, page)) / len(page) if page else 0.0 for of in (said.met, shopper.keeps))
        found = shopper.is_content(page)
        steps.append(Step(said.kind, said.text, tuple(p.title for p in page), heard, kept, found, crashed))
        if found or turn == PATIENCE - 1:
            break
        said = shopper.reply(page, asked=asked)
    clerk.sessions.forget(session)
    return Visit(shopper.target.id, shopper.target.title, tuple(steps))


def visits(clerk: Clerk, count: int, seed: int) -> dict[str, list[Visit]]:
    """Every shopper with every assistant; the lists are in the same order of shoppers."""
    chosen = sample(list(clerk.searcher.index.catalog.all()), count, seed)
    if not chosen:
        raise StoreclerkError(
            "No product of this catalogue can be asked for by its kind and facts; index one with both."
        )
    found: dict[str, list[Visit]] = {name: [] for name in SYSTEMS}
    for target, kind, fellows in tqdm(chosen, desc="shoppers"):
        for name, system in SYSTEMS.items():
            shopper = make_shopper(target, kind, fellows, f"{seed} {target.id}")
            if shopper is not None:
                found[name].append(visit(clerk, system, shopper))
    return found


# ---- figures -----------------------------------------------------------------------------------------------


def figures(found: Mapping[str, Sequence[Visit]]) -> dict[str, Any]:
    """Everything that is reported: per assistant, and the first one against each other, paired by shopper."""
    first, *others = found
    return {
        "shoppers": len(found[first]),
        "systems": {
            name: {
                "found": _mean([v.found for v in held]),
                "found at once": _mean([v.found and v.turns == 1 for v in held]),
                "messages": _mean([v.turns for v in held]),
                "heard": _mean([s.heard for v in held for s in v.steps]),
                "kept": _mean([s.kept for v in held for s in v.steps]),
                "crashed": sum(s.crashed for v in held for s in v.steps),
            }
            for name, held in found.items()
        },
        "against": {
            name: {
                "found": _mean([a.found - b.found for a, b in zip(found[first], found[name], strict=True)]),
                "messages": _mean([a.turns - b.turns for a, b in zip(found[first], found[name], strict=True)]),
            }
            for name in others
        },
        "critiques": {name: _critiques(held) for name, held in found.items()},
    }


def _critiques(held: Sequence[Visit]) -> dict[str, dict[str, float]]:
    """Kind of message -> how often, how far the next page is as it asks, how often it ends the search."""
    steps = [(step, v) for v in held for step in v.steps]
    times = Counter(step.kind for step, _v in steps)
    return {
        kind: {
            "times": count,
            "heard": float(np.mean([s.heard for s, _v in steps if s.kind == kind])),
            "kept": float(np.mean([s.kept for s, _v in steps if s.kind == kind])),
            "found": float(np.mean([s.found for s, _v in steps if s.kind == kind])),
            "empty": float(np.mean([not s.cards for s, _v in steps if s.kind == kind])),
            "in lost visits": sum(s.kind == kind for s, v in steps if not v.found),
        }
        for kind, count in times.most_common()
    }


def _mean(values: Sequence[float]) -> tuple[float, float, float]:
    """(mean, low, high) with the 95 % bootstrap percentile interval."""
    known = np.asarray(values, dtype=np.float64)
    drawn = known[np.random.default_rng(0).integers(0, len(known), size=(_ROUNDS, len(known)))].mean(axis=1)
    return float(known.mean()), float(np.quantile(drawn, 0.025)), float(np.quantile(drawn, 0.975))


def report(found: Mapping[str, Any]) -> str:
    """The figures as Markdown."""
    lines = [f"{found['shoppers']} shoppers, {PATIENCE} messages at most; one who leaves counts {PATIENCE + 1}", ""]
    lines += ["| assistant | found | at once | messages | cards as asked | cards as all asked so far | crashed |"]
    lines += ["|---|---|---|---|---|---|---|"]
    for name, of in found["systems"].items():
        shares = " | ".join(_percent(of[key]) for key in ("found", "found at once"))
        cards = " | ".join(f"{100 * of[key][0]:.0f} %" for key in ("heard", "kept"))
        lines.append(f"| {name} | {shares} | {_number(of['messages'])} | {cards} | {of['crashed']} |")
    lines += ["", "| the conversation against | points more found | fewer messages |", "|---|---|---|"]
    for name, of in found["against"].items():
        mean, low, high = of["messages"]
        lines.append(f"| {name} | {_percent(of['found'])} | {_number((-mean, -high, -low))} |")
    first = next(iter(found["critiques"]))
    lines += ["", f"What is said ({first})", ""]
    columns = ("message", "times", "cards as it asks", "cards as all asked so far", "found with it", "empty page")
    lines += [f"| {' | '.join(columns)} | in lost visits |"]
    lines += ["|---|---|---|---|---|---|---|"]
    for kind, of in found["critiques"][first].items():
        shares = " | ".join(f"{100 * of[key]:.0f} %" for key in ("heard", "kept", "found", "empty"))
        lines.append(f"| {kind} | {of['times']} | {shares} | {of['in lost visits']} |")
    return "\n".join(lines)


def _percent(value: tuple[float, float, float]) -> str:
    mean, low, high = (100 * v for v in value)
    return f"{mean:.1f} % [{low:.1f}, {high:.1f}]"


def _number(value: tuple[float, float, float]) -> str:
    return f"{value[0]:.2f} [{value[1]:.2f}, {value[2]:.2f}]"


def told(held: Visit) -> str:
    """One visit, to be read."""
    lines = [f"{'found' if held.found else 'left'}: {held.wanted}"]
    for step in held.steps:
        lines.append(f"    {step.kind}: {step.said}")
        lines.append(
            f"        {step.heard:.0%} heard, {step.kept:.0%} kept: {'; '.join(step.cards) or 'nothing shown'}"
        )
    return "\n".join(lines)


def as_plain(found: Mapping[str, Sequence[Visit]]) -> dict[str, Any]:
    """All visits as plain values."""
    return {
        name: [
            {
                "target": v.target,
                "found": v.found,
                "messages": v.turns,
                "steps": [{"kind": s.kind, "said": s.said, "heard": s.heard, "kept": s.kept} for s in v.steps],
            }
            for v in held
        ]
        for name, held in found.items()
    }


def main() -> None:
    """Prints the report; --show adds visits of shoppers that left, --json writes everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path, default=None)
    parser.add_argument("--targets", type=int, default=200, help="shoppers")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=0, help="print this many conversations of shoppers that left")
    parser.add_argument("--json", type=Path, default=None, metavar="OUT", help="write all figures and visits")
    options = parser.parse_args()
    if options.targets < 1:
        parser.error(f"--targets must be 1 or more, got {options.targets}")
    try:
        settings = load_settings(options.data_dir)
        settings = settings.model_copy(update={"generator": GeneratorSettings(kind="none")})
        with open_clerk(settings) as clerk:
            held = visits(clerk, options.targets, options.seed)
    except StoreclerkError as error:
        raise SystemExit(str(error)) from error
    found = figures(held)
    print(report(found))
    for lost in [v for v in held["conversation"] if not v.found][: options.show]:
        print(f"\n{told(lost)}")
    if options.json is not None:
        written = json.dumps(found | {"visits": as_plain(held)}, ensure_ascii=False, indent=1)
        options.json.write_text(written, encoding="utf-8")


if __name__ == "__main__":
    main()
