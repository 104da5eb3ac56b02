"""Render the solutions edition to plain pages in site/ (`make site`).

The pages work from a disk, without a network, and to be read without a script. Formulae become
MathML here, and the style sheet carries the few letters of a mathematical font that they need. The
contents page is the beginning of the README, down to its map of the lessons. Explorers move, by the
pictures that reading/sheets.py makes; the first build draws them for some minutes, later ones take
what is in .sheets/ and did not change.
"""

import argparse
import contextlib
import os
import re
import shutil
import struct
import subprocess
from base64 import b64decode, b64encode
from hashlib import sha256
from html import escape, unescape
from importlib.metadata import distribution
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

from fontTools import subset
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from math_core import LatexToMathML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from tools.binder_links import repository as repository_of
from tools.build_notebooks import (
    BEGIN,
    END,
    LessonError,
    exit_with_words,
    new_folder,
    parse,
    stub,
)
from tools.lessons import paths
from tools.reading import search, sheets

ROOT = Path(__file__).resolve().parent.parent
PARTS = Path(__file__).resolve().parent / "reading"
FONT = distribution("ziamath").locate_file("ziamath/fonts/STIXTwoMath-Regular.ttf")
# Letters that stand alone in a formula are shown as these, the italics of Latin and Greek.
ITALICS = [0x210E, *range(0x1D434, 0x1D468), *range(0x1D6FC, 0x1D71C)]
ROOT_SIGN = 0x221A  # drawn for <msqrt>, in which it is no letter
WIDE = '<div class="wide" tabindex="0">'
LONG = 35  # letters of a formula in a line of text that a telephone has room for
TEMPLATES = Environment(
    loader=FileSystemLoader(PARTS), trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
)
mathml = LatexToMathML().convert_with_local_state  # an error shows the formula and the place


# Text --------------------------------------------------------------------------------------------


class Renderer(IPythonRenderer):
    """Markdown to HTML. Collects the headings, as (level, id, text), and the images' paths."""

    def __init__(self):
        super().__init__(escape=False)
        self.headings, self.images = [], []

    def heading(self, text, level, **attrs):
        plain = letters(text)
        name = plain.replace(" ", "-")  # as in JupyterLab
        if name in [taken for _, taken, _ in self.headings]:
            name += f"-{len(self.headings)}"
        self.headings.append((level, name, plain))
        return f'<h{level} id="{escape(name)}">{text}</h{level}>\n'

    def link(self, text, url, title=None):
        """A lesson's notebook is its page here."""
        page = re.sub(r"^(?:notebooks/|solutions/)?(\w+)\.ipynb(?=$|#)", r"\1.html", url)
        return super().link(text, page, title)

    def image(self, text, url, title=None):
        """What would be loaded from elsewhere, such as a badge, is said in words."""
        if "://" in url:
            return escape(text)
        self.images.append(url)
        return super().image(text, url, title)

    def table(self, text):
        text = text.replace("<th></th>", "<td></td>")  # a corner is no heading
        return wide(f"<table>{text}</table>")

    def block_code(self, code, info=None):
        return python(code) if info == "python" else preformatted(escape(code))

    def inline_math(self, body):
        formula = mathml(body, displaystyle=False)
        return formula if len(letters(formula)) < LONG else wide(formula, "span")

    def block_math(self, body):
        return wide(mathml(body, displaystyle=True), "span")

    def latex_environment(self, name, body):
        return self.block_math(rf"\begin{{{name}}}{body}\end{{{name}}}")


def letters(html):
    return unescape(re.sub(r"<[^>]+>", "", html))


def keep_together(html):
    """No line begins with the full stop after a formula, or ends with the bracket before it."""
    formula, close = r"<math>(?:(?!</math>).)*</math>", r"[.,;:?!)]"
    glued = rf"\({formula}{close}*|{formula}{close}+"
    return re.sub(glued, r'<span class="whole">\g<0></span>', html)


def python(source):
    return preformatted(highlight(source, PythonLexer(), HtmlFormatter(nowrap=True)))


def preformatted(html):
    return f'<pre tabindex="0"><code>{html.rstrip()}</code></pre>\n'


