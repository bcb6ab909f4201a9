"""Draws the pictures of the home page and the articles: `python docs/artwork/make_pictures.py` (gcc; minutes)."""

import io
import subprocess
import tempfile
from pathlib import Path

from PIL import Image

HERE = Path(__file__).resolve().parent
IMAGES = HERE.parent.parent / "static" / "img"
HOME = ("collapse", "choking", "bleeding")
ARTICLES = (
    "cpr-hands",
    "aed-pads",
    "back-blows",
    "infant-back-blows",
    "abdominal-thrusts",
    "direct-pressure",
    "tourniquet",
)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        clay = Path(folder) / "clay"
        subprocess.run(["gcc", "-O3", "-march=native", "-ffast-math", "-o", clay, HERE / "clay.c", "-lm"], check=True)
        for scene in HOME:
            _draw(clay, scene, (800, 1000), IMAGES / "home")
        for scene in ARTICLES:
            _draw(clay, scene, (1280, 720), IMAGES / "articles")


def _draw(clay: Path, scene: str, size: tuple[int, int], folder: Path) -> None:
    ppm = subprocess.run([clay, scene, str(size[0]), str(size[1])], check=True, capture_output=True).stdout
    folder.mkdir(parents=True, exist_ok=True)
    Image.open(io.BytesIO(ppm)).save(folder / f"{scene}.webp", quality=86, method=6)


if __name__ == "__main__":
    main()
