"""Measures rankings: judged queries -> systems -> measures -> intervals and comparisons.

The shop's own ranking (or a run from a file) is measured beside plain baselines in the same run, since a number
by itself says little. Knows nothing of files of judgements (`retrieval.judgements`) or of how results are shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.clerk import Clerk
from assistant.systems import BASELINES, ENCODER, OWN, baseline_runs, encoder_run, own_run
from retrieval.errors import JudgementError
from retrieval.index import Progress, no_progress
from retrieval.judgements import Judgements
from retrieval.measures import (
    PER_QUERY,
    RELEVANCE,
    RESAMPLES,
    Interval,
    Qrels,
    Run,
    Values,
    coverage,
    diversity,
    has_relevant,
    interval,
    novelty,
    paired_test,
    popular_fifth,
    relevance,
    top,
)
from retrieval.types import Encoder

COMPARED = (*RELEVANCE, "diversity@10", "novelty@10")
"""Measures of which more is better; unjudged@10 only says how far the others can be trusted."""


@dataclass(frozen=True, slots=True)
class Task:
    """Queries with their judgements, matched and checked."""

    queries: Mapping[str, str]
    """qid -> text, of the queries that count: judged, with a relevant product."""
    qrels: Qrels
    notes: tuple[str, ...]
    """What was left out and what is odd, one line each."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One system against the best baseline by one measure, over the queries where both have a value."""

    measure: str
    system: str
    baseline: str
    difference: Interval
    p_value: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything a report needs. Systems are in order, the one under test first."""

    task: Task
    systems: tuple[str, ...]
    runs: Mapping[str, Run]
    per_query: Mapping[str, Mapping[str, Values]]
    """System -> qid -> measures."""
    means: Mapping[str, Mapping[str, Interval]]
    """System -> measure -> mean over queries."""
    coverage: Mapping[str, float]
    """System -> share of the catalogue in any top 10."""
    comparisons: tuple[Comparison, ...]
    notes: tuple[str, ...]
    products: int
    encoder: str
    seed: int

    @property
    def subject(self) -> str:
        return self.systems[0]

    def best_baseline(self, measure: str) -> str | None:
        """The baseline with the highest mean; None if none was run."""
        return _best(self.systems, self.means, measure)


def match(queries: Sequence[tuple[str, str]] | None, judgements: Judgements, clerk: Clerk) -> Task:
    """Which queries are measured, by which judgements. Without `queries` the texts in the judgements are asked.

    Raises JudgementError if no query is judged, or no judged product is in the catalogue.
    """
    # 1) The queries, and for each its judgements.
    if queries is None:
        if not judgements.texts:
            raise JudgementError("The judgements have no column 'query': name a file of queries with --queries.")
        keys = list(judgements.texts)
        queries = [
            (str(n) if judgements.by_text else key, judgements.texts[key]) for n, key in enumerate(keys, start=1)
        ]
    _refuse_doubles(queries)
    key_of = {qid: text if judgements.by_text else qid for qid, text in queries}
    judged = {qid: judgements.qrels[key] for qid, key in key_of.items() if key in judgements.qrels}
    if not judged:
        raise JudgementError(
            f"None of the {len(queries)} queries is judged: the first is {next(iter(key_of.values()))!r}, "
            f"the first judged one {next(iter(judgements.qrels))!r}."
        )

    # 2) What does not match is said, not hidden.
    unasked = [key for key in judgements.qrels if key not in set(key_of.values())]
    unjudged = [qid for qid in key_of if qid not in judged]
    hopeless = [qid for qid, grades in judged.items() if not has_relevant(grades)]
    named = list(dict.fromkeys(id for grades in judged.values() for id in grades))
    strange = sorted(set(named) - set(clerk.searcher.index.ids))
    folder = clerk.settings.data_dir
    if len(strange) == len(named):
        raise JudgementError(
            f"No judged product is in the catalogue of {folder}, the first being {named[0]!r}: "
            "index the catalogue that was judged, or name its folder with --data-dir."
        )
    if len(hopeless) == len(judged):
        raise JudgementError(f"No judged query has a relevant product (grade 1 or more), the first is {hopeless[0]!r}.")
    notes = [
        _note(unjudged, "queries have no judgement and are left out", "query has no judgement and is left out"),
        _note(unasked, "judged queries are not asked", "judged query is not asked"),
        _note(hopeless, "queries have no relevant product and are left out", "query has no relevant product"),
        _note(
            strange,
            f"judged products are not in the catalogue of {folder} and count as not found",
            f"judged product is not in the catalogue of {folder} and counts as not found",
        ),
        f"{judgements.repeated:,} repeated lines of judgements count once." if judgements.repeated else "",
    ]
    texts = {qid: text for qid, text in queries if qid in judged and qid not in hopeless}
    return Task(texts, {qid: judged[qid] for qid in texts}, tuple(note for note in notes if note))


def evaluate(
    clerk: Clerk,
    task: Task,
    *,
    base: Encoder | None,
    given: tuple[str, Run] | None = None,
    k: int = 100,
    seed: int = 7,
    resamples: int = RESAMPLES,
    progress: Progress = no_progress,
) -> Evaluation:
    """Runs the systems and compares them. `base` is the encoder of the baselines; None for no baselines.

    `given` is the name and run of a system measured instead of the shop's own. Raises JudgementError if it
    answers no query.
    """
    # 1) Rankings.
    notes = list(task.notes)
    if given is not None:
        name, run = _named_apart(given[0]), _checked(given[1], task, clerk, notes)
    else:
        name, run = OWN, own_run(clerk, task.queries, k, progress)
        silent = [qid for qid in task.queries if not run[qid]]
        notes.append(_note(silent, "queries were not answered with products", "query was not answered with products"))
    runs = {name: run}
    if base is not None:
        own = clerk.searcher.encoder
        if own.name != base.name:
            runs[ENCODER] = encoder_run(clerk, own, ENCODER, task.queries, progress)
        runs |= baseline_runs(clerk, base, task.queries, progress)

    # 2) Measures, per query.
    index = clerk.searcher.index
    popular = popular_fifth({product.id: product.rating_count for product in index.catalog.all()})
    if popular is None:
        notes.append("The catalogue has no rating counts to tell popular products by, so there is no novelty.")
    per_query = {system: _measured(clerk, run, task, popular) for system, run in runs.items()}

    # 3) Means with intervals; every system against the best baseline.
    means = {system: _means(values, seed, resamples) for system, values in per_query.items()}
    return Evaluation(
        task=task,
        systems=tuple(runs),
        runs=runs,
        per_query=per_query,
        means=means,
        coverage={system: coverage(run, frozenset(index.ids)) for system, run in runs.items()},
        comparisons=tuple(_comparisons(tuple(runs), means, per_query, seed, resamples)),
        notes=tuple(note for note in notes if note),
        products=len(index.ids),
        encoder=clerk.searcher.encoder.name,
        seed=seed,
    )


def _checked(run: Run, task: Task, clerk: Clerk, notes: list[str]) -> Run:
    """The part of a run from a file that is measured; what is odd about it goes to `notes`."""
    known = set(clerk.searcher.index.ids)
    asked = {qid: run.get(qid, {}) for qid in task.queries}
    missing = [qid for qid, scores in asked.items() if not scores]
    if len(missing) == len(asked):
        raise JudgementError(
            f"The run answers none of the {len(asked)} judged queries: its first is {next(iter(run))!r}, "
            f"the first judged one {missing[0]!r}."
        )
    strange = sorted({id for scores in asked.values() for id in scores if id not in known})
    notes.append(_note(missing, "queries have no result in the run and score 0", "query has no result in the run"))
    notes.append(
        _note(strange, "products of the run are not in the catalogue", "product of the run is not in the catalogue")
    )
    return asked


def _measured(clerk: Clerk, run: Run, task: Task, popular: frozenset[str] | None) -> dict[str, dict[str, float]]:
    values = relevance(task.qrels, run)
    shown = {qid: top(run[qid]) for qid in values}
    vectors = clerk.searcher.index.store.vectors(list({id for ids in shown.values() for id in ids}))
    for qid, ids in shown.items():
        extra = {
            "diversity@10": diversity(ids, vectors),
            "novelty@10": novelty(ids, popular) if popular is not None else None,
        }
        values[qid] |= {name: value for name, value in extra.items() if value is not None}
    return {qid: values[qid] for qid in task.queries}


def _means(per_query: Mapping[str, Values], seed: int, resamples: int) -> dict[str, Interval]:
    columns = {m: [values[m] for values in per_query.values() if m in values] for m in PER_QUERY}
    found = {m: interval(column, seed=seed, resamples=resamples) for m, column in columns.items()}
    return {m: mean for m, mean in found.items() if mean is not None}


def _comparisons(
    systems: tuple[str, ...],
    means: Mapping[str, Mapping[str, Interval]],
    per_query: Mapping[str, Mapping[str, Values]],
    seed: int,
    resamples: int,
) -> list[Comparison]:
    found = []
    for measure in COMPARED:
        best = _best(systems, means, measure)
        for system in systems:
            if best is None or system == best:
                continue
            pairs = [
                (values[measure], per_query[best][qid][measure])
                for qid, values in per_query[system].items()
                if measure in values and measure in per_query[best][qid]
            ]
            difference = interval([a - b for a, b in pairs], seed=seed, resamples=resamples)
            if difference is not None:
                p = paired_test([a for a, _ in pairs], [b for _, b in pairs], seed=seed, rounds=resamples)
                found.append(Comparison(measure, system, best, difference, p))
    return found


def _best(systems: Sequence[str], means: Mapping[str, Mapping[str, Interval]], measure: str) -> str | None:
    scored = [system for system in systems if system in BASELINES and measure in means[system]]
    return max(scored, key=lambda system: means[system][measure].mean) if scored else None


def _named_apart(name: str) -> str:
    return f"{name} (run)" if name in (*BASELINES, ENCODER) else name


def _refuse_doubles(queries: Sequence[tuple[str, str]]) -> None:
    seen: dict[str, str] = {}
    for qid, text in queries:
        if qid in seen:
            raise JudgementError(f"The queries have qid {qid!r} twice: {seen[qid]!r} and {text!r}.")
        if not qid or not text:
            raise JudgementError(f"A query has no {'text' if qid else 'qid'}: {qid or text!r}.")
        seen[qid] = text


def _note(found: Sequence[str], many: str, one: str) -> str:
    """ "3 queries have no judgement, the first 'q7'."; "" for none."""
    if not found:
        return ""
    return f"{len(found):,} {one if len(found) == 1 else many}, the first {found[0]!r}."
