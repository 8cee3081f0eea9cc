"""`storeclerk train relations`: a shop's own labelled pairs -> the weights that say what one product is to another."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from assistant.cli_train import train
from assistant.console import common, opened_clerk, print_result


@train.command()
@click.option("--pairs", required=True, type=click.Path(path_type=Path), help="TSV: product, other, relation.")
@click.option(
    "--output", type=click.Path(path_type=Path), default=None, help="A folder.  [default: in the data folder]"
)
@common
def relations(pairs: Path, output: Path | None, data_dir: Path | None, as_json: bool) -> None:
    """Learn from labelled pairs what one product is to another: variant, substitute, complement or unrelated."""
    from assistant.relation_training import cross_validated, fit, read_pairs
    from retrieval.relations import RELATIONS, save_relations

    labelled = read_pairs(pairs)
    with opened_clerk(data_dir, words_only=True) as clerk:
        rows = clerk.neighbours.rows_of([(pair.product, pair.other) for pair in labelled])
        folder = output or clerk.settings.data_dir / "relations"
    found = [pair.relation for pair in labelled]
    model = fit(rows, found)
    ours, cosine = cross_validated(rows, found, [pair.product for pair in labelled])
    save_relations(model, folder)
    counts = Counter(found)
    result = {
        "pairs": len(labelled),
        "relations": {relation: counts[relation] for relation in RELATIONS},
        "macro_f1": round(ours, 4),
        "cosine_alone": round(cosine, 4),
        "output": str(folder),
    }
    lines = [
        f"{len(labelled):,} pairs: " + ", ".join(f"{counts[relation]:,} {relation}" for relation in RELATIONS) + ".",
        f"Macro-F1 on ten folds by product: {ours:.3f}; by the vectors' cosine alone {cosine:.3f}.",
        f'To use the weights, in storeclerk.toml: relations = "{folder}"',
    ]
    print_result(result, lines, as_json)
