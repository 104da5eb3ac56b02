"""The rules that hold for every notebook of the course, in both editions (`make rules`).

Each is a function `rule(nb, path)` that returns what it objects to, a sentence each.
"""

import argparse
import ast
import io
import itertools
import json
import re
import sys
import tokenize
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

from nbformat import v4

from tools import build_notebooks as build
from tools.public import drafts
from utils.words import symbol

ROOT = Path(__file__).resolve().parent.parent
CELL_BYTES, FILE_BYTES = 80_000, 500_000
ALT_WORDS = 5
EXERCISES, HINTS, QUESTIONS, SLIDES = 4, 3, 3, 15
SEEN = "<details><summary>What there was to see</summary>"

RULES = {}


def rule(says):
    """A rule in words, and the function that objects, a sentence each."""

    def of(function):
        function.says = says
        RULES[function.__name__] = function
        return function

    return of


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
        if tag in ("br", "td", "th", "p"):  # what stands in two cells is no one word
            self.text += " "

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


@rule("Nothing that it shows is loaded from the network.")
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


@rule(f"Each picture has an alternative text of {ALT_WORDS} words or more.")
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


@rule("A figure is shown by `plotting.show` or `explore`: caption and alternative are its text.")
def figures_come_as_html_and_sentence(nb, path):
    found = []
    for cell, output in outputs(nb):
        data = output.get("data", {})
        if any(kind.startswith("image/") for kind in data):
            found.append(f"cell {cell.id}: a picture without a text; use utils.plotting.show")
        page = data.get("text/html", "")
        alts = [a.get("alt", "") for tag, a in Html(page).tags if tag == "img"]
        points = [Html(p).text for p in re.findall(r"<figcaption.*?</figcaption>", page, re.DOTALL)]
        words = " ".join(points + [alt for alt in alts if alt not in points])
        if alts and words.split() != data.get("text/plain", "").split():
            found.append(f"cell {cell.id}: text/plain is not what caption and alternative say")
    return found


@rule("No state of a widget is stored.")
def no_widget_state(nb, path):
    views = [
        f"cell {cell.id}: {kind} in an output"
        for cell, output in outputs(nb)
        for kind in output.get("data", {})
        if "jupyter.widget" in kind
    ]
    return views + ["widget state in the metadata"] * ("widgets" in nb.metadata)


# Rules: text -------------------------------------------------------------------------------------


@rule("It opens with its title, the one heading of level 1; no level is left out.")
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


@rule("Each link leads to a file that is there.")
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


@rule('Each link says where it leads: none is called "here".')
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


@rule("No TODO, FIXME or XXX is left in it; in a draft it may be.")
def nothing_is_left_to_do(nb, path):
    if path.stem in drafts(ROOT):
        return []
    texts = [(cell, cell.source) for cell in nb.cells] + printed(nb)
    return [
        f"cell {cell.id}: {mark}"
        for cell, text in texts
        for mark in re.findall(r"\b(?:TODO|FIXME|XXX)\b", text)
    ]


# Rules: code -------------------------------------------------------------------------------------


@rule("No cell ends in a semicolon, which hides nothing from nbval.")
def no_cell_ends_in_a_semicolon(nb, path):
    blanks = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.DEDENT, tokenize.ENDMARKER)
    found = []
    for cell in code_cells(nb):
        tokens = tokenize.generate_tokens(io.StringIO(plain(cell)).readline)
        if [token.string for token in tokens if token.type not in blanks][-1:] == [";"]:
            found.append(f"cell {cell.id}: ends in `;`, which hides nothing from nbval")
    return found


@rule("No line is one of a shell: no `!`, no `%pip`.")
def no_shell_lines(nb, path):
    magics = "pip|conda|mamba|uv|bash|sh|script|system|sx|cd|run|load_ext"
    shell = re.compile(rf"^\s*(![^=]|%{{1,2}}({magics})\b)|^\s*[\w, ]+=\s*!\w", re.MULTILINE)
    return [f"cell {cell.id}: a shell line" for cell in code_cells(nb) if shell.search(cell.source)]


