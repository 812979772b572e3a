"""Models of a library that takes a configuration, from the command line and without a file.

The figures of GPT-2, BERT-base and ViT-B/16 are those of their papers' layers by hand; the small
ones are summed here. Where transformers is not installed there is nothing to test.
"""

from __future__ import annotations

import json

import pytest

from tests.conftest import Run

pytest.importorskip("transformers")

T = 128
"""Tokens."""


def encoder(layers: int, width: int, inner: int, tokens: int = T) -> int:
    """Four projections, two products of attention, two of the feed-forward layer."""
    return layers * (4 * tokens * width**2 + 2 * tokens**2 * width + 2 * tokens * width * inner)


def gated(layers: int, width: int, inner: int, heads: int, groups: int, tokens: int) -> int:
    """Llama's: fewer keys and values than queries, three products of the feed-forward layer."""
    few = width * groups // heads
    projections = tokens * width * (2 * width + 2 * few)
    return layers * (projections + 2 * tokens**2 * width + 3 * tokens * width * inner)


def decoder(layers: int, width: int, inner: int, tokens: int, seen: int) -> int:
    """One that looks at an encoder: the other tokens are its keys and values."""
    cross = 2 * (tokens + seen) * width**2 + 2 * tokens * seen * width
    return encoder(layers, width, inner, tokens) + layers * cross


IDS = ("--input", "input_ids=1x128:int64")
REAL = [
    (("GPT2LMHeadModel", "GPT2Config()", *IDS), encoder(12, 768, 3072) + T * 768 * 50257),
    (("GPT2LMHeadModel", "GPT2Config()", *IDS), 16_114_089_984),
    (("BertModel", "BertConfig()", *IDS), encoder(12, 768, 3072) + 768**2),
    (("BertModel", "BertConfig()", *IDS), 11_174_215_680),
    (
        ("ViTForImageClassification", "ViTConfig(num_labels=1000)",
         "--input", "pixel_values=1x3x224x224"),
        17_563_828_224,
    ),
]  # fmt: skip
LLAMA = (
    "LlamaConfig(vocab_size=97, hidden_size=24, intermediate_size=40, num_hidden_layers=3,"
    " num_attention_heads=4, num_key_value_heads=2)"
)
T5 = "T5Config(vocab_size=97, d_model=24, d_kv=6, d_ff=40, num_layers=2, num_heads=4)"
WHISPER = (
    "WhisperConfig(vocab_size=97, d_model=24, encoder_layers=2, decoder_layers=2,"
    " encoder_attention_heads=4, decoder_attention_heads=4, encoder_ffn_dim=40,"
    " decoder_ffn_dim=40, num_mel_bins=10, max_source_positions=15, pad_token_id=0,"
    " bos_token_id=0, eos_token_id=0, decoder_start_token_id=0)"
)
SMALL = [
    (
        ("LlamaForCausalLM", LLAMA, "--input", "input_ids=1x7:int64"),
        gated(3, 24, 40, 4, 2, 7) + 7 * 24 * 97,
    ),
    (
        ("T5ForConditionalGeneration", T5, "--input", "input_ids=1x7:int64",
         "--input", "decoder_input_ids=1x5:int64"),
        encoder(2, 24, 40, 7) + decoder(2, 24, 40, 5, 7) + 5 * 24 * 97,
    ),
    (
        ("WhisperForConditionalGeneration", WHISPER, "--input", "input_features=1x10x30",
         "--input", "decoder_input_ids=1x5:int64"),
        3 * 10 * 24 * 30 + 3 * 24 * 24 * 15
        + encoder(2, 24, 40, 15) + decoder(2, 24, 40, 5, 15) + 5 * 24 * 97,
    ),
]  # fmt: skip


def counted(run: Run, name: str, config: str, *arguments: str) -> int:
    built = (f"transformers:{name}", "--arg", f"config=transformers:{config}")
    result = run("count", *built, *arguments, "--counter", "torch", "--format", "json")
    assert result.code == 0, result.err
    return int(json.loads(result.out)["macs"])


@pytest.mark.slow
@pytest.mark.parametrize(("given", "macs"), REAL)
def test_as_published(given: tuple[str, ...], macs: int, run: Run) -> None:
    assert counted(run, *given) == macs


@pytest.mark.slow
@pytest.mark.parametrize(("given", "macs"), SMALL)
def test_by_hand(given: tuple[str, ...], macs: int, run: Run) -> None:
    assert counted(run, *given) == macs


@pytest.mark.slow
def test_a_mixture_in_sixteen_bits(run: Run) -> None:
    """Two bytes a parameter, though nobody has the memory."""
    given = ("--arg", "config=transformers:MixtralConfig(num_hidden_layers=2)")
    result = run(
        "count", "transformers:MixtralForCausalLM", *given, "--dtype", "bfloat16",
        "--counter", "torch", "--format", "json",
    )  # fmt: skip
    params = json.loads(result.out)["params"]
    experts = 8 * 3 * 4096 * 14336
    attention = 4096 * (2 * 4096 + 2 * 1024)
    layer = experts + attention + 8 * 4096 + 2 * 4096
    assert params["total"] == 2 * layer + 2 * 32000 * 4096 + 4096
    assert params["bytes"] == 2 * params["total"]
