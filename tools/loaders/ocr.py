"""Words of a picture with their places and how sure they are: RapidOCR, the optional extra ``ocr``.

Knows the OCR library and pictures; what the lines mean is decided in ``scans``. Its models come in
its wheel and are named by path, so nothing is ever fetched. The library's classifier of upside-down
lines stays off, for it turns good ones round; a page that stands wrong is turned as a whole.
"""

from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from PIL.Image import Image

HOW_TO_ENABLE: Final = "OCR is not installed (the extra ocr; `make ocr` adds it)"
TURNED_OFF: Final = "OCR is turned off (QUAESTOR_MAX_OCR_PAGES is 0)"

LONGEST_SIDE: Final = 1_800
"""Pixels to which a page is drawn or reduced: 150 to the inch for A4."""

_THREADS = 2
"""More would each reserve address space, of which the parser process has only so much."""
_NARROWEST = 20
"""Times a picture may be longer than it is wide."""
_GOOD = 0.85
"""A page read as surely as this stands the right way up."""


class Found(NamedTuple):
    """One line of text as it stands in the picture; pixels from the upper left corner."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    confidence: float


class Reading(NamedTuple):
    """What was found in a picture, and the size of the picture the way it was read."""

    found: tuple[Found, ...]
    width: int
    height: int

    @property
    def confidence(self) -> float:
        """How sure the letters are on average, 0 to 1; 0 when there are none."""
        letters = sum(len(line.text) for line in self.found)
        weighted = sum(line.confidence * len(line.text) for line in self.found)
        return weighted / letters if letters else 0.0


def is_installed() -> bool:
    """Whether the extra is there."""
    return find_spec("rapidocr") is not None and find_spec("PIL") is not None


def read_picture(picture: "Image") -> Reading:
    """The lines of an RGB picture, turned as a whole if it stands on its side or head."""
    picture = _widened(picture)
    readings = [_read(picture)]
    for angle in _other_angles(readings[0]):
        readings.append(_read(picture.rotate(angle, expand=True)))
    return max(readings, key=lambda reading: reading.confidence * _lying(reading))


def widened(width: int, height: int) -> tuple[int, int]:
    """The size at which a picture is read: the library cannot reduce what is too narrow."""
    least = -(-max(width, height) // _NARROWEST)
    return max(width, least), max(height, least)


def _widened(picture: "Image") -> "Image":
    """A strip with white below or beside it."""
    from PIL import Image

    size = widened(*picture.size)
    if size == picture.size:
        return picture
    paper = Image.new("RGB", size, "white")
    paper.paste(picture)
    return paper


def _other_angles(reading: Reading) -> tuple[int, ...]:
    if not reading.found:
        return ()
    if _lying(reading) < 0.5:
        return (90, 270)
    return () if reading.confidence >= _GOOD else (180,)


def _lying(reading: Reading) -> float:
    """Share of the letters in boxes wider than high; short words may be either."""
    long = [line for line in reading.found if len(line.text) > 2]
    letters = sum(len(line.text) for line in long)
    wide = (len(line.text) for line in long if line.right - line.left > line.bottom - line.top)
    return sum(wide) / letters if letters else 1.0


def _read(picture: "Image") -> Reading:
    result = _engine()(picture)
    found = tuple(_found(result)) if len(result) else ()
    return Reading(found, picture.width, picture.height)


def _found(result: Any) -> Iterator[Found]:
    for corners, text, score in zip(result.boxes, result.txts, result.scores, strict=True):
        across, down = corners[:, 0], corners[:, 1]
        yield Found(
            text, float(across.min()), _edge(down[:2]), float(across.max()), _edge(down[2:]),
            float(score),
        )  # fmt: skip


def _edge(values: Any) -> float:
    """The upper or lower side of a box that may be slightly turned."""
    return float(median(values))


@cache
def _engine() -> Any:
    """The library with its two models; one for the life of the process."""
    import cv2
    import rapidocr

    cv2.setNumThreads(_THREADS)
    models = Path(rapidocr.__file__).parent / "models"
    return rapidocr.RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,
            "Global.text_score": 0.0,
            "Global.max_side_len": LONGEST_SIDE,
            # Never enlarged: that read no more of small pictures, and took much for narrow ones.
            "Det.limit_type": "max",
            "Det.limit_side_len": LONGEST_SIDE,
            "Det.model_path": str(models / "PP-OCRv6_det_small.onnx"),
            "Rec.model_path": str(models / "PP-OCRv6_rec_small.onnx"),
            "EngineConfig.onnxruntime.intra_op_num_threads": _THREADS,
        }
    )
