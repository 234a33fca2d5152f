"""The models that rapidocr ships, run by onnxruntime in one thread. Nothing is downloaded.

Of rapidocr only the files of its models are used: its own code would fetch what it misses.
"""

from __future__ import annotations

from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import onnxruntime

_MODULES = (
    "cv2",
    "numpy",
    "onnxruntime",
    "rapidocr",
)
_FINDER = "PP-OCRv6_det_small.onnx"
_READER = "PP-OCRv6_rec_small.onnx"


class OcrMissingError(RuntimeError):
    """What OCR needs is not installed; the message says what to install."""


def require_ocr() -> None:
    """Raise OcrMissingError unless the extra `ocr` is installed with its models."""
    for module in _MODULES:
        if find_spec(module) is None:
            raise OcrMissingError(
                f"OCR needs {module}, which is not installed: pip install 'nianbao[ocr]'"
            )
    for name in (_FINDER, _READER):
        path = _find_model(name)
        if not path.is_file():
            raise OcrMissingError(
                f"OCR needs the model {name}, and rapidocr {metadata.version('rapidocr')} does"
                " not ship it: pip install 'nianbao[ocr]' installs the version that does"
            )


def name_engine() -> str:
    """Return what recognises, with the version that its models come with."""
    return f"rapidocr {metadata.version('rapidocr')} {Path(_READER).stem}"


@cache
def load_finder() -> onnxruntime.InferenceSession:
    """Return the model that finds lines of text."""
    return _load_session(_FINDER)


@cache
def load_reader() -> onnxruntime.InferenceSession:
    """Return the model that reads a line of text."""
    return _load_session(_READER)


@cache
def load_characters() -> tuple[str, ...]:
    """Return the characters that the reading model knows, by number; the first is none."""
    names: dict[str, str] = load_reader().get_modelmeta().custom_metadata_map
    return ("", *names["character"].splitlines(), " ")


def run_model(session: onnxruntime.InferenceSession, batch: Any) -> Any:
    """Return the first output of a model for a batch of images."""
    (entry,) = session.get_inputs()
    return session.run(None, {entry.name: batch})[0]


def _load_session(name: str) -> onnxruntime.InferenceSession:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(
        str(_find_model(name)), options, providers=["CPUExecutionProvider"]
    )


def _find_model(name: str) -> Path:
    spec = find_spec("rapidocr")
    if spec is None or spec.origin is None:
        raise OcrMissingError(
            "OCR needs rapidocr, which is not installed: pip install 'nianbao[ocr]'"
        )
    return Path(spec.origin).parent / "models" / name