def printed(text):
    return f'<pre class="output"><samp>{escape(text.rstrip())}</samp></pre>\n'


def wide(html, tag="div"):
    """What a narrow window shows in part: it can be moved sideways, by keyboard too."""
    return f"<{tag}{WIDE[4:]}{html}</{tag}>"


def fold(summary, html):
    return f"<details><summary>{summary}</summary>\n{html}</details>\n"


# Cells -------------------------------------------------------------------------------------------


def render(nb):
    """The HTML of each cell of a notebook, and the headings in them."""
    renderer = Renderer()
    markdown = MarkdownWithMath(renderer)
    cells = []
    for cell in nb.cells:
        text = cell.cell_type == "markdown"
        cells.append(keep_together(markdown.render(cell.source)) if text else code_cell(cell))
    return cells, renderer.headings


def code_cell(cell):
    """What is given, then what is to be written and what was to be predicted, folded."""
    html = python(stub(cell, cell.id))
    if BEGIN in cell.source:
        lines = cell.source.split("\n")
        solved = "\n".join(line for line in lines if line.strip() not in (BEGIN, END))
        html += fold("A solution", python(solved))
    shown = "".join(show(output) for output in cell.outputs)
    if shown and "predict" in cell.metadata.get("tags", []):
        shown = fold("What do you expect? Then open the result.", shown)
    return html + shown


def show(output):
    """A stored output: something printed, a figure, or a value."""
    if output.output_type == "stream":
        return printed(output.text)
    if "text/html" in output.data:
        table, end, below = output.data["text/html"].partition("</table>")  # a note stays in sight
        return wide(table + end) + below
    return printed(output.data["text/plain"])


# Pages -------------------------------------------------------------------------------------------


def mathematical_font(pages):
    """The letters of all formulae, out of STIX Two Math, as the address of a font."""
    formulae = re.findall(r"<math.*?</math>", "".join(pages), re.DOTALL)
    # With its names goes its licence; hints are for coarse screens.
    options = subset.Options(flavor="woff", name_IDs=["*"], hinting=False)
    font = subset.load_font(FONT, options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=letters("".join(formulae)), unicodes=[*ITALICS, ROOT_SIGN])
    subsetter.subset(font)
    file = BytesIO()
    subset.save_font(font, file, options)
    return "data:font/woff;base64," + b64encode(file.getvalue()).decode()


def permalinks(html):
    """A link to itself beside each section's heading."""
    return re.sub(
        r'<h([23]) id="([^"]+)">(.*?)</h\1>',
        lambda h: (
            f'<div class="heading">{h[0]}<a class="permalink" href="#{h[2]}" '
            f'aria-label="Link to {escape(letters(h[3]))}">#</a></div>'
        ),
        html,
    )


def figures_beside(html, site):
    """The HTML with its figures in files, loaded as they come into sight and moved sideways
    without their captions."""

    def to_file(match):
        png = b64decode(match["png"])
        path = site / "figures" / f"{sha256(png).hexdigest()[:12]}.png"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(png)
        width, height = struct.unpack(">II", png[16:24])
        # Their shape is known before they are loaded: the text below stays where it is.
        shape = f'style="aspect-ratio:{width}/{height}" loading="lazy"'
        return wide(f'{match["before"]}{shape} src="figures/{path.name}">')

    html = re.sub(rf"{re.escape(WIDE)}(?=<figure|<div class=.course-explorer-still)", "<div>", html)
    image = r'(?P<before><img [^>]*)style="[^"]*" src="data:image/png;base64,(?P<png>[^"]+)">'
    return re.sub(image, to_file, html)


def alive(html, cell, pictures):
    """The HTML of a cell whose explorer moves: what a script needs, around the still."""
    spec = (pictures / "spec.json").read_text("utf-8").replace("<", "\\u003c")
    still = wide(cell.outputs[-1].data["text/html"])
    return html.replace(
        still,
        f'<div class="explorer" data-folder="explorers/{cell.id}"><div class="still">{still}</div>'
        f'<script type="application/json">{spec}</script></div>\n',
    )


