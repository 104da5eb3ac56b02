"""Render the solutions edition to plain pages in site/ (`make site`).

The pages work from a disk, without a network and without a script. Formulae become MathML here,
and the style sheet carries the few letters of a mathematical font that they need. The contents page
is the beginning of the README, down to its map of the lessons.
"""

import os
import re
import shutil
from base64 import b64encode
from html import escape, unescape
from importlib.metadata import distribution
from io import BytesIO
from pathlib import Path

from fontTools import subset
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from math_core import LatexToMathML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from tools.build_notebooks import (
    BEGIN,
    END,
    exit_with_words,
    new_folder,
    parse,
    stub,
)
from tools.lessons import paths

ROOT = Path(__file__).resolve().parent.parent
PARTS = Path(__file__).resolve().parent / "site"
FONT = distribution("ziamath").locate_file("ziamath/fonts/STIXTwoMath-Regular.ttf")
# Letters that stand alone in a formula are shown as these, the italics of Latin and Greek.
ITALICS = [0x210E, *range(0x1D434, 0x1D468), *range(0x1D6FC, 0x1D71C)]
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
    return f'<{tag} class="wide" tabindex="0">{html}</{tag}>'


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
        return wide(output.data["text/html"])
    return printed(output.data["text/plain"])


# Pages -------------------------------------------------------------------------------------------


def mathematical_font(pages):
    """The letters of all formulae, out of STIX Two Math, as the address of a font."""
    formulae = re.findall(r"<math.*?</math>", "".join(pages), re.DOTALL)
    options = subset.Options(flavor="woff", name_IDs=["*"])  # with its names goes its licence
    font = subset.load_font(FONT, options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=letters("".join(formulae)), unicodes=ITALICS)
    subsetter.subset(font)
    file = BytesIO()
    subset.save_font(font, file, options)
    return "data:font/woff;base64," + b64encode(file.getvalue()).decode()


def build(root, site):
    """Write all pages to the folder `site`, in the place of what was there."""
    with new_folder(site) as new:
        write(root, new)


def write(root, site):
    """Write all pages to the empty folder `site`."""
    readme = (root / "README.md").read_text("utf-8")
    renderer = Renderer()
    # Everything before the README's second section: what the course is, and the map.
    contents = MarkdownWithMath(renderer).render("\n## ".join(readme.split("\n## ")[:2]))
    chapters = [{"file": "index.html", "headings": renderer.headings, "body": contents}]
    for source in paths(root):
        cells, headings = render(parse(source.read_text("utf-8")))
        name = f"{source.stem}.html"
        chapters.append({"file": name, "headings": headings, "body": "".join(cells)})

    repository = os.environ.get("GITHUB_REPOSITORY")  # on GitHub's machines
    template = TEMPLATES.get_template("page.html")
    for place, chapter in enumerate(chapters):
        page = template.render(chapter, place=place, chapters=chapters, repository=repository)
        (site / chapter["file"]).write_text(page, "utf-8", newline="\n")
    for image in renderer.images:
        (site / image).parent.mkdir(exist_ok=True)
        shutil.copy(root / image, site / image)
    font = mathematical_font(chapter["body"] for chapter in chapters)
    style = TEMPLATES.get_template("style.css").render(font=font)
    (site / "style.css").write_text(style, "utf-8", newline="\n")


if __name__ == "__main__":
    with exit_with_words():
        build(ROOT, ROOT / "site")
    print(f"Open {(ROOT / 'site' / 'index.html').as_uri()}")
