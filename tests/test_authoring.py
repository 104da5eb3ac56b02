"""What holds for every notebook of the course, in both editions.

Each rule is a function `rule(nb, path)` that returns what it objects to, a sentence each. A rule
that cannot fail is a defect: `PLANTED` violates every one of them.
"""

import ast
import copy
import io
import itertools
import json
import re
import tokenize
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from nbformat import v4

from tools import build_notebooks as build

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = [
    path
    for folder in ("solutions", "notebooks")
    for path in sorted((ROOT / folder).glob("*.ipynb"))
    if ".yours" not in path.name  # a copy that `make notebooks --force` saved
]
CELL_BYTES, FILE_BYTES = 80_000, 400_000
ALT_WORDS = 5
EXERCISES, HINTS = 4, 3
SEEN = "<details><summary>What there was to see</summary>"

RULES = {}


def rule(function):
    RULES[function.__name__] = function
    return function


# Reading a notebook ------------------------------------------------------------------------------


def code_cells(nb):
    return [cell for cell in nb.cells if cell.cell_type == "code"]


def tags(cell):
    return cell.metadata.get("tags", [])


def outputs(nb):
    """(cell, output) for every stored output."""
    return [(cell, output) for cell in code_cells(nb) for output in cell.outputs]


def in_data(nb, kind):
    """(cell, text) for every output of one media type."""
    found = [(cell, output.get("data", {}).get(kind)) for cell, output in outputs(nb)]
    return [(cell, text) for cell, text in found if text is not None]


def printed(nb):
    """(cell, text) for what is printed, and for the text form of every output."""
    streams = [(cell, out.text) for cell, out in outputs(nb) if out.output_type == "stream"]
    return streams + in_data(nb, "text/plain")


def prose(nb):
    """(cell, text) for every markdown cell, without its code and its mathematics."""
    mathematics = r"`[^`\n]+`|\$\$.*?\$\$|\$[^$\n]+\$"
    return [
        (cell, re.sub(mathematics, "", without_code(cell.source), flags=re.DOTALL))
        for cell in nb.cells
        if cell.cell_type == "markdown"
    ]


def without_code(text):
    """Markdown without its fenced blocks."""
    fenced = r"^ {0,3}(```+|~~~+).*?(^ {0,3}\1|\Z)"
    return re.sub(fenced, "", text, flags=re.DOTALL | re.MULTILINE)


class Html(HTMLParser):
    """The elements of a page, (tag, attributes), its text, and its scripts and styles."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.text, self.code, self.silent = [], "", "", False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self.silent = tag in ("script", "style")

    def handle_endtag(self, tag):
        self.silent = False

    def handle_data(self, data):
        if self.silent:
            self.code += data
        else:
            self.text += data


def pages(nb):
    """(cell, Html) for the prose and for every output that is HTML or SVG."""
    texts = [*prose(nb), *in_data(nb, "text/html"), *in_data(nb, "image/svg+xml")]
    return [(cell, Html(text)) for cell, text in texts]


def pictures(text):
    """(alternative text, address) of every markdown picture, of both notations."""
    inline = re.findall(r"!\[([^\]]*)\]\(\s*<?([^\s)>]*)", text)
    names = dict(re.findall(r"^ {0,3}\[([^\]]+)\]:\s*<?([^\s>]+)", text, re.MULTILINE))
    by_name = re.findall(r"!\[([^\]]*)\]\[([^\]]*)\]", text)
    return inline + [(alt, names.get(name or alt, "")) for alt, name in by_name]


def remote(address):
    return re.match(r"\s*(\w+:)?//", address) is not None


def headings(cell):
    """The levels of a markdown cell's headings, in order."""
    pattern = r"^ {0,3}(#{1,6})(?:[ \t]|$)|<h([1-6])\b|\S.*\n {0,3}(=)+ *$"
    found = re.findall(pattern, without_code(cell.source), re.MULTILINE)
    return [len(marks) or int(number or 1) for marks, number, _ in found]


def plain(cell):
    """The cell's Python: lines that speak to IPython are emptied."""
    return re.sub(r"^[ \t]*[%!?].*", "", cell.source, flags=re.MULTILINE)