@rule("No code names an address of the network, but for the course's own in the first cell.")
def code_names_no_network_address(nb, path):
    address = re.compile(r"\b(?:https?|ftp|wss?)://|\bwww\.", re.IGNORECASE)
    own = re.compile(r"^# !git clone .*$", re.MULTILINE)
    sources = [(cell.id, cell.source) for cell in code_cells(nb)]
    sources[:1] = [(name, own.sub("", source, count=1)) for name, source in sources[:1]]
    return [f"cell {name}: a network address" for name, source in sources if address.search(source)]


@rule("Its first code cell finds the course, or says how to get it, as tools/skeleton/ has it.")
def the_first_code_cell_finds_the_course(nb, path):
    first = code_cells(nb)[0].source.split("\n") if code_cells(nb) else []
    missing = [line for line in finding_the_course() if line not in first]
    return [f"the first code cell lacks the line {line}" for line in missing]


def finding_the_course():
    """The lines by which every lesson finds the course."""
    skeleton = build.parse((ROOT / "tools/skeleton/lesson.ipynb").read_text("utf-8"))
    lines = code_cells(skeleton)[0].source.split("\n")
    return lines[lines.index("here = Path.cwd()") : lines.index("import numpy as np") - 1]


@rule("Its metadata is that of `make notebooks`.")
def the_kernel_is_named(nb, path):
    allowed = dict(build.METADATA)
    if is_learner(path):
        allowed["derived"] = nb.metadata.get("derived")
    return [] if nb.metadata == allowed else [f"metadata is {dict(nb.metadata)}, not {allowed}"]


# Rules: stored outputs ---------------------------------------------------------------------------


@rule("No error and nothing of stderr is stored.")
def no_stored_error_or_stderr(nb, path):
    return [
        f"cell {cell.id}: {output.get('ename', 'stderr')}"
        for cell, output in outputs(nb)
        if output.output_type == "error" or output.get("name") == "stderr"
    ]


@rule(f"A cell stores {CELL_BYTES // 1000} kB at most, a file less than {FILE_BYTES // 1000} kB.")
def outputs_keep_to_their_budget(nb, path):
    sizes = [(cell.id, len(json.dumps(cell.outputs).encode())) for cell in code_cells(nb)]
    total = len(v4.writes(nb).encode())
    found = [f"cell {name}: outputs of {size} bytes" for name, size in sizes if size > CELL_BYTES]
    return found + [f"a file of {total} bytes"] * (total >= FILE_BYTES)


@rule("One cell at most is not compared, and a comment in it says why.")
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


@rule("A number that is printed has three significant digits at most.")
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


@rule("Powers, shares and letters stand as people write them: 10⁻⁵, 51%, Wₓ.")
def written_as_people_write(nb, path):
    """`utils.words` writes them so. What is printed may name the code's W_x, a caption may not."""
    html = [(cell, Html(text)) for cell, text in in_data(nb, "text/html")]
    alts = [(cell, a["alt"]) for cell, page in html for _, a in page.tags if a.get("alt")]
    texts = printed(nb) + [(cell, page.text) for cell, page in html]
    found = [(cell, mark) for cell, text in texts for mark in as_code(text)]
    found += [(c, mark) for c, text in prose(nb) + alts for mark in as_code(text, letters=True)]
    return [f"cell {cell.id}: {mark!r}" for cell, mark in found]


def as_code(text, letters=False):
    """What stands in a text as code has it: 1e-05, 10^-5, 51 %; of `letters` W_x, eps and -1."""
    marks = re.findall(r"\S\^\S|(?<![\w.])\d+(?:\.\d+)?e[-+]?\d+\b|\d\s+%", text)
    if letters:
        names = re.findall(r"(?<![\w/.])[A-Za-zσ]{1,2}_[a-z\d]{1,2}\b", text)
        marks += [name for name in names if symbol(name) != name]
        marks += re.findall(r"\beps\b|(?<![\w−])-\d", text)
    return marks


