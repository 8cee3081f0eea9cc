"""Hand-written conversations, held turn by turn, and every turn judged by what its writer expected of it.

    python -m benchmarks.scenarios FILE... [--data-dir DIR] [--json OUT] [--misses] [--generator]

For the demo shop, with STORECLERK_CONFIG=demo_store/storeclerk.toml, so that it has its policies. A file is TOML, one
[[scenario]] with [[scenario.turn]]s: `say`, `intent` ("a|b" where both are right), `state` (slot strings, see
`benchmarks.slots`) and what else can be told for sure: shows, absence, refers, field, verdict, section, new, table,
ticket, asks, says, never, plan. The expectations were written without looking at the code. Reasons are in
plain wording unless --generator keeps the model of the settings: how they are worded is measured elsewhere.
"""

from __future__ import annotations

import argparse
import json
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from assistant.answer import answer
from assistant.clerk import Clerk, open_clerk
from assistant.settings import GeneratorSettings, load_settings
from assistant.types import Answer, Done
from benchmarks.scoring import Judged, Memory, Scenario, crash, judge, read_scenario
from benchmarks.slots import ScenarioError
from retrieval.errors import StoreclerkError

_ROUNDS = 2000  # of the bootstrap; the figures are given to a tenth of a percent
_KINDS = ("not_carried", "out_of_stock", "not_with_that")

Held = Sequence[Sequence[Judged]]
"""The turns of each scenario."""


def read_scenarios(paths: Sequence[Path]) -> list[Scenario]:
    """All scenarios of some files. Raises ScenarioError, which names the file."""
    scenarios: list[Scenario] = []
    for path in paths:
        try:
            tables = tomllib.loads(path.read_text(encoding="utf-8")).get("scenario", [])
            scenarios.extend(map(read_scenario, tables))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ScenarioError) as error:
            raise ScenarioError(f"{path}: {error}") from error
    twice = [name for name, count in Counter(s.name for s in scenarios).items() if count > 1]
    if twice:
        raise ScenarioError(f"The scenario {twice[0]!r} stands twice in {', '.join(map(str, paths))}; rename one.")
    if not scenarios:
        raise ScenarioError(f"No [[scenario]] in {', '.join(map(str, paths))}.")
    return scenarios


def ask(clerk: Clerk, session: str, message: str) -> Answer:
    """The whole answer to one message."""
    return next(event.answer for event in answer(clerk, session, message) if isinstance(event, Done))


def hold(clerk: Clerk, scenario: Scenario) -> list[Judged]:
    """One conversation in a session of its own. A turn that raises is counted as one that crashed."""
    session, memory = clerk.sessions.start(), Memory()
    turns: list[Judged] = []
    for number, turn in enumerate(scenario.turns, 1):
        if not clerk.sessions.exists(session):  # "delete what you know about me" may have taken it
            session = clerk.sessions.start()
        try:
            turns.append(judge(scenario.name, number, turn, ask(clerk, session, turn.say), memory))
        except Exception as error:
            turns.append(crash(scenario.name, number, turn, error))
            memory.expected = turn.state
    clerk.sessions.forget(session)
    return turns


# ---- figures -----------------------------------------------------------------------------------------------


def figures(scenarios: Sequence[Scenario], held: Held) -> dict[str, Any]:
    """Everything that is reported, as plain values. Shares are (share, low, high, of how many); intervals are
    95 % bootstrap percentiles over scenarios, since the turns of one hang together.
    """
    turns = [turn for one in held for turn in one]
    names = sorted({name for turn in turns for name in turn.checks})
    return {
        "scenarios": len(held),
        "turns": len(turns),
        "crashed": sum(t.crashed for t in turns),
        "slots": {
            "precision": _share(held, lambda t: (t.found, t.found + t.extra)),
            "recall": _share(held, lambda t: (t.found, t.found + t.missed)),
            "f1": _share(held, lambda t: (2 * t.found, 2 * t.found + t.extra + t.missed)),
        },
        "checks": {name: _share(held, _check(name)) for name in names},
        "turns_right": _share(held, lambda t: (t.is_right, 1)),
        "final_state": _share([one[-1:] for one in held], _check("state")),
        "scenarios_right": _share([one[-1:] for one in held], lambda t: (t.scenario in _wholly_right(held), 1)),
        "absence": {kind: _absence(turns, kind) for kind in _KINDS},
        "false_denials": sum(t.expected_absence == "" and t.absence != "" for t in turns),
        "violations": sum(len(t.violations) for t in turns),
        "left_aside_openly": sum(len(t.left_aside) for t in turns),
        "failures": {
            number: _share([one for s, one in zip(scenarios, held, strict=True) if number in s.failures], _right)
            for number in sorted({n for s in scenarios for n in s.failures})
        },
        "latency_ms": _latency(turns),
        "misses": [asdict(t) for t in turns if not t.is_right],
    }


Part = Callable[[Judged], tuple[float, float]]
"""A turn -> (how much of it counts, out of how much)."""


def _right(turn: Judged) -> tuple[float, float]:
    return turn.is_right, 1


def _check(name: str) -> Part:
    return lambda turn: (turn.checks[name], 1) if name in turn.checks else (0, 0)


def _wholly_right(held: Held) -> frozenset[str]:
    return frozenset(one[0].scenario for one in held if one and all(turn.is_right for turn in one))


