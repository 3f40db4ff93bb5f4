import gzip
import json
import tarfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from evals.loaders import evaluate

FILES = {"a/good.txt": b"Words here.", "a/empty.txt": b"", "a/image.png": b"\x89PNG\r\n\x1a\n"}


def scan() -> bytes:
    """A picture of two words."""
    picture = Image.new("L", (400, 80), 255)
    font = ImageFont.load_default(size=36)
    ImageDraw.Draw(picture).text((20, 15), "Hello world", font=font, fill=0)
    stream = BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()


def collection(folder: Path, files: Mapping[str, bytes]) -> Path:
    with gzip.open(folder / "loader_docs.manifest.public.jsonl.gz", "wt") as manifest:
        for path in files:
            manifest.write(json.dumps({"path": path, "ext": path.rpartition(".")[2]}) + "\n")
    with tarfile.open(folder / "loader_docs.public.tar.gz", "w:gz") as archive:
        for path, content in files.items():
            member = tarfile.TarInfo(path)
            member.size = len(content)
            archive.addfile(member, BytesIO(content))
    return folder


def test_every_file_is_counted_once(tmp_path: Path) -> None:
    report = evaluate(collection(tmp_path, FILES), "public")

    metrics = report["metrics"]
    assert isinstance(metrics, dict)
    assert {name: metric["value"] for name, metric in metrics.items()} == {
        "files": 3,
        "loaded": 1,
        "typed_errors": 2,
        "crashed": 0,
        "read_by_ocr": 0,
    }
    assert report["table"] == [
        {"kind": "png", "loaded": 0, "typed_error": 1, "crashed": 0},
        {"kind": "txt", "loaded": 1, "typed_error": 1, "crashed": 0},
    ]


def test_what_ocr_read_is_counted(tmp_path: Path) -> None:
    """Also that OCR has room in the process that parses, with its limits on memory and threads."""
    report = evaluate(collection(tmp_path, {"a/scan.png": scan()}), "public")

    metrics = report["metrics"]
    assert isinstance(metrics, dict)
    assert (metrics["loaded"]["value"], metrics["read_by_ocr"]["value"]) == (1, 1)  # type: ignore[index, call-overload]