def tree(cell):
    return ast.parse(plain(cell))


def called(cell):
    """The names of what the cell calls, such as `a.b` for `a.b(c)`."""
    return [ast.unparse(n.func) for n in ast.walk(tree(cell)) if isinstance(n, ast.Call)]


def regions(nb):
    """(cell, text) for each solution region."""
    between = re.compile(rf"{build.BEGIN}\n(.*?)\n[ \t]*{build.END}", re.DOTALL)
    return [(cell, text) for cell in code_cells(nb) for text in between.findall(cell.source)]


def exercises(nb):
    """(position of its cell, name) for each function that the learner is to complete."""
    found = []
    for position, cell in enumerate(nb.cells):
        if cell.cell_type == "code" and build.BEGIN in cell.source:
            begins = [n for n, text in enumerate(cell.source.split("\n"), 1) if build.BEGIN in text]
            found += [
                (position, node.name)
                for node in tree(cell).body
                if isinstance(node, ast.FunctionDef | ast.ClassDef)
                and any(node.lineno < n <= node.end_lineno for n in begins)
            ]
    return found


def is_lesson(path):
    """Whether exercises and explorers are due: everywhere but at the front door."""
    return not path.name.startswith("00")


def is_learner(path):
    return path.parent.name == "notebooks"


def complete(path):
    """The complete edition of the notebook at `path`."""
    return build.parse((path.parent.parent / "solutions" / path.name).read_text("utf-8"))


# Rules: pictures and pages -----------------------------------------------------------------------


@rule
def nothing_is_loaded_from_the_network(nb, path):
    loading = ("src", "srcset", "href", "xlink:href", "data", "poster", "action")
    found = [
        f"cell {cell.id}: a picture from {address}"
        for cell, text in prose(nb)
        for _, address in pictures(text)
        if remote(address)
    ]
    for cell, page in pages(nb):
        styles = "\n".join(attributes.get("style", "") for _, attributes in page.tags)
        if re.search(r"(\b\w+:|['\"(])//\w", page.code + styles):
            found.append(f"cell {cell.id}: a script or a style names an address")
        found += [
            f"cell {cell.id}: <{tag}> loads {attributes[name][:60]}"
            for tag, attributes in page.tags
            for name in loading
            if tag != "a" and remote(attributes.get(name, ""))
        ]
    return found


@rule
def pictures_have_alternative_texts(nb, path):
    alts = [(cell, alt) for cell, text in prose(nb) for alt, _ in pictures(text)]
    for cell, page in pages(nb):
        alts += [(cell, a.get("alt", "")) for tag, a in page.tags if tag == "img"]
        alts += [(cell, a.get("aria-label", "")) for tag, a in page.tags if tag == "svg"]
    return [
        f"cell {cell.id}: alternative text of fewer than {ALT_WORDS} words: {alt!r}"
        for cell, alt in alts
        if len(alt.split()) < ALT_WORDS
    ]


@rule
def figures_come_as_html_and_sentence(nb, path):
    found = []
    for cell, output in outputs(nb):
        data = output.get("data", {})
        if any(kind.startswith("image/") for kind in data):
            found.append(f"cell {cell.id}: a picture without a text; use utils.plotting.show")
        elements = Html(data.get("text/html", "")).tags
        alts = " ".join(a.get("alt", "") for tag, a in elements if tag == "img")
        if alts and alts.split() != data.get("text/plain", "").split():
            found.append(f"cell {cell.id}: text/plain is not what the alternative text says")
    return found


@rule
def no_widget_state(nb, path):
    views = [
        f"cell {cell.id}: {kind} in an output"
        for cell, output in outputs(nb)
        for kind in output.get("data", {})
        if "jupyter.widget" in kind
    ]
    return views + ["widget state in the metadata"] * ("widgets" in nb.metadata)


# Rules: text -------------------------------------------------------------------------------------


