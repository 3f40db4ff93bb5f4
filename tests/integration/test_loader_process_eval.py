import gzip
import json
import tarfile
from io import BytesIO
from pathlib import Path

from evals.loaders import evaluate

FILES = {"a/good.txt": b"Words here.", "a/empty.txt": b"", "a/image.png": b"\x89PNG\r\n\x1a\n"}


def collection(folder: Path) -> Path:
    with gzip.open(folder / "loader_docs.manifest.public.jsonl.gz", "wt") as manifest:
        for path in FILES:
            manifest.write(json.dumps({"path": path, "ext": path.rpartition(".")[2]}) + "\n")
    with tarfile.open(folder / "loader_docs.public.tar.gz", "w:gz") as archive:
        for path, content in FILES.items():
            member = tarfile.TarInfo(path)
            member.size = len(content)
            archive.addfile(member, BytesIO(content))
    return folder


def test_every_file_is_counted_once(tmp_path: Path) -> None:
    report = evaluate(collection(tmp_path), "public")

    metrics = report["metrics"]
    assert isinstance(metrics, dict)
    assert {name: metric["value"] for name, metric in metrics.items()} == {
        "files": 3,
        "loaded": 1,
        "typed_errors": 2,
        "crashed": 0,
    }
    assert report["table"] == [
        {"kind": "png", "loaded": 0, "typed_error": 1, "crashed": 0},
        {"kind": "txt", "loaded": 1, "typed_error": 1, "crashed": 0},
    ]
