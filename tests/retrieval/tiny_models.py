"""A model small enough to train in a second: two layers of random weights under the bundled tokenizer."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from retrieval.encoder import bundled_model, stay_offline


def make_tiny_model(folder: Path) -> Path:
    """A sentence-transformers encoder with vectors of 32 numbers; the same weights every time."""
    stay_offline()
    import torch
    from transformers import BertConfig, BertModel

    shutil.copytree(bundled_model(), folder, ignore=shutil.ignore_patterns("*.safetensors", "config.json"))
    torch.manual_seed(1)
    config = BertConfig(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64)
    BertModel(config).save_pretrained(folder)
    (folder / "1_Pooling").mkdir(exist_ok=True)
    pooling = {"word_embedding_dimension": 32, "pooling_mode_mean_tokens": True}
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling), encoding="utf-8")
    return folder


def make_tiny_reranker(folder: Path) -> Path:
    """A cross-encoder of the same size, its head random too."""
    base = make_tiny_model(folder.with_name(folder.name + "-base"))
    import torch
    from sentence_transformers import CrossEncoder

    torch.manual_seed(2)
    CrossEncoder(str(base), num_labels=1, device="cpu", local_files_only=True).save_pretrained(str(folder))
    return folder


def make_tiny_generator(folder: Path) -> Path:
    """A causal language model of the same size: what it writes means nothing."""
    stay_offline()
    import torch
    from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

    tokenizer = AutoTokenizer.from_pretrained(bundled_model(), eos_token="[SEP]", local_files_only=True)
    tokenizer.save_pretrained(folder)
    torch.manual_seed(3)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        eos_token_id=tokenizer.eos_token_id,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder
