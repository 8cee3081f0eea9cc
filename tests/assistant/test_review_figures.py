"""Figures of judged explanations: shares and intervals that can be counted by hand, versions that plainly differ."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from assistant.agreement import agreement
from assistant.review_facts import held, vocabulary_of
from assistant.review_figures import figures
from assistant.review_plots import plot_agreement, plot_versions, plot_weeks
from assistant.review_statistics import clusters, design_effect, mean, rate, wilson
from assistant.review_types import Judged
from assistant.review_versions import alarms, compare, preferences, versions
from tests.assistant.judgements import DAY, FALSE, MONDAY, TRUE, item, judged, judgement


def many(version: str, count: int, marks: str, *, start: int = 0, grades: str = "2222") -> list[Judged]:
    """Explanations of one version, each in an answer of its own, all judged the same."""
    return [
        judged(item(n, version=version, created=MONDAY + n), marks=marks, grades=grades)
        for n in range(start, start + count)
    ]


@given(st.integers(1, 300), st.data())
def test_the_interval_of_a_share_is_wilsons(count: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, count))
    ends = binomtest(hits, count).proportion_ci(method="wilson")
    assert wilson(hits / count, count) == pytest.approx((ends.low, ends.high), abs=1e-9)


def test_sentences_of_one_answer_count_for_less() -> None:
    apart = rate((f"a{n}", n > 3) for n in range(30))
    together = rate((f"a{n // 3}", n // 3 > 0) for n in range(30))  # all three wrong ones in one answer
    assert apart is not None and together is not None
    assert together.low < apart.low and together.high > apart.high
    assert rate([]) is None and mean([], seed=1) is None
    perfect = rate((f"a{n // 3}", True) for n in range(30))
    assert perfect is not None and perfect.share == perfect.high == 1.0
    assert wilson(1.0, 10)[0] == pytest.approx(perfect.low, abs=0.02)  # ten answers, whatever the sentences


@given(st.lists(st.tuples(st.integers(0, 8), st.booleans()), min_size=1, max_size=60))
def test_intervals_hold_their_share_and_never_pass_the_ends(drawn: list[tuple[int, bool]]) -> None:
    found = rate((f"a{answer}", hit) for answer, hit in drawn)
    assert found is not None and 0 <= found.low <= found.share <= found.high <= 1
    assert design_effect(clusters((str(answer), float(hit)) for answer, hit in drawn)) >= 1


def test_the_interval_of_a_mean_draws_whole_answers() -> None:
    chance = np.random.default_rng(5)
    values = [(f"a{n // 2}", float(chance.integers(0, 3))) for n in range(200)]
    found = mean(values, seed=7)
    assert found is not None and found.low < found.mean < found.high and found.count == 200
    assert mean(values, seed=7) == found


def test_figures_can_be_counted_by_hand() -> None:
    rows = [
        judged(item(1), "robin", "yy", "2222", seconds=10),
        judged(item(2, source="plain"), "robin", "yn", "0222", seconds=20),
        judged(item(3), "robin", "yu", "2222", seconds=60),
        judged(item(3), "sam", "nu", "0222", seconds=30),
        judged(item(3), "sam", "nn", "0000", round=2),
        judged(item(4, strategy="risky"), "robin", "nn", "0000"),
    ]
    [found] = figures(rows, "all")
    assert (found.explanations, found.judgements, found.reviewers, found.sentences, found.unsure) == (3, 4, 2, 6, 2)
    assert found.supported is not None and (found.supported.hits, found.supported.count) == (3, 4)
    assert found.wholly is not None and (found.wholly.hits, found.wholly.count) == (1, 2)
    assert found.model_wording is not None and (found.model_wording.hits, found.model_wording.count) == (4, 6)
    assert found.grades["relevant"] is not None and found.grades["relevant"].mean == pytest.approx((2 + 0 + 1) / 3)
    assert found.seconds == 25 and found.by_checker is None and found.preferred is None
    by_strategy = {each.group: each for each in figures(rows, "strategy")}
    assert by_strategy["risky"].explanations == 1 and by_strategy["random"].explanations == 3
    decided = {3: judgement("yy")}
    [settled] = figures(rows, "all", decided=decided)
    assert settled.unsure == 0 and settled.supported is not None and settled.supported.hits == 5


def test_weeks_and_categories_are_groups_in_order() -> None:
    rows = [judged(item(n, created=MONDAY + 7 * DAY * (n % 2), category="Tents" if n < 2 else "")) for n in range(4)]
    assert [each.group for each in figures(rows, "week")] == ["2026-W02", "2026-W03"]
    assert {each.group for each in figures(rows, "category")} == {"Tents", "none"}


def test_the_checker_is_held_against_people() -> None:
    rows = [judged(item(1, (TRUE, "It comes in forest green.")), marks="yy")]
    rows += [judged(item(2, (FALSE, "It comes in forest green.")), marks="ny")]
    rows += [judged(item(3, (FALSE, "It comes in forest green.")), marks="yn")]  # people say otherwise
    [found] = figures(rows, "all", vocabulary=vocabulary_of(each.item for each in rows))
    assert found.by_checker is not None and (found.by_checker.hits, found.by_checker.count) == (1, 3)
    assert found.checker_precision is not None
    assert (found.checker_precision.hits, found.checker_precision.count) == (3, 4)
    assert found.checker_recall is not None and (found.checker_recall.hits, found.checker_recall.count) == (3, 4)


def test_facts_are_those_of_the_snapshot() -> None:
    facts = item(1).snapshot.facts("tent-2")
    assert facts.product.price == 120 and [c.key for c in facts.constraints] == ["price"]
    assert held([judgement("yn"), judgement("nn"), judgement("yu")]).marks == ("yes", "no")


def test_a_version_that_is_plainly_worse_raises_an_alarm_and_an_equal_one_does_not() -> None:
    good, bad = many("good + 1", 40, "yy"), many("bad + 1", 40, "yn", start=100)
    [fell, against] = alarms([*good, *bad])
    assert "below the floor of 95.0%" in fell.words and "bad + 1" in fell.words
    assert "fell to 50.0%" in against.words and "p = 0.0" in against.words
    assert alarms([*good, *many("same + 1", 40, "yy", start=100)]) == []
    assert alarms([*bad, *many("better + 1", 40, "yy", start=200)]) == []
    assert alarms([*good, *many("new + 1", 19, "nn", start=100)]) == []  # too few to say
    pushy = alarms([*good, *many("pushy + 1", 40, "yy", start=100, grades="2220")])
    assert [alarm.measure for alarm in pushy] == ["not_pushy"] and "not pushy" in pushy[0].words
    risky = [
        judged(item(n, version="risky + 1", strategy="risky", created=MONDAY + n), marks="nn") for n in range(300, 340)
    ]
    assert alarms([*good, *risky]) == []
    assert versions([*bad, *good]) == ["good + 1", "bad + 1"]


def test_two_versions_compared() -> None:
    found = compare([], "one", "two")
    assert found.differences == () and found.explanations == (0, 0) and found.preferred is None
    rows = [*many("one + 1", 40, "yy"), *many("two + 1", 40, "yn", start=100, grades="1222")]
    by = {d.measure: d for d in compare(rows, "one + 1", "two + 1").differences}
    assert by["supported"].difference == 0.5 and 0.3 < by["supported"].low < 0.5 < by["supported"].high
    assert by["supported"].p < 0.01 and by["wholly"].difference == 1.0
    assert by["relevant"].difference == 1.0 and by["clear"].difference == 0 and by["clear"].p == 1.0
    back = {d.measure: d for d in compare(rows, "two + 1", "one + 1").differences}
    assert back["supported"].difference == -0.5


def test_preferences_count_both_orders_of_a_pair() -> None:
    rows = [judged(item(n, version="zeta + 1", other=["Other."]), marks="yy", preferred="first") for n in range(6)]
    rows += [judged(item(9, version="zeta + 1", other=["Other."]), "sam", marks="yy", preferred="tie")]
    [pair] = preferences(rows)
    assert (pair.one, pair.wins, pair.losses, pair.ties) == ("other + none", 0, 6, 1)
    assert pair.p == pytest.approx(2 / 2**6)
    mine = compare(rows, "zeta + 1", "other + none").preferred
    assert mine is not None and mine.wins == 6 and mine.share is not None and mine.share.share == 1.0
    [found] = figures(rows, "version")
    assert found.preferred is not None and found.preferred.share == 1.0


def test_plots_say_in_words_what_they_show() -> None:
    rows = [*many("one<b> + $1$", 20, "yy"), *many("two + 1", 20, "yn", start=100)]
    plot = plot_versions(figures(rows))
    assert plot is not None and plot.svg.startswith("<svg ") and "currentColor" in plot.svg
    assert "two + 1 50.0%" in plot.alt and "one<b>" not in plot.svg and "one&lt;b&gt; + $1$" in plot.svg
    assert plot_versions([]) is None and plot_agreement([]) is None
    assert plot_weeks(figures(rows, "week")) is not None
    alike = [judged(item(n), who, "yn" if n % 2 else "ny") for n in range(6) for who in ("robin", "sam")]
    agreed = plot_agreement(agreement(alike))
    assert agreed is not None and "supported 1.00 (1.00 to 1.00)" in agreed.alt
    assert 'role="img"' in agreed.svg and "<text" in agreed.svg