def _share(held: Held, part: Part) -> tuple[float, float, float, int]:
    """(share, low, high, of how many), summed over turns; scenarios are what is drawn anew."""
    sums = np.array([np.sum([part(turn) for turn in one], axis=0) for one in held if one], dtype=np.float64)
    if not len(sums) or not sums[:, 1].sum():
        return (float("nan"), float("nan"), float("nan"), 0)
    drawn = sums[np.random.default_rng(0).integers(0, len(sums), size=(_ROUNDS, len(sums)))].sum(axis=1)
    low, high = np.nanquantile(drawn[:, 0] / np.where(drawn[:, 1] > 0, drawn[:, 1], np.nan), (0.025, 0.975))
    whole = sums.sum(axis=0)
    return (float(whole[0] / whole[1]), float(low), float(high), int(whole[1]))


def _absence(turns: Sequence[Judged], kind: str) -> dict[str, int]:
    judged = [t for t in turns if t.expected_absence is not None]
    return {
        "right": sum(t.expected_absence == kind == t.absence for t in judged),
        "expected": sum(t.expected_absence == kind for t in judged),
        "said": sum(t.absence == kind for t in judged),
    }


def _latency(turns: Sequence[Judged]) -> dict[str, dict[str, float]]:
    """Intent -> median and p95 of the whole answer and of its cards, in ms."""
    times: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for turn in turns:
        for lap in ("total", "cards"):
            if lap in turn.timings_ms:
                for intent in (turn.intent, "all"):
                    times[intent][lap].append(turn.timings_ms[lap])
    return {
        intent: {"turns": len(laps["total"])}
        | {f"{lap} {name}": float(np.quantile(of, q)) for lap, of in laps.items() for name, q in _QUANTILES if of}
        for intent, laps in sorted(times.items())
    }


_QUANTILES = (("median", 0.5), ("p95", 0.95))


# ---- report ------------------------------------------------------------------------------------------------


def report(found: dict[str, Any]) -> str:
    """The figures as Markdown."""
    lines = [f"{found['scenarios']} scenarios, {found['turns']} turns, {found['crashed']} crashed", ""]
    lines += ["| measure | share | 95 % interval | of |", "|---|---|---|---|"]
    rows = {f"slots: {name}": value for name, value in found["slots"].items()}
    rows |= {_NAMES.get(name, name): value for name, value in found["checks"].items()}
    rows |= {"exact state after the last turn": found["final_state"], "turns wholly right": found["turns_right"]}
    rows |= {"scenarios wholly right": found["scenarios_right"]}
    lines += [f"| {name} | {_shown(value)} |" for name, value in rows.items()]
    lines += ["", "| absence | precision | recall |", "|---|---|---|"]
    for kind, n in found["absence"].items():
        lines.append(f"| {kind} | {n['right']} of {n['said']} | {n['right']} of {n['expected']} |")
    lines += ["", f"- stock denied that is there: {found['false_denials']}"]
    lines += [f"- products against a hard wish, unsaid: {found['violations']}"]
    lines += [f"- products against a hard wish that the reply says it left aside: {found['left_aside_openly']}"]
    lines += ["", "| known fault of such systems | turns right | 95 % interval | of |", "|---|---|---|---|"]
    lines += [f"| {number} | {_shown(value)} |" for number, value in found["failures"].items()]
    lines += [
        "",
        "| intent | turns | answer median | answer p95 | cards median | cards p95 |",
        "|---|---|---|---|---|---|",
    ]
    for intent, of in found["latency_ms"].items():
        laps = " | ".join(_ms(of.get(f"{lap} {name}")) for lap in ("total", "cards") for name, _q in _QUANTILES)
        lines.append(f"| {intent} | {of['turns']:.0f} | {laps} |")
    return "\n".join(lines)


_NAMES = {
    "state": "exact state after a turn",
    "refers": "what is pointed at",
    "new": "nothing shown again",
    "violations": "pages without a product against a wish",
}


def _shown(value: tuple[float, float, float, int]) -> str:
    share, low, high, of = value
    return f"{100 * share:.1f} % | {100 * low:.1f} to {100 * high:.1f} % | {of}" if of else "- | - | 0"


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f} ms"


def _misses(found: dict[str, Any]) -> str:
    lines = ["## Misses"]
    for turn in found["misses"]:
        lines.append(f"- {turn['scenario']} {turn['number']} “{turn['say']}”")
        lines += [f"    - {miss}" for miss in turn["misses"]]
    return "\n".join(lines)


def main() -> None:
    """Prints the report, and the misses if asked; writes all figures with --json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--data-dir", type=Path, default=None)
    parser.add_argument("--json", type=Path, default=None, metavar="OUT", help="write all figures and misses")
    parser.add_argument("--misses", action="store_true", help="list every turn that is not right, and why")
    parser.add_argument("--generator", action="store_true", help="word reasons with the model of the settings")
    options = parser.parse_args()
    try:
        scenarios = read_scenarios(options.files)
        settings = load_settings(options.data_dir)
        if not options.generator:
            settings = settings.model_copy(update={"generator": GeneratorSettings(kind="none")})
        with open_clerk(settings) as clerk:
            held = [hold(clerk, scenario) for scenario in tqdm(scenarios, desc="conversations")]
    except StoreclerkError as error:
        raise SystemExit(str(error)) from error
    found = figures(scenarios, held)
    print(report(found))
    if options.misses:
        print(f"\n{_misses(found)}")
    if options.json is not None:
        options.json.write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