def known_repository(root):
    """owner/name on GitHub: of the machine that builds, or of `origin`; None elsewhere."""
    command = ["git", "remote", "get-url", "origin"]
    origin = subprocess.run(command, cwd=root, capture_output=True, text=True).stdout.strip()
    with contextlib.suppress(ValueError):
        return os.environ.get("GITHUB_REPOSITORY") or repository_of(origin)


def run_links(repository, notebook):
    """Where a lesson can be run: {the place's name: address}."""
    path = f"notebooks/{notebook}"
    return {
        "Binder": f"https://mybinder.org/v2/gh/{repository}/HEAD?labpath={quote(path, safe='')}",
        "Colab": f"https://colab.research.google.com/github/{repository}/blob/HEAD/{path}",
    }


def build(root, site, lively=True, few=False, cache=None):
    """Write all pages to the folder `site`, in the place of what was there.

    `lively` may name those explorers alone that are to move, by their lesson or by their cell; with
    `few` they move to the ends of each control alone. Pictures are kept in `cache`.
    """
    cache = cache or root / ".sheets"
    lessons = {path.stem: parse(path.read_text("utf-8")) for path in paths(root)}
    pictures = sheets.make(root, lessons, cache, lively, few)
    with new_folder(site) as new:
        write(root, new, lessons, pictures)
    if lively is True and not few:
        sheets.forget_others(cache, pictures)


def write(root, site, lessons, pictures):
    """Write all pages to the empty folder `site`."""
    readme = (root / "README.md").read_text("utf-8")
    renderer = Renderer()
    # Everything before the README's second section: what the course is, and the map.
    contents = MarkdownWithMath(renderer).render("\n## ".join(readme.split("\n## ")[:2]))
    front = {"file": "index.html", "headings": renderer.headings, "alive": False}
    chapters = [front | {"body": contents}]
    repository = known_repository(root)
    for name, nb in lessons.items():
        cells, headings = render(nb)
        moving = [cell for cell in nb.cells if cell.id in pictures]
        for k, cell in enumerate(nb.cells):
            if cell in moving:
                cells[k] = alive(cells[k], cell, pictures[cell.id])
                shutil.copytree(pictures[cell.id], site / "explorers" / cell.id)
        body = figures_beside(permalinks("".join(cells)), site)
        notebook = f"{name}.ipynb"
        shutil.copy(root / "notebooks" / notebook, site)
        run = run_links(repository, notebook) if repository else {}
        chapter = {"file": f"{name}.html", "headings": headings, "body": body}
        chapters.append(chapter | {"alive": bool(moving), "notebook": notebook, "run": run})

    template = TEMPLATES.get_template("page.html")
    for place, chapter in enumerate(chapters):
        page = template.render(chapter, place=place, chapters=chapters, repository=repository)
        save(site / chapter["file"], page)
    for image in renderer.images:
        (site / image).parent.mkdir(exist_ok=True)
        shutil.copy(root / image, site / image)
    font = mathematical_font(chapter["body"] for chapter in chapters)
    explore = root / "utils/explore"
    style = TEMPLATES.get_template("style.css").render(font=font)
    save(site / "style.css", style + (explore / "explore.css").read_text("utf-8"))
    save(site / "page.js", enclosed((PARTS / "page.js").read_text("utf-8")))
    save(site / "explore.js", enclosed(plain_script((explore / "explore.js").read_text("utf-8"))))
    save(site / "search.js", search.index(chapters))


def save(path, text):
    path.write_text(text, "utf-8", newline="\n")


def plain_script(module):
    """explore.js and what answers it here, as a script: a page on a disk can't load a module."""
    whole, export, rest = module.rpartition("export default { render };")
    if not export or rest.strip() or "import " in whole or "export " in whole:
        raise LessonError("explore.js must export { render }, in its last line, and import nothing")
    return whole + (PARTS / "alive.js").read_text("utf-8")


def enclosed(script):
    """Its names are its own."""
    return f"(() => {{\n{script}}})();\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Render the solutions edition to pages in site/.")
    told = "explorers move to the ends of each control alone: for a quick look"
    parser.add_argument("--few", action="store_true", help=told)
    with exit_with_words():
        build(ROOT, ROOT / "site", few=parser.parse_args().few)
    print(f"Open {(ROOT / 'site' / 'index.html').as_uri()}")