@rule("No path of a machine is stored.")
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


@rule("No solution can be read in the learner edition.")
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


@rule("The code cell after an exercise is `name = check.name(name)`.")
def each_exercise_is_checked_at_once(nb, path):
    found = []
    for position, name in exercises(nb):
        following = [cell for cell in nb.cells[position + 1 :] if cell.cell_type == "code"]
        line = f"{name} = check.{name}({name})"
        if not following or line not in [ast.unparse(node) for node in tree(following[0]).body]:
            found.append(f"{name}: the next code cell has no line `{line}`")
    return found


@rule(f"It has {EXERCISES} exercises or more.")
def lessons_have_enough_exercises(nb, path):
    if not is_lesson(path) or is_learner(path):
        return []
    count = len(exercises(nb))
    return [f"{count} exercises, fewer than {EXERCISES}"] * (count < EXERCISES)


@rule(f"Each exercise has {HINTS} hints or more, in its section.")
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


@rule("It asks for a prediction or more: a cell tagged `predict`, with an output.")
def lessons_ask_for_predictions(nb, path):
    cells = [cell for cell in code_cells(nb) if "predict" in tags(cell)]
    found = [f"cell {cell.id}: nothing to predict, no output" for cell in cells if not cell.outputs]
    found += ["no cell is tagged predict"] * (is_lesson(path) and not cells)
    for cell in code_cells(nb):
        hidden = cell.metadata.get("jupyter", {}).get("outputs_hidden", False)
        if hidden != (is_learner(path) and cell in cells):
            found.append(f"cell {cell.id}: its output is {'' if hidden else 'not '}collapsed")
    return found


@rule(f"The text after a predicted cell begins with `{SEEN}`.")
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


@rule("It has an explorer or more.")
def lessons_have_an_explorer(nb, path):
    names = {name for cell in code_cells(nb) for name in called(cell)}
    return ["no explorer"] * (is_lesson(path) and not names & {"explore", "explore.explore"})


@rule(f"It has a quiz of {QUESTIONS} questions or more, each with one right answer among others.")
def lessons_have_a_quiz(nb, path):
    if not is_lesson(path):
        return []
    text = "\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")
    quiz = re.split(r"^## ", text.partition("\n## Quiz\n")[2], flags=re.MULTILINE)[0]
    questions = re.split(r"^(?:### |\*\*)\d+\. ", quiz, flags=re.MULTILINE)[1:]
    found = [f"a quiz of {len(questions)} questions"] * (len(questions) < QUESTIONS)
    for number, question in enumerate(questions, 1):
        answers = re.findall(r"</summary>\s*(?:> )?(\w+)", question)
        if len(answers) < 2 or answers.count("Right") != 1:
            found.append(f"question {number} of the quiz: its answers begin {answers}")
    return found


@rule(f"It has {SLIDES} slides or more: cells of the slide type slide or sub-slide.")
def lessons_have_slides(nb, path):
    types = [cell.metadata.get("slideshow", {}).get("slide_type") for cell in nb.cells]
    count = types.count("slide") + types.count("subslide")
    return [f"{count} slides"] * (is_lesson(path) and count < SLIDES)


def main():
    parser = argparse.ArgumentParser(prog="make rules", description=__doc__.partition("\n")[0])
    parser.add_argument("lesson", nargs="?", help="its number: what do the rules object to there?")
    number = parser.parse_args().lesson
    if not number:
        print(*(f"- {rule.says}" for rule in RULES.values()), sep="\n")
        return 0
    with build.exit_with_words():
        source = build.lesson(ROOT, number)
    paths = [path for path in (source, ROOT / "notebooks" / source.name) if path.exists()]
    notebooks = [(build.parse(path.read_text("utf-8")), path) for path in paths]
    found = [
        f"{path.parent.name}/{path.name}: {words}"
        for nb, path in notebooks
        for rule in RULES.values()
        for words in rule(nb, path)
    ]
    print(*(found or [f"The rules have no objection to {source.stem}."]), sep="\n")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
