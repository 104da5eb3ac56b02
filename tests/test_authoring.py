"""The rules of tools/rules.py hold for every notebook, and each can fail: `PLANTED` violates it."""

import copy
import json
import re
from pathlib import Path

import pytest
from nbformat import v4

from tools import build_notebooks as build
from tools.rules import (
    CELL_BYTES,
    FILE_BYTES,
    HINTS,
    QUESTIONS,
    RULES,
    SEEN,
    as_code,
    code_cells,
    finding_the_course,
    prose,
)

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = [
    path
    for folder in ("solutions", "notebooks")
    for path in sorted((ROOT / folder).glob("*.ipynb"))
    if ".yours" not in path.name  # a copy that `make notebooks --force` saved
]


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
ANSWERS = "<details><summary>A</summary>\n\n> Right.\n\n</details>\n"
ANSWERS += "<details><summary>B</summary>\nNo.</details>"
QUIZ = "\n\n".join(f"### {k}. What?\n\n{ANSWERS}" for k in range(1, QUESTIONS + 1))
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
            markdown("# A lesson\n\n```\n#### no heading 1e-5\n```\n`W_x`, $10^{-5}$ or W_y: "
                     "read [lesson](01_a.ipynb#A-lesson), or [a paper](https://example.org), "
                     "for all $a < b$ and <em>c</em>."),
            code("\n".join(finding_the_course())),
            markdown("## Predict"),
            code("losses[-1] != 3", says("W_x: loss 0.105, 99.3%, 10,800 weights, 12.0, 10⁻⁶\n"),
                 tags=["predict"]),
            markdown(f"{SEEN}\n\nIt fell.\n\n</details>"),
            code("explore(draw, rate=(0, 1, 0.1))", shows(text_html=FIGURE, text_plain=ALT)),
            code("# not compared because it measures time\ntime()", says("0.12345"),
                 tags=["nbval-ignore-output"]),
            markdown("## Exercises"),
            *[cell for name in ("one", "two", "three", "four") for cell in exercise(name)],
            markdown("## Quiz\n\n" + QUIZ),
            markdown("## What to remember", tags=["solution"]),
        ],
        metadata=build.METADATA,
    )  # fmt: skip
    for number, cell in enumerate(nb.cells):
        cell.id = f"c{number}"
        cell.metadata.slideshow = {"slide_type": "slide"}
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
        plant(
            code("f()", shows(text_html=FIGURE.replace("n>The", "n>A point. The"), text_plain=ALT))
        ),
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
    "the_first_code_cell_finds_the_course": [source(1, "import sys"), drop(1)],
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
        plant(*[code("f()", says("a" * 70_000)) for _ in range(FILE_BYTES // 70_000 + 1)]),
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
    "written_as_people_write": [
        prints("below 1e-06"),
        prints("2.5e+31"),
        prints("σ(b)^k"),
        prints("99 %"),
        page("<td>10^-5</td>"),
        page(FIGURE.replace("2.31", "W_x", 1)),
        page(FIGURE.replace("2.31", "step eps", 1)),
        page(FIGURE.replace("2.31", "the index -1", 1)),
        plant(code("f()", shows(text_plain="10^−5"))),
        plant(markdown("About 5\N{NO-BREAK SPACE}% of h_4")),
        plant(markdown("as h_t has it")),
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
    "lessons_have_a_quiz": [
        drop(20),
        source(20, f"## Quiz\n\n{QUIZ.partition('### 2.')[0]}"),
        source(20, f"## Quiz\n\n{QUIZ}".replace("Right.", "No.", 1)),
        source(20, f"## Quiz\n\n{QUIZ}".replace("No.", "Right.", 1)),
        source(20, f"## Quiz\n\n{QUIZ.partition('<details><summary>B')[0]}"),
    ],
    "lessons_have_slides": [
        lambda nb: [cell.metadata.pop("slideshow") for cell in nb.cells[8:]],
        lambda nb: [cell.metadata.slideshow.update(slide_type="-") for cell in nb.cells[8:]],
    ],
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


def test_a_draft_may_have_things_left_to_do(lesson, monkeypatch):
    nb, path = lesson["solutions"]
    plant(markdown("TODO: write"))(nb)
    monkeypatch.setattr("tools.rules.drafts", lambda root: {path.stem})
    assert RULES["nothing_is_left_to_do"](nb, path) == []


def test_each_rule_is_planted():
    assert {case.values[0] for case in CASES} == set(RULES)


def test_the_rules_stand_in_contributing():
    told = " ".join((ROOT / "CONTRIBUTING.md").read_text("utf-8").split())
    missing = [rule.says for rule in RULES.values() if rule.says not in told]
    assert not missing, "CONTRIBUTING.md lacks (`make rules` prints all of them):\n" + "\n".join(
        missing
    )


@pytest.mark.parametrize("file", ["README.md", "TEACHING.md", "CHANGELOG.md"])
def test_pages_are_written_as_people_write(file):
    cell = markdown(re.sub(r"(?m)^ {4}.*", "", (ROOT / file).read_text("utf-8")))  # but for code
    assert not as_code(prose(v4.new_notebook(cells=[cell]))[0][1], letters=True)


def test_explorers_say_it_as_people_write():
    stored = json.loads((ROOT / "tests/explorers.json").read_text("utf-8"))
    said = [pair for lesson in stored.values() for each in lesson.values() for pair in each.items()]
    assert said and not [text for pair in said for text in pair if as_code(text, letters=True)]


def test_numbers_that_may_be_printed():
    words = "(32, 20, 1) 10800 10,800 0.105 1.5e-07 Python 3.11.7 nbval 0.11.0 100.0 [1. 0.] 1e-06"
    nb = v4.new_notebook(cells=[code("f()", says(words))])
    assert RULES["numbers_have_three_digits_at_most"](nb, Path()) == []
