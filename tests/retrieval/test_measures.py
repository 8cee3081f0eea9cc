from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.errors import JudgementError
from retrieval.judgements import read_judgements, read_run, run_lines
from retrieval.measures import (
    HIGHEST_GRADE,
    RELEVANCE,
    by_place,
    coverage,
    diversity,
    interval,
    novelty,
    paired_test,
    popular_fifth,
    relevance,
    top,
)

# u is unjudged; the best order is a, b, c.
GRADES = {"q": {"a": 3, "b": 1, "c": 0}}
RANKED = {"q": by_place(["u", "b", "c", "a"])}
BEST = 7 / math.log2(2) + 1 / math.log2(3)

IDS = st.sampled_from([f"p{n}" for n in range(15)])
GRADED = st.dictionaries(IDS, st.integers(0, 4), min_size=1)
RANKING = st.lists(IDS, unique=True)


class TestRelevance:
    def test_by_hand(self) -> None:
        values = relevance(GRADES, RANKED)["q"]
        assert values["nDCG@10"] == pytest.approx((1 / math.log2(3) + 7 / math.log2(5)) / BEST)
        assert values["nDCG@10 judged"] == pytest.approx((1 / math.log2(2) + 7 / math.log2(4)) / BEST)
        assert values["MRR@10"] == pytest.approx(1 / 2)
        assert values["Recall@100"] == 1.0
        assert values["P@1"] == 0.0
        assert values["unjudged@10"] == pytest.approx(1 / 4)

    def test_the_cuts(self) -> None:
        """The one relevant product at place 11, and then at 101."""
        others = [f"x{n}" for n in range(100)]
        late = relevance({"q": {"a": 1}}, {"q": by_place([*others[:10], "a"])})["q"]
        assert (late["nDCG@10"], late["MRR@10"], late["Recall@100"]) == (0.0, 0.0, 1.0)
        assert late["nDCG@10 judged"] == 1.0
        assert relevance({"q": {"a": 1}}, {"q": by_place([*others, "a"])})["q"]["Recall@100"] == 0.0

    def test_queries_without_a_relevant_product_are_left_out(self) -> None:
        assert relevance({"q": {"a": 0}}, {"q": {"a": 1.0}}) == {}

    @pytest.mark.parametrize("run", [{}, {"q": {}}, {"other": {"a": 1.0}}])
    def test_an_unanswered_query_scores_nothing(self, run: dict[str, dict[str, float]]) -> None:
        assert set(relevance(GRADES, run)["q"].values()) == {0.0}

    def test_equal_scores_go_by_id(self) -> None:
        tied = {"q": {"b": 1.0, "a": 1.0}}
        assert top(tied["q"]) == ["a", "b"]
        assert relevance({"q": {"a": 1}}, tied)["q"]["P@1"] == 1.0

    @pytest.mark.parametrize("grade", [1, HIGHEST_GRADE])
    def test_the_highest_grade_is_still_a_gain(self, grade: int) -> None:
        assert relevance({"q": {"a": grade}}, {"q": {"a": 1.0}})["q"]["nDCG@10"] == 1.0

    @given(GRADED, RANKING)
    def test_bounds(self, grades: dict[str, int], ranking: list[str]) -> None:
        for values in relevance({"q": grades}, {"q": by_place(ranking)}).values():
            assert all(-1e-9 <= value <= 1 + 1e-9 for value in values.values())
            assert set(RELEVANCE) < set(values)

    @given(GRADED, RANKING)
    def test_judged_only_is_the_ranking_without_the_unjudged(self, grades: dict[str, int], ranking: list[str]) -> None:
        known = [id for id in ranking if id in grades]
        whole = relevance({"q": grades}, {"q": by_place(ranking)})
        reduced = relevance({"q": grades}, {"q": by_place(known)})
        for qid, values in whole.items():
            assert values["nDCG@10 judged"] == pytest.approx(reduced[qid]["nDCG@10"])

    @given(GRADED, RANKING)
    def test_the_order_in_which_things_are_written_does_not_matter(
        self, grades: dict[str, int], ranking: list[str]
    ) -> None:
        scores = by_place(ranking)
        turned = dict(reversed(list(scores.items())))
        regraded = dict(reversed(list(grades.items())))
        assert relevance({"q": grades}, {"q": scores}) == relevance({"q": regraded}, {"q": turned})