@rule
def headings_form_one_outline(nb, path):
    levels = [level for cell, _ in prose(nb) for level in headings(cell)]
    first = nb.cells[0] if nb.cells else None
    found = []
    if levels.count(1) != 1:
        found.append(f"{levels.count(1)} headings of level 1, not one")
    if not first or first.cell_type != "markdown" or headings(first)[:1] != [1]:
        found.append("the first cell doesn't open with the title")
    jumps = [(a, b) for a, b in itertools.pairwise(levels) if b > a + 1]
    return found + [f"a heading of level {b} follows one of level {a}" for a, b in jumps]


@rule
def links_lead_to_files(nb, path):
    found = []
    for cell, text in prose(nb):
        addresses = re.findall(r"\]\(\s*<?([^\s)>]+)", text)
        addresses += re.findall(r"^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)", text, re.MULTILINE)
        addresses += [a[k] for _, a in Html(text).tags for k in ("href", "src") if k in a]
        for address in addresses:
            target = unquote(re.split(r"[#?]", address)[0])
            here = target and not re.match(r"\w+:|//", address)
            if here and (target.startswith("/") or not (path.parent / target).exists()):
                found.append(f"cell {cell.id}: no file at {address}")
    return found


@rule
def links_say_where_they_lead(nb, path):
    """A list of a page's links, read aloud, is of use only then."""
    says_nothing = {"", "here", "click here", "this", "this link", "link", "more", "read more"}
    links = r"(?<!!)\[([^\]]*)\](?=[(\[])|<a\b[^>]*>(.*?)</a>"
    return [
        f"cell {cell.id}: a link called {text!r}"
        for cell, source in prose(nb)
        for text in map("".join, re.findall(links, source))
        if text.strip(" .*_").lower() in says_nothing or remote(text)
    ]


@rule
def nothing_is_left_to_do(nb, path):
    texts = [(cell, cell.source) for cell in nb.cells] + printed(nb)
    return [
        f"cell {cell.id}: {mark}"
        for cell, text in texts
        for mark in re.findall(r"\b(?:TODO|FIXME|XXX)\b", text)
    ]


# Rules: code -------------------------------------------------------------------------------------


@rule
def no_cell_ends_in_a_semicolon(nb, path):
    blanks = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.DEDENT, tokenize.ENDMARKER)
    found = []
    for cell in code_cells(nb):
        tokens = tokenize.generate_tokens(io.StringIO(plain(cell)).readline)
        if [token.string for token in tokens if token.type not in blanks][-1:] == [";"]:
            found.append(f"cell {cell.id}: ends in `;`, which hides nothing from nbval")
    return found


@rule
def no_shell_lines(nb, path):
    magics = "pip|conda|mamba|uv|bash|sh|script|system|sx|cd|run|load_ext"
    shell = re.compile(rf"^\s*(![^=]|%{{1,2}}({magics})\b)|^\s*[\w, ]+=\s*!\w", re.MULTILINE)
    return [f"cell {cell.id}: a shell line" for cell in code_cells(nb) if shell.search(cell.source)]


@rule
def code_names_no_network_address(nb, path):
    address = re.compile(r"\b(?:https?|ftp|wss?)://|\bwww\.", re.IGNORECASE)
    return [f"cell {c.id}: a network address" for c in code_cells(nb) if address.search(c.source)]


@rule
def the_first_code_cell_finds_utils(nb, path):
    line = 'sys.path.insert(0, "..")'
    cells = code_cells(nb)
    return [] if cells and line in cells[0].source else [f"the first code cell lacks {line}"]


@rule
def the_kernel_is_named(nb, path):
    allowed = dict(build.METADATA)
    if is_learner(path):
        allowed["derived"] = nb.metadata.get("derived")
    return [] if nb.metadata == allowed else [f"metadata is {dict(nb.metadata)}, not {allowed}"]


# Rules: stored outputs ---------------------------------------------------------------------------


@rule
def no_stored_error_or_stderr(nb, path):
    return [
        f"cell {cell.id}: {output.get('ename', 'stderr')}"
        for cell, output in outputs(nb)
        if output.output_type == "error" or output.get("name") == "stderr"
    ]


