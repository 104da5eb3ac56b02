"""Take the README's picture: lesson 2's landscape explorer, at work in JupyterLab (`make picture`).

    python -m tools.readme_picture

It is the explorer alone, in the light theme, at the setting in which clipping saves the descent.
"""

import io
import tempfile
from pathlib import Path

from PIL import Image

from tools.browser import ROOT, Notebook, chromium, copy_course, jupyterlab

PICTURE = ROOT / "docs" / "explorer.png"
CLIP_AT_1 = 3  # position in the list off, 10, 3, 1, 0.3
COLOURS = 96
SHARP = """async (image) => {
    const sharp = () => image.naturalWidth > 1.5 * image.clientWidth;
    while (!sharp()) await new Promise((wake) => setTimeout(wake, 50));
}"""


def take(folder):
    """The explorer as a PNG, on a copy of the course in `folder`."""
    copy_course(folder)
    with jupyterlab(folder) as url, chromium() as window:
        sharp = window.browser.new_context(
            viewport={"width": 1280, "height": 900}, device_scale_factor=1.5
        )
        lesson = Notebook(sharp, url, "notebooks/02_numpy_rnn.ipynb")
        lesson.run()
        landscape = lesson.explorers()[0]
        landscape.controls[1].go(CLIP_AT_1)
        print(landscape.settled()["caption"])
        landscape.root.locator("img").evaluate(SHARP)  # it comes once the reader's hand rests
        lesson.page.evaluate("document.activeElement.blur()")  # no frame around a control
        return landscape.root.screenshot()


def main():
    with tempfile.TemporaryDirectory() as folder:
        picture = Image.open(io.BytesIO(take(Path(folder)))).convert("RGB")
    method = Image.Quantize.FASTOCTREE
    picture = picture.quantize(COLOURS, method=method, dither=Image.Dither.NONE)
    picture.save(PICTURE, optimize=True)
    print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