class TestLists:
    def test_diversity_by_hand(self) -> None:
        x, y = np.array([1, 0], dtype=np.float32), np.array([0, 1], dtype=np.float32)
        assert diversity(["a", "b"], {"a": x, "b": x}) == pytest.approx(0)
        assert diversity(["a", "b"], {"a": x, "b": y}) == pytest.approx(1)
        assert diversity(["a", "b", "c"], {"a": x, "b": x, "c": y}) == pytest.approx(2 / 3)
        assert diversity(["a", "gone"], {"a": x}) is None

    def test_popular_and_novel(self) -> None:
        counts = {f"p{n}": n for n in range(10)}
        popular = popular_fifth(counts)
        assert popular == frozenset({"p9", "p8"})
        assert novelty(["p9", "p1", "p2", "p8"], popular) == 0.5
        assert novelty([], popular) is None
        assert popular_fifth(dict.fromkeys(counts, 0)) is None

    def test_coverage(self) -> None:
        run = {"q": by_place(["a", "b"]), "r": by_place(["b", "from elsewhere"])}
        assert coverage(run, frozenset("abcd")) == 0.5

    @given(st.permutations([f"p{n}" for n in range(6)]))
    def test_the_order_of_a_list_does_not_matter(self, ids: list[str]) -> None:
        vectors = {f"p{n}": np.array([math.cos(n), math.sin(n)], dtype=np.float32) for n in range(6)}
        assert diversity(ids, vectors) == pytest.approx(diversity(sorted(ids), vectors))


FIGURES = st.lists(st.floats(0, 1), min_size=1, max_size=20)


class TestIntervals:
    def test_one_query_is_its_own_interval(self) -> None:
        one = interval([0.25], seed=1)
        assert one is not None
        assert (one.low, one.mean, one.high) == (0.25, 0.25, 0.25)
        assert str(one) == "0.250 (one query)"
        assert interval([], seed=1) is None

    def test_as_wide_as_theory_says(self) -> None:
        """A mean of 400 coin throws: 0.5 plus or minus 1.96 * 0.5 / 20."""
        found = interval([0.0, 1.0] * 200, seed=1)
        assert found is not None
        assert [found.low, found.high] == pytest.approx([0.451, 0.549], abs=0.005)

    @given(FIGURES)
    def test_holds_the_mean_whatever_the_order(self, values: list[float]) -> None:
        found = interval(values, seed=3, resamples=200)
        assert found is not None
        assert min(values) - 1e-9 <= found.low <= found.high <= max(values) + 1e-9
        assert interval(values[::-1], seed=3, resamples=200) == found


class TestPairedTest:
    def test_by_hand(self) -> None:
        """Five differences of one sign: only 2 of the 32 sign patterns are as extreme."""
        p = paired_test([1.0] * 5, [0.0] * 5, seed=1, rounds=50_000)
        assert p == pytest.approx(2 / 32, abs=0.005)

    def test_no_difference(self) -> None:
        assert paired_test([0.5, 0.5], [0.5, 0.5], seed=1) == 1.0
        assert paired_test([], [], seed=1) == 1.0
        assert paired_test([0.7], [0.2], seed=1) == 1.0  # one query can prove nothing

    def test_a_clear_difference(self) -> None:
        assert paired_test([0.9] * 30, [0.1] * 30, seed=1) < 0.001

    def test_lengths_must_agree(self) -> None:
        with pytest.raises(ValueError, match="1 values against 2"):
            paired_test([1.0], [1.0, 2.0], seed=1)

    @given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=20))
    def test_neither_order_nor_side_matters(self, pairs: list[tuple[float, float]]) -> None:
        def p(some: list[tuple[float, float]]) -> float:
            return paired_test([a for a, _ in some], [b for _, b in some], seed=5, rounds=200)

        assert 0 < p(pairs) <= 1
        assert p(pairs) == pytest.approx(p(pairs[::-1]))
        assert p(pairs) == pytest.approx(p([(b, a) for a, b in pairs]))


