"""The encoder: real weights, exact halves, windows instead of cuts."""

from pathlib import Path

import numpy as np
import pytest

from core.errors import ConfigurationError
from core.recording import Observed, recording
from core.schemas.run import EntryKind
from tools.encoder import OnnxEncoder
from tools.encoder_models import open_encoder


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> OnnxEncoder:
    return open_encoder("minilm", tmp_path_factory.mktemp("encoders"), threads=2)


async def test_near_sentences_are_closer_than_far_ones(encoder: OnnxEncoder) -> None:
    eating, bread, baby = await encoder.encode(
        ["A man is eating food.", "A man is eating a piece of bread.", "The girl carries a baby."]
    )

    assert eating @ bread == pytest.approx(0.755, abs=0.01)  # published for this model
    assert eating @ baby < 0.1


async def test_vectors_are_unit_length_and_exactly_representable_in_half_precision(
    encoder: OnnxEncoder,
) -> None:
    vectors = await encoder.encode(["one", "", "日本語のテキスト", "x" * 5_000])

    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=2e-3)
    assert np.array_equal(vectors, vectors.astype(np.float16).astype(np.float32))


async def test_end_of_a_long_text_counts(encoder: OnnxEncoder) -> None:
    filler = "The weather was mild and the road was long. " * 80
    plain, ending, target = await encoder.encode(
        [filler, filler + "Impeller clearance of the pump. " * 120, "impeller clearance"]
    )

    assert ending @ target > plain @ target + 0.2  # a model that cut at its window sees no change


async def test_batch_and_single_agree(encoder: OnnxEncoder, tmp_path: Path) -> None:
    fresh = open_encoder("minilm", tmp_path, threads=1)
    texts = ["short", "a somewhat longer sentence about pumps", "pump " * 300]

    together = await encoder.encode(texts)
    alone = np.vstack([await fresh.encode([text]) for text in texts])

    assert np.allclose(together, alone, atol=2e-3)


def test_weights_lie_beside_a_small_graph(tmp_path: Path) -> None:
    open_encoder("minilm", tmp_path, threads=1)

    (graph,) = tmp_path.glob("*.onnx")
    assert graph.stat().st_size < 100_000
    assert {path.name for path in tmp_path.iterdir()} == {
        ".lock",
        graph.name,
        f"{graph.name}.weights",
    }


class Replayer:
    """Gives back one recorded value and never calls."""

    def __init__(self, observed: Observed) -> None:
        self.observed = observed

    async def observe(self, kind: EntryKind, name: str, request: object, call: object) -> Observed:
        return self.observed


async def test_replayed_vectors_come_from_the_record(encoder: OnnxEncoder) -> None:
    original = await encoder.encode(["pump"])
    observed = Observed({"count": 1}, original.astype("<f2").tobytes())

    with recording(Replayer(observed)):
        replayed = await encoder.encode(["something else entirely"])

    assert np.array_equal(replayed, original)


async def test_no_texts_give_no_vectors(encoder: OnnxEncoder) -> None:
    assert (await encoder.encode([])).shape == (0, encoder.dimensions)


def test_unknown_encoder_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="neither minilm"):
        open_encoder("nonsense", tmp_path, threads=1)


def test_folder_without_a_tokenizer_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"tokenizer\.json"):
        open_encoder(str(tmp_path), tmp_path, threads=1)
