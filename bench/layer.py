"""Measures the layer as Lambda gets it."""

import io
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bench.figures import Effort, Figure

BUILD: Final = Path(__file__).resolve().parents[1] / "layers" / "common" / "build.py"
SIZE_BUDGET: Final = 8_000_000


def packed_size(layer: Path) -> int:
    """The bytes of the layer in a zip file, as SAM packs it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(layer.rglob("*")):
            archive.write(path, path.relative_to(layer.parent))
    return packed.tell()


def size(effort: Effort) -> Iterator[Figure]:
    with TemporaryDirectory() as folder:
        layer = Path(folder) / "python"
        subprocess.run([sys.executable, BUILD, layer], check=True)
        size = packed_size(layer)
    yield Figure(
        "the layer's zip", f"{size / 1e6:.2f} MB", "<= 8", size <= SIZE_BUDGET, counted=True
    )