class TestFiles:
    def read(self, tmp_path: Path, text: str) -> Path:
        path = tmp_path / "qrels.txt"
        path.write_text(text, encoding="utf-8")
        return path

    @pytest.mark.parametrize(
        "text",
        [
            "q1 0 p1 2\nq1 0 p2 0\n",
            "\ufeffqid,product_id,grade\nq1,p1,2\n\nq1,p2,0\n",
            "qid\tgrade\tproduct_id\nq1\t2\tp1\nq1\t-1\tp2",
        ],
    )
    def test_every_form_says_the_same(self, tmp_path: Path, text: str) -> None:
        found = read_judgements(self.read(tmp_path, text))
        assert found.qrels == {"q1": {"p1": 2, "p2": 0}}
        assert not found.by_text

    def test_queries_in_the_table(self, tmp_path: Path) -> None:
        found = read_judgements(self.read(tmp_path, 'query,product_id,grade\n"tent, red",p1,1\nmug,p2,1\n'))
        assert found.by_text
        assert list(found.texts) == ["tent, red", "mug"]
        both = read_judgements(self.read(tmp_path, "qid,query,product_id,grade\n7,mug,p1,1\n"))
        assert (both.texts, both.by_text) == ({"7": "mug"}, False)

    def test_repeated_lines_are_counted(self, tmp_path: Path) -> None:
        assert read_judgements(self.read(tmp_path, "q 0 p 1\nq 0 p 1\n")).repeated == 1

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("", "is empty"),
            (" \n\n", "is empty"),
            ("qid,product_id,grade\n", "holds no judgement"),
            ("q 0 p1 1\nq 0 p2 high\n", "line 2: grade 'high' is not a whole number"),
            ("q 0 p1 1.5\n", "line 1: grade '1.5'"),
            ("q 0 p1 40\n", "scale the grades down"),
            ("q 0 p1 1\nq 0 p1 2\n", "line 2: 'p1' has grade 2 for 'q', but 1 further up"),
            ("q p1 1\n", "line 1: expected 'qid 0 product_id grade', got 3 fields"),
            ("product_id,grade\np,1\n", "expected a header"),
            ("query,product_id,grade\nred, tent,p1,1\n", "line 2: expected 3 columns, got 4"),
            ("query,product_id,grade\n\nmug,p1,x\n", "line 3: grade 'x'"),
            ("query,product_id,grade\n,p1,1\n", "line 2: the query is empty"),
            ("qid,query,product_id,grade\n1,mug,p1,1\n1,cup,p2,1\n", "line 3: qid '1' is 'cup', but 'mug'"),
        ],
    )
    def test_errors_name_the_line(self, tmp_path: Path, text: str, says: str) -> None:
        with pytest.raises(JudgementError) as error:
            read_judgements(self.read(tmp_path, text))
        assert says in str(error.value)
        assert "\n" not in str(error.value)

    def test_files_that_are_no_text(self, tmp_path: Path) -> None:
        (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
        for name, says in (("missing", "No such file"), ("binary", "not UTF-8"), (".", "directory")):
            with pytest.raises(JudgementError, match=says):
                read_judgements(tmp_path / name)

    @given(st.dictionaries(st.sampled_from("qr"), st.lists(IDS, unique=True, min_size=1), min_size=1))
    def test_a_run_survives_its_file(
        self, tmp_path_factory: pytest.TempPathFactory, rankings: dict[str, list[str]]
    ) -> None:
        run = {qid: by_place(ids) for qid, ids in rankings.items()}
        path = tmp_path_factory.getbasetemp() / "some.run"
        path.write_text("\n".join(run_lines(run, "tag")), encoding="utf-8")
        assert read_run(path) == run

    def test_blanks_in_ids_split_no_field(self) -> None:
        assert list(run_lines({"my q": {"a\tb": 1.0}}, "tag")) == ["my_q Q0 a_b 1 1 tag"]

    def test_a_run_goes_by_score_and_then_by_rank(self, tmp_path: Path) -> None:
        path = self.read(tmp_path, "q Q0 c 3 0.5 t\nq Q0 a 2 0.5 t\nq Q0 b 1 0.9 t\n")
        assert top(read_run(path)["q"]) == ["b", "a", "c"]

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("q Q0 p 1 0.5\n", "line 1: expected 'qid Q0 product_id rank score tag', got 5 fields"),
            ("q Q0 p 1 nan t\n", "must be numbers"),
            ("q Q0 p one 0.5 t\n", "rank 'one'"),
            ("q Q0 p 1 0.5 t\nq Q0 p 2 0.4 t\n", "line 2: product 'p' is ranked twice"),
        ],
    )
    def test_errors_of_a_run(self, tmp_path: Path, text: str, says: str) -> None:
        with pytest.raises(JudgementError, match=says):
            read_run(self.read(tmp_path, text))