@rule
def outputs_keep_to_their_budget(nb, path):
    sizes = [(cell.id, len(json.dumps(cell.outputs).encode())) for cell in code_cells(nb)]
    total = len(v4.writes(nb).encode())
    found = [f"cell {name}: outputs of {size} bytes" for name, size in sizes if size > CELL_BYTES]
    return found + [f"a file of {total} bytes"] * (total >= FILE_BYTES)


@rule
def few_cells_are_let_off_the_comparison(nb, path):
    spared = [cell for cell in code_cells(nb) if let_off(cell)]
    found = [
        f"cell {cell.id}: let off without a comment '# not compared because ...'"
        for cell in spared
        if not re.search(r"#.*not compared because \w+", cell.source)
    ]
    return found + [f"{len(spared)} cells are let off, more than one"] * (len(spared) > 1)


def let_off(cell):
    """Whether a tag or a comment keeps nbval from comparing the cell.

    The tag nbval-ignore-output is the one to use: with it, `make notebooks` is still repeatable.
    """
    names = {tag.replace("_", "-").lower() for tag in tags(cell)} - {"nbval-check-output"}
    comment = re.search(r"#\s*(NBVAL_(?!CHECK)|PYTEST_VALIDATE_IGNORE)", cell.source)
    return comment or any(name.startswith(("nbval-", "raises-", "skip-")) for name in names)


@rule
def numbers_have_three_digits_at_most(nb, path):
    """More would flip with a relative change of 1e-6. Integers, and floats such as 100.0, pass."""
    texts = printed(nb) + [(cell, Html(text).text) for cell, text in in_data(nb, "text/html")]
    # Not part of a word, a version (3.11.7) or a longer number
    digits = r"(\d+(?:,\d{3})*\.\d*|\.\d+)"
    number = re.compile(rf"(?<![\w.]){digits}(?:[eE][-+]?\d+)?(?![\w.]*\d)")
    found = []
    for cell, text in texts:
        for digits in number.findall(text):
            plain = digits.replace(",", "")
            significant = plain.replace(".", "").lstrip("0")
            whole = plain.split(".")[1].strip("0") == "" and len(plain.split(".")[1]) <= 1
            if len(significant) > 3 and not whole and not let_off(cell):
                found.append(f"cell {cell.id}: {digits} has more than three digits")
    return found


@rule
def no_path_of_this_machine(nb, path):
    """Nor the user's name, which such paths carry."""
    own = "|".join(re.escape(str(folder)) for folder in (Path.home(), ROOT) if folder.name)
    top = "builds|home|mnt|opt|private|root|srv|tmp|Users|usr|var|work|workspace"
    absolute = re.compile(rf"(?<![\w.<])/(?:{top})/|\b[A-Z]:\\|\bipykernel_\d|(?:{own})\b")
    html = [(cell, Html(text).text) for cell, text in in_data(nb, "text/html")]
    texts = printed(nb) + html + [(cell, cell.source) for cell in code_cells(nb)]
    places = [(cell, absolute.search(text)) for cell, text in texts]
    return [f"cell {cell.id}: {place.group()!r}" for cell, place in places if place]


# Rules: exercises --------------------------------------------------------------------------------


@rule
def no_solution_is_left_for_the_learner(nb, path):
    if not is_learner(path):
        return []
    found = [f"cell {cell.id}: tagged solution" for cell in nb.cells if "solution" in tags(cell)]
    marks = re.compile(r"(BEGIN|END) SOLUTION", re.IGNORECASE)
    found += [f"cell {cell.id}: a marker" for cell in nb.cells if marks.search(cell.source)]
    everything = [cell.source for cell in nb.cells] + [text for _, text in printed(nb)]
    learner = squeeze("\n".join(everything))
    return found + [
        f"cell {cell.id}: the solution can be read: {squeeze(text)[:60]}"
        for cell, text in regions(complete(path))
        if len(squeeze(text)) > 15 and squeeze(text) in learner
    ]


def squeeze(text):
    """Without comments and white space, so that another layout hides nothing."""
    return re.sub(r"#.*|\s", "", text)


