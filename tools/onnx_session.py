"""One way to open a model with ONNX Runtime: on a CPU, in memory that all models here share.

What a model works in is kept for the next call. Models take turns often enough that one such
store serves them all: with one each, a process with two models holds 20 MB more.
"""

import functools
from collections.abc import Mapping
from pathlib import Path

import onnxruntime


def open_session(
    model: Path, threads: int, entries: Mapping[str, str] | None = None
) -> onnxruntime.InferenceSession:
    """A session of one model, with configuration entries of its own."""
    _share_memory()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.enable_mem_pattern = False  # batches differ in shape: a plan for each costs 30 MB
    for name, value in {"session.use_env_allocators": "1", **(entries or {})}.items():
        options.add_session_config_entry(name, value)
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


@functools.cache
def _share_memory() -> None:
    """Give the process one store; the numbers are the runtime's own defaults."""
    onnxruntime.create_and_register_allocator(
        onnxruntime.OrtMemoryInfo(
            "Cpu",
            onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR,
            0,
            onnxruntime.OrtMemType.DEFAULT,
        ),
        onnxruntime.OrtArenaCfg(0, -1, -1, -1),
    )