@rule
def each_exercise_is_checked_at_once(nb, path):
    found = []
    for position, name in exercises(nb):
        following = [cell for cell in nb.cells[position + 1 :] if cell.cell_type == "code"]
        line = f"{name} = check.{name}({name})"
        if not following or line not in [ast.unparse(node) for node in tree(following[0]).body]:
            found.append(f"{name}: the next code cell has no line `{line}`")
    return found


@rule
def lessons_have_enough_exercises(nb, path):
    if not is_lesson(path) or is_learner(path):
        return []
    count = len(exercises(nb))
    return [f"{count} exercises, fewer than {EXERCISES}"] * (count < EXERCISES)


@rule
def exercises_have_hints(nb, path):
    """As many in its section, from heading to heading, as its exercises need."""
    found, sections = [], {}
    for position, name in exercises(nb):
        sections.setdefault(section(nb, position), []).append(name)
    for (start, stop), names in sections.items():
        hints = sum(cell.source.count("<details") for cell in nb.cells[start:stop])
        if hints < HINTS * len(names):
            found.append(f"{', '.join(names)}: {hints} hints, fewer than {HINTS} each")
    return found + [
        f"cell {cell.id}: <details> opened and closed unequally often"
        for cell in nb.cells
        if cell.source.count("<details") != cell.source.count("</details>")
    ]


def section(nb, position):
    """(first, one past the last) cell of the section around a position, subsections included."""
    titled = [
        (number, headings(cell))
        for number, cell in enumerate(nb.cells)
        if cell.cell_type == "markdown" and headings(cell)
    ]
    start, level = max(((n, h[-1]) for n, h in titled if n < position), default=(0, 1))
    return start, next((n for n, h in titled if n > position and min(h) <= level), len(nb.cells))


@rule
def lessons_ask_for_predictions(nb, path):
    cells = [cell for cell in code_cells(nb) if "predict" in tags(cell)]
    found = [f"cell {cell.id}: nothing to predict, no output" for cell in cells if not cell.outputs]
    found += ["no cell is tagged predict"] * (is_lesson(path) and not cells)
    for cell in code_cells(nb):
        hidden = cell.metadata.get("jupyter", {}).get("outputs_hidden", False)
        if hidden != (is_learner(path) and cell in cells):
            found.append(f"cell {cell.id}: its output is {'' if hidden else 'not '}collapsed")
    return found


@rule
def answers_are_kept_back(nb, path):
    """The learner edition stores no predicted output, and what the text says of it is folded."""
    found = [
        f"cell {cell.id}: {'its answer is stored' if is_learner(path) else 'no answer is stored'}"
        for cell in code_cells(nb)
        if "predict" in tags(cell) and build.is_kept_back(cell) != is_learner(path)
    ]
    for cell, following in zip(nb.cells, [*nb.cells[1:], None], strict=True):
        if "predict" in tags(cell):
            text = following.source if following and following.cell_type == "markdown" else ""
            if not text.startswith(SEEN):
                found.append(f"cell {cell.id}: the next cell is no text that begins with {SEEN}")
    return found


@rule
def lessons_have_an_explorer(nb, path):
    names = {name for cell in code_cells(nb) for name in called(cell)}
    return ["no explorer"] * (is_lesson(path) and not names & {"explore", "explore.explore"})


# The rules, held against the course ---------------------------------------------------------------


def test_there_are_notebooks():
    assert {path.parent.name for path in NOTEBOOKS} == {"solutions", "notebooks"}


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_notebook(path, rule):
    found = rule(build.parse(path.read_text("utf-8")), path)
    assert not found, "\n".join(found)


# The rules, held against planted violations -------------------------------------------------------

ALT = "The loss falls from 2.31 to 0.105 in 200 steps."
FIGURE = f'<figure><img alt="{ALT}" src="data:image/png;base64,AAAA"><figcaption>{ALT}</figcaption>'
NESTED = "<details><summary>Hint</summary>" * HINTS + "</details>" * HINTS


def markdown(source, **metadata):
    return v4.new_markdown_cell(source, metadata=metadata)


def code(source, *stored, **metadata):
    return v4.new_code_cell(source, outputs=list(stored), metadata=metadata, execution_count=1)


def says(words, name="stdout"):
    return v4.new_output("stream", name=name, text=words)


def shows(**data):
    """An output with data; `text_html="..."` stands for text/html."""
    return v4.new_output("display_data", {k.replace("_", "/", 1): v for k, v in data.items()})


def exercise(name):
    """The cells of one exercise."""
    return [
        markdown(f"### Exercise: {name}\n\n{NESTED}"),
        code(f'def {name}(x):\n    """Solve."""\n    ### BEGIN SOLUTION\n'
             f"    total = x + {len(name)}\n    return total\n    ### END SOLUTION"),
        code(f"{name} = check.{name}({name})", says("Right: yes.\n")),
    ]  # fmt: skip


def clean_lesson():
    """A lesson to which no rule objects, in its complete edition."""
    nb = v4.new_notebook(
        cells=[
            markdown("# A lesson\n\n```\n#### no heading\n```\nRead [lesson](01_a.ipynb#A-lesson), "
                     "or [a paper](https://example.org), for all $a < b$ and <em>c</em>."),
            code('import sys\n\nsys.path.insert(0, "..")'),
            markdown("## Predict"),
            code("losses[-1] != 3", says("Loss 0.105, 99.3 %, 10,800 weights, 12.0, 1e-06\n"),
                 tags=["predict"]),
            markdown(f"{SEEN}\n\nIt fell.\n\n</details>"),
            code("explore(draw, rate=slider(1))", shows(text_html=FIGURE, text_plain=ALT)),
            code("# not compared because it measures time\ntime()", says("0.12345"),
                 tags=["nbval-ignore-output"]),
            markdown("## Exercises"),
            *[cell for name in ("one", "two", "three", "four") for cell in exercise(name)],
            markdown("## What to remember", tags=["solution"]),
        ],
        metadata=build.METADATA,
    )  # fmt: skip
    for number, cell in enumerate(nb.cells):
        cell.id = f"c{number}"
    return nb


@pytest.fixture
def lesson(tmp_path):
    """(notebook, path) of a clean lesson, by edition; both are stored, as rules may look."""
    editions = {"solutions": clean_lesson(), "notebooks": build.derive(clean_lesson())}
    stored = {cell.id: cell.outputs for cell in editions["solutions"].cells if "outputs" in cell}
    for cell in code_cells(editions["notebooks"]):
        cell.outputs = copy.deepcopy(stored[cell.id])
    build.keep_answers_back(editions["notebooks"])
    for folder, nb in editions.items():
        path = tmp_path / folder / "01_a.ipynb"
        path.parent.mkdir()
        path.write_text(v4.writes(nb), "utf-8")
        editions[folder] = (nb, path)
    return editions


@pytest.mark.parametrize("edition", ["solutions", "notebooks"])
@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_rule_accepts_a_clean_lesson(rule, edition, lesson):
    assert rule(*lesson[edition]) == []


def plant(*cells):
    """Append cells."""
    return lambda nb: nb.cells.extend(cells)


def source(number, new):
    return lambda nb: nb.cells[number].update(source=new)


def drop(*numbers):
    """Take cells away, by their place in `clean_lesson`."""
    return lambda nb: [nb.cells.pop(number) for number in sorted(numbers, reverse=True)]


def page(html):
    return plant(code("show()", shows(text_html=html, text_plain="<page>")))


def prints(words):
    return plant(code("report()", says(words)))


PICTURE = "![five words of alternative text]"
WIDGET = v4.new_output("display_data", {"application/vnd.jupyter.widget-view+json": {}})
NOT_COMPARED = "# not compared because it varies"

# What each rule is to catch, as done to the clean lesson's complete edition
PLANTED = {
    "nothing_is_loaded_from_the_network": [
        plant(markdown(f"{PICTURE}(http://a/b.png)")),
        plant(markdown(f"{PICTURE}(//a/b.png)")),
        plant(markdown("![a picture][p]\n\n[p]: https://a/b.png")),
        plant(markdown('<img alt="x" src="https://a/b.png">')),
        plant(markdown("<IMG SRC = 'HTTPS://a/b.png'>")),
        page('<img srcset="https://a/b.png 2x">'),
        page('<script src="https://cdn/x.js"></script>'),
        page("<script>1 < 2; import('https://cdn/x.js')</script>"),
        page('<link rel="stylesheet" href="//cdn/x.css">'),
        page('<iframe src="https://a"></iframe>'),
        page("<style>@import 'https://cdn/x.css'</style>"),
        page('<p style="background: url(https://a/b.png)">'),
    ],
    "pictures_have_alternative_texts": [
        plant(markdown("![](local.png)")),
        plant(markdown("![A plot](local.png)")),
        plant(markdown('<img src="local.png">')),
        page('<img alt="" src="data:image/png;base64,AA">'),
        page('<svg width="3"></svg>'),
    ],
    "figures_come_as_html_and_sentence": [
        plant(code("f()", shows(image_png="AA"))),
        plant(code("f()", shows(text_html=FIGURE, text_plain=ALT, image_png="AA"))),
        plant(code("f()", shows(text_html=FIGURE, text_plain="Figure()"))),
        plant(code("f()", shows(text_html=FIGURE))),
    ],
    "no_widget_state": [
        lambda nb: nb.metadata.update(widgets={}),
        plant(code("slider", WIDGET)),
    ],
    "headings_form_one_outline": [
        plant(markdown("# Another title")),
        plant(markdown("Another title\n====")),
        plant(markdown("<h1>Another title</h1>")),
        source(0, "No title"),
        source(0, "Words first.\n\n## Then\n\n# the title"),
        lambda nb: nb.cells.insert(0, markdown("Words first.")),
        plant(markdown("## Two"), markdown("#### Four")),
    ],
    "links_lead_to_files": [
        plant(markdown("[next](02_missing.ipynb)")),
        plant(markdown("[next](02_missing.ipynb#part)")),
        plant(markdown("[next][n]\n\n[n]: 02_missing.ipynb")),
        plant(markdown('<a href="02_missing.ipynb">next</a>')),
        plant(markdown("[next](/lab/tree/01_a.ipynb)")),
        plant(markdown(f"{PICTURE}(missing.png)")),
    ],
    "links_say_where_they_lead": [
        plant(markdown("Lesson 1 is [here](01_a.ipynb).")),
        plant(markdown("[**Read more**](01_a.ipynb)")),
        plant(markdown('<a href="01_a.ipynb">this link</a>')),
        plant(markdown("[https://example.org/a](https://example.org/a)")),
        plant(markdown("[ ][n]\n\n[n]: 01_a.ipynb")),
    ],
    "nothing_is_left_to_do": [
        plant(markdown("TODO: write")),
        plant(code("x = 1  # FIXME")),
        prints("TODO"),
    ],
    "no_cell_ends_in_a_semicolon": [
        plant(code("plot(x);")),
        plant(code("plot(x) ;  # quiet\n\n# really")),
        plant(code("%matplotlib inline\nfor x in y:\n    plot(x);")),
    ],
    "no_shell_lines": [
        plant(code("%pip install numpy")),
        plant(code("import os\n  !ls")),
        plant(code("names = !ls")),
        plant(code("%%bash\nls")),
    ],
    "code_names_no_network_address": [
        plant(code("read('https://a/b.csv')")),
        plant(code("# see www.example.org")),
    ],
    "the_first_code_cell_finds_utils": [source(1, "import sys"), drop(1)],
    "the_kernel_is_named": [
        lambda nb: nb.metadata.pop("kernelspec"),
        lambda nb: nb.metadata.update(toc={}),
        lambda nb: nb.metadata.update(derived="0123"),
    ],
    "no_stored_error_or_stderr": [
        plant(code("f()", says("warning", "stderr"))),
        plant(code("f()", v4.new_output("error", ename="ValueError"))),
    ],
    "outputs_keep_to_their_budget": [
        prints("a" * CELL_BYTES),
        plant(*[code("f()", says("a" * 70_000)) for _ in range(6)]),
    ],
    "few_cells_are_let_off_the_comparison": [
        source(6, "time()"),
        source(6, "# not compared because\ntime()"),
        plant(code(f"{NOT_COMPARED}\n# NBVAL_SKIP")),
        plant(code(f"{NOT_COMPARED}\n#NBVAL_IGNORE_OUTPUT")),
        plant(code(NOT_COMPARED, tags=["nbval-skip"])),
        plant(code(NOT_COMPARED, tags=["nbval_ignore_output"])),
        plant(code(NOT_COMPARED, tags=["raises-exception"])),
        plant(code(NOT_COMPARED, tags=["skip-execution"])),
    ],
    "numbers_have_three_digits_at_most": [
        prints("loss 0.1234"),
        prints("loss=1.234e-05"),
        prints("[0.25 -12.34]"),
        prints("(0.5,0.4621)"),
        prints("1,234.5 ms"),
        prints("It ends at 0.4621."),
        prints("np.float32(1.000)"),
        page("<td>3.1416</td>"),
        plant(code("f()", shows(text_plain="0.99876"))),
    ],
    "no_path_of_this_machine": [
        prints(f"{ROOT}"),
        prints('File "/home/ada/course/x.py"'),
        prints("file:///Users/ada/x"),
        prints("C:\\Users\\ada"),
        prints("/tmp/ipykernel_1234/1.py:1: RuntimeWarning"),
        plant(code('open("/tmp/x")')),
    ],
    "each_exercise_is_checked_at_once": [
        source(10, "check.one(one)"),
        source(10, "one = check.two(one)"),
        lambda nb: nb.cells.insert(10, code("one(1)")),
        drop(19),
    ],
    "lessons_have_enough_exercises": [drop(18, 19)],
    "exercises_have_hints": [
        source(8, "### Exercise: one"),
        source(11, "Exercise two, in the section of exercise one"),
        plant(markdown("<details>never closed")),
    ],
    "lessons_ask_for_predictions": [
        drop(3),
        lambda nb: nb.cells[3].update(outputs=[]),
        lambda nb: nb.cells[3].metadata.update(jupyter={"outputs_hidden": True}),
    ],
    "answers_are_kept_back": [
        drop(4),
        source(4, "It fell."),
        lambda nb: build.keep_answers_back(nb),
    ],
    "lessons_have_an_explorer": [drop(5)],
}
# The same, as done to its learner edition
PLANTED_FOR_LEARNERS = {
    "no_solution_is_left_for_the_learner": [
        plant(markdown("Because.", tags=["solution"])),
        plant(code("### END SOLUTION")),
        plant(markdown("```\ntotal = x + 3\nreturn total\n```")),
        prints("  total  = x + 4  # so\n\nreturn total"),
    ],
    "lessons_ask_for_predictions": [
        lambda nb: nb.cells[3].metadata.pop("jupyter"),
        lambda nb: nb.cells[5].metadata.update(jupyter={"outputs_hidden": True}),
    ],
    "answers_are_kept_back": [
        lambda nb: nb.cells[3].update(outputs=[says("Loss 0.105\n")]),
        lambda nb: nb.cells[3].outputs.append(says("Loss 0.105\n")),
    ],
}
CASES = [
    pytest.param(name, folder, violate, id=f"{folder}-{name}-{number}")
    for folder, table in (("solutions", PLANTED), ("notebooks", PLANTED_FOR_LEARNERS))
    for name, violations in table.items()
    for number, violate in enumerate(violations)
]


@pytest.mark.parametrize(("name", "edition", "violate"), CASES)
def test_rule_catches_a_planted_violation(name, edition, violate, lesson):
    nb, path = lesson[edition]
    violate(nb)
    assert RULES[name](nb, path)


def test_each_rule_is_planted():
    assert {case.values[0] for case in CASES} == set(RULES)


def test_numbers_that_may_be_printed():
    words = "(32, 20, 1) 10800 10,800 0.105 1.5e-07 Python 3.11.7 nbval 0.11.0 100.0 [1. 0.] 1e-06"
    nb = v4.new_notebook(cells=[code("f()", says(words))])
    assert RULES["numbers_have_three_digits_at_most"](nb, Path()) == []
