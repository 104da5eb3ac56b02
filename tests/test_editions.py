"""The edition builder, and whether the learner edition is still what it derives."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nbformat import v4

from tools import build_notebooks as build

ROOT = Path(__file__).resolve().parent.parent
LESSONS = build.lessons(ROOT)
STORED = LESSONS + [ROOT / "notebooks" / path.name for path in LESSONS]

SOLVED = """def double(x):
    \"\"\"Twice x.\"\"\"
    if x is None:
        ### BEGIN SOLUTION
        y = x + x
        return y
        ### END SOLUTION
    return 0"""
STUBBED = """def double(x):
    \"\"\"Twice x.\"\"\"
    if x is None:
        # YOUR CODE HERE
        raise NotImplementedError()
    return 0"""


def code(source, **rest):
    return v4.new_code_cell(source, **rest)


def markdown(source, **rest):
    return v4.new_markdown_cell(source, **rest)


def lesson(*cells):
    """A small lesson; its ids do not depend on chance."""
    first = [markdown("# A lesson"), code(SOLVED), code("print(1 + 1)")]
    nb = v4.new_notebook(cells=first + list(cells))
    for number, cell in enumerate(nb.cells):
        cell.id = f"cell-{number}"
    return nb


# The lessons of this repository ------------------------------------------------------------------


def test_there_are_lessons():
    assert LESSONS


def test_each_learner_notebook_has_a_source():
    derived = {path.name for path in (ROOT / "notebooks").glob("*.ipynb")}
    kept = {name for name in derived if ".yours" in name}  # copies that --force saved
    assert derived - kept <= {path.name for path in LESSONS}


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_learner_edition_is_the_derived_one(path):
    assert build.drift(path) is None, f"{path.stem}: run `make notebooks`"


@pytest.mark.parametrize("path", STORED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_stored_notebooks_are_canonical_and_executed(path):
    text = path.read_text("utf-8")
    nb = build.parse(text)
    assert text == build.canonical(nb), "run `make notebooks`"
    cells = [cell for cell in nb.cells if cell.cell_type == "code" and cell.source]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert any(cell.outputs for cell in cells)


# derive ------------------------------------------------------------------------------------------


def test_a_solution_becomes_a_stub_at_its_own_indentation():
    derived = build.derive(lesson())
    assert derived.cells[1].source == STUBBED
    assert derived.cells[1].id == "cell-1"


def test_two_regions_in_one_cell():
    both = build.derive(lesson(code(SOLVED + "\n\n\n" + SOLVED))).cells[3]
    assert both.source == STUBBED + "\n\n\n" + STUBBED


def test_cells_tagged_solution_are_dropped():
    remark = markdown("Because.", metadata={"tags": ["solution"]})
    assert len(build.derive(lesson(remark)).cells) == 3


def test_predicted_outputs_are_collapsed_in_the_learner_edition_only():
    collapsed = {"jupyter": {"outputs_hidden": True}}
    nb = lesson(code("2", metadata={"tags": ["predict"]}), code("3", metadata=collapsed))
    predicted, other = build.derive(nb).cells[3:]
    assert predicted.metadata == {"tags": ["predict"], **collapsed}
    assert other.metadata == {}


def test_the_learner_edition_stores_no_answer(course):
    write(course / "solutions" / "01_a.ipynb", lesson(code("2", metadata={"tags": ["predict"]})))
    assert make(course) == 0
    complete, learner = (
        build.parse((course / folder / "01_a.ipynb").read_text("utf-8"))
        for folder in ("solutions", "notebooks")
    )
    assert build.is_kept_back(learner.cells[3]) and not build.is_kept_back(complete.cells[3])
    assert not build.is_kept_back(learner.cells[2])


@pytest.mark.parametrize(("stored", "failures"), [("3\n", 0), ("4\n", 1)])
def test_what_the_learner_edition_keeps_back_is_compared(tmp_path, stored, failures):
    """nbval, with the course's own conftest, on a lesson whose complete edition stores this."""
    cell = code("print(1 + 2)", metadata={"tags": ["predict"]}, execution_count=1)
    nb = v4.new_notebook(cells=[cell], metadata=build.METADATA)
    cell.outputs = [v4.new_output("stream", text=stored)]
    for folder in ("solutions", "notebooks"):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder / "01_a.ipynb", nb)
        build.keep_answers_back(nb)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "conftest", "--nbval", "--rootdir=."]
    run = subprocess.run(
        [*command, "-c", os.devnull, "notebooks"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert f"{failures} failed" * bool(failures) in run.stdout and run.returncode == failures


def test_derive_changes_nothing_it_was_given_and_is_not_executed():
    nb = lesson(code("4", execution_count=7, outputs=[v4.new_output("stream", text="4")]))
    before = repr(nb)
    derived = build.derive(nb)
    assert repr(nb) == before
    assert derived.cells[3].outputs == [] and derived.cells[3].execution_count is None


def test_deriving_from_an_executed_notebook_gives_the_same():
    output = v4.new_output("display_data", {"text/plain": "<Axes at 0x7f2b5c0d1e50>"})
    executed = lesson()
    executed.cells[2].update(execution_count=3, outputs=[output])
    assert build.derive(executed) == build.derive(lesson())


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (code("def f():\n    ### BEGIN SOLUTION\n    return 1"), "without an END"),
        (code("def f():\n    return 1\n    ### END SOLUTION"), "without a BEGIN"),
        (
            code("def f():\n  ### BEGIN SOLUTION\n  ### BEGIN SOLUTION\n  1\n  ### END SOLUTION"),
            "BEGIN SOLUTION in a region",
        ),
        (code("### BEGIN SOLUTION\nx = 1\n### END SOLUTION"), "outside a function"),
        (
            code("def f():\n    pass\n### BEGIN SOLUTION\nx = 1\n### END SOLUTION"),
            "outside a function",
        ),
        (
            code("class A:\n    ### BEGIN SOLUTION\n    x = 1\n    ### END SOLUTION"),
            "outside a function",
        ),
        (
            code("def f():\n    if 1:\n        ### BEGIN SOLUTION\n        a\n    else:\n"
                 "        ### END SOLUTION\n        b\n   c"),
            "isn't Python",
        ),
        (code("def f():\n    return 1  ### BEGIN SOLUTION"), "alone on its line"),
        (code("def f():\n    #BEGIN SOLUTION\n    return 1"), "alone on its line"),
        (markdown("### BEGIN SOLUTION\nBecause.\n### END SOLUTION"), "in markdown"),
    ],
)  # fmt: skip
def test_bad_markers_are_named_with_their_cell(cell, message):
    with pytest.raises(build.LessonError, match=rf"cell 4 \(id cell-3\).*{message}"):
        build.derive(lesson(cell))


# canonical ---------------------------------------------------------------------------------------


def test_canonical_is_a_fixed_point():
    text = build.canonical(lesson(code("5  \n\n", execution_count=9)))
    assert build.canonical(build.parse(text)) == text
    assert text.endswith("}\n") and '"5"' in text and '"nbformat_minor": 5' in text


def test_canonical_forgets_the_session():
    noisy = lesson(
        code(
            "6",
            execution_count=41,
            metadata={"trusted": True, "execution": {}, "tags": [], "collapsed": False},
            outputs=[
                v4.new_output("stream", name="stdout", text="a"),
                v4.new_output("stream", name="stderr", text="warning"),
                v4.new_output("stream", name="stdout", text="b"),
                v4.new_output("execute_result", {"text/plain": "6"}, execution_count=41),
            ],
        )
    )
    noisy.metadata.update(widgets={"state": {}}, language_info={"name": "python", "version": "3"})
    nb = build.parse(build.canonical(noisy))
    assert nb.metadata == build.METADATA
    cell = nb.cells[3]
    assert (cell.metadata, cell.execution_count) == ({}, 1)
    printed, result = cell.outputs
    assert (printed.name, printed.text) == ("stdout", "ab")
    assert result.execution_count == 1


def test_canonical_keeps_what_the_author_says_of_a_cell():
    said = {
        "tags": ["predict", "a"],
        "slideshow": {"slide_type": "slide"},
        "jupyter": {"outputs_hidden": True},
    }
    nb = build.parse(build.canonical(lesson(code("7", metadata=said))))
    assert nb.cells[3].metadata == said


def test_missing_ids_come_from_the_content():
    nb = lesson(code("8"), code("8"))
    for cell in nb.cells:
        del cell["id"]
    text = build.canonical(nb)
    named = build.parse(text)
    assert len({cell.id for cell in named.cells}) == 5
    assert text == build.canonical(nb)
    nb.cells.insert(1, markdown("between"))
    assert build.parse(build.canonical(nb)).cells[2].id == named.cells[1].id


@pytest.mark.parametrize(("name", "message"), [("cell-1", "same id"), ("a b", "1 to 64")])
def test_bad_ids_are_named_with_their_cell(name, message):
    nb = lesson(code("9"))
    nb.cells[3].id = name
    with pytest.raises(build.LessonError, match=rf"cell 4 \(id {name}\).*{message}"):
        build.canonical(nb)


@pytest.mark.parametrize(
    "output",
    [
        v4.new_output("stream", text="<object object at 0x7f1c2a3b4c50>"),
        v4.new_output("display_data", {"text/plain": "<Axes at 0x7f1c2a3b4c50>"}),
    ],
)
def test_memory_addresses_are_refused(output):
    with pytest.raises(build.LessonError, match=r"cell 4 \(id cell-3\).*memory address"):
        build.canonical(lesson(code("x", execution_count=1, outputs=[output])))


@pytest.mark.parametrize("text", ["", "[]", "{", "<<<<<<< HEAD", '{"nbformat": 3}'])
def test_what_is_no_notebook_is_refused(text):
    with pytest.raises(build.LessonError, match="not a notebook"):
        build.parse(text)


# A run, with kernels replaced by a pretence -----------------------------------------------------


def pretend(nb, folder):
    for number, cell in enumerate((c for c in nb.cells if c.cell_type == "code"), 1):
        cell.execution_count = number
    return nb


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course of one lesson, derived; `make()` is `make notebooks` without kernels."""
    monkeypatch.setattr(build, "execute", pretend)
    (tmp_path / "solutions").mkdir()
    write(tmp_path / "solutions" / "01_a.ipynb", lesson())
    assert make(tmp_path) == 0
    return tmp_path


def make(root, *arguments):
    return build.main([*arguments], root)


def write(path, nb):
    path.write_text(v4.writes(nb), "utf-8")


def edit(path, number, source):
    """Change a cell as JupyterLab would: everything else stays as it is stored."""
    nb = build.parse(path.read_text("utf-8"))
    nb.cells[number].source = source
    write(path, nb)


def files(root):
    return {path: path.read_bytes() for path in root.glob("*/*.ipynb")}


def commit(root):
    if shutil.which("git") is None:
        pytest.skip("needs git")
    who = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q"], ["add", "."], [*who, "commit", "-q", "--no-verify", "-m", "x"]):
        subprocess.run(["git", *command], cwd=root, check=True)


def test_a_second_run_changes_no_byte(course):
    before = files(course)
    assert len(before) == 2
    assert make(course) == 0 and files(course) == before
    assert make(course, "--check") == 0


def test_what_is_not_compared_is_kept_until_its_cell_changes(course, monkeypatch):
    times = iter("abcdefgh")

    def measure(nb, folder):
        nb.cells[3].outputs = [v4.new_output("stream", text=next(times))]
        return pretend(nb, folder)

    monkeypatch.setattr(build, "execute", measure)
    path = course / "solutions" / "01_a.ipynb"
    write(path, lesson(code("time()", metadata={"tags": ["nbval-ignore-output"]})))
    assert make(course) == 0
    before = files(course)
    assert make(course) == 0
    assert files(course) == before
    edit(path, 3, "other_time()")
    assert make(course) == 0
    stored = [
        build.parse(text.decode()).cells[3].outputs[0].text for text in files(course).values()
    ]
    assert sorted(stored) == ["e", "f"]


def test_editing_the_source_again_and_again_is_not_refused(course):
    for source in ("1", "2", "3"):
        edit(course / "solutions" / "01_a.ipynb", 2, source)
        assert make(course, "--check") == 1
        assert make(course) == 0
        assert make(course, "--check") == 0


@pytest.mark.parametrize("versioned", [False, True])
def test_work_in_the_learner_edition_is_not_overwritten(course, capsys, versioned):
    if versioned:
        commit(course)
    path = course / "notebooks" / "01_a.ipynb"
    edit(path, 1, "def double(x):\n    return 2 * x")
    before = files(course)
    assert make(course) == 1
    assert files(course) == before
    told = capsys.readouterr().out
    assert "notebooks/01_a.ipynb holds work" in told and "--force" in told


@pytest.mark.parametrize("damage", [b"", b"{", b"<<<<<<< HEAD\n", b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_not_overwritten(course, damage):
    path = course / "notebooks" / "01_a.ipynb"
    path.write_bytes(damage)
    assert make(course) == 1 and path.read_bytes() == damage


def test_a_notebook_of_unknown_origin_is_not_overwritten(course):
    path = course / "notebooks" / "01_a.ipynb"
    write(path, v4.new_notebook(cells=[code("mine")]))
    before = path.read_bytes()
    assert make(course) == 1 and path.read_bytes() == before


def test_a_cell_tag_or_an_added_cell_is_work(course):
    path = course / "notebooks" / "01_a.ipynb"
    for change in (
        lambda nb: nb.cells[0].metadata.update(tags=["mine"]),
        lambda nb: nb.cells.append(markdown("my note")),
        lambda nb: nb.cells.pop(),
    ):
        stored = path.read_bytes()
        nb = build.parse(stored.decode())
        change(nb)
        write(path, nb)
        assert make(course) == 1
        path.write_bytes(stored)


def test_running_the_learner_edition_by_hand_is_not_work(course):
    path = course / "notebooks" / "01_a.ipynb"
    stored = path.read_bytes()
    nb = build.parse(stored.decode())
    nb.cells[2].update(execution_count=12, outputs=[v4.new_output("stream", text="2")])
    nb.cells[2].metadata = {"trusted": True, "jupyter": {"outputs_hidden": True}}
    write(path, nb)
    assert make(course) == 0 and path.read_bytes() == stored


def test_what_would_be_written_anyway_is_not_work(course):
    path = course / "notebooks" / "01_a.ipynb"
    nb = build.parse(path.read_text("utf-8"))
    del nb.metadata["derived"]
    write(path, nb)
    assert make(course) == 0


def test_committed_work_may_be_overwritten(course):
    path = course / "notebooks" / "01_a.ipynb"
    stored = path.read_bytes()
    edit(path, 1, "def double(x):\n    return 2 * x")
    commit(course)
    assert make(course) == 0 and path.read_bytes() == stored


def test_force_saves_each_version_first(course, capsys):
    path = course / "notebooks" / "01_a.ipynb"
    derived = path.read_bytes()
    versions = []
    for answer in ("return 2 * x", "return x + x"):
        edit(path, 1, f"def double(x):\n    {answer}")
        versions.append(path.read_bytes())
        assert make(course, "--force") == 0 and path.read_bytes() == derived
        assert "is kept as 01_a.yours" in capsys.readouterr().out
    kept = [path.with_name(name) for name in ("01_a.yours.ipynb", "01_a.yours-2.ipynb")]
    assert [copy.read_bytes() for copy in kept] == versions


@pytest.mark.parametrize("edition", ["solutions", "notebooks"])
def test_a_file_saved_while_it_is_executed_is_not_overwritten(course, monkeypatch, edition, capsys):
    path = course / edition / "01_a.ipynb"

    def save_meanwhile(nb, folder):
        if folder == path.parent:
            edit(path, 2, "saved meanwhile")
        return pretend(nb, folder)

    monkeypatch.setattr(build, "execute", save_meanwhile)
    assert make(course) == 1
    assert "saved meanwhile" in path.read_text("utf-8")
    assert f"{edition}/01_a.ipynb: the file was changed" in capsys.readouterr().out


@pytest.mark.parametrize("fails", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_file(course, monkeypatch, fails, capsys):
    def full(*_):
        raise OSError(28, "No space left on device")

    edit(course / "solutions" / "01_a.ipynb", 2, "3")
    before = files(course)
    monkeypatch.setattr(build.os, fails, full)
    assert make(course) == 1
    assert files(course) == before
    assert not list(course.glob("*/.*"))
    assert "No space left" in capsys.readouterr().out


def test_only_the_named_lessons_are_built(course):
    write(course / "solutions" / "02_b.ipynb", lesson(code("10")))
    assert make(course, "01") == 0 and not (course / "notebooks" / "02_b.ipynb").exists()
    assert make(course, "solutions/02_b.ipynb") == 0
    assert (course / "notebooks" / "02_b.ipynb").exists()
    with pytest.raises(SystemExit):
        make(course, "07")


def test_a_bad_lesson_is_named_and_the_others_are_built(course, capsys):
    write(course / "solutions" / "02_b.ipynb", lesson(code("### BEGIN SOLUTION")))
    edit(course / "solutions" / "01_a.ipynb", 2, "4")
    assert make(course) == 1
    assert "02_b: cell 4 (id cell-3)" in capsys.readouterr().out
    assert make(course, "--check", "01") == 0


def test_check_names_what_drifted_and_writes_nothing(course, capsys):
    edit(course / "notebooks" / "01_a.ipynb", 0, "# Another title")
    write(course / "solutions" / "02_b.ipynb", lesson())
    before = files(course)
    capsys.readouterr()
    assert make(course, "--check") == 1 and files(course) == before
    told = capsys.readouterr().out
    assert "notebooks/01_a.ipynb: drifted" in told and "notebooks/02_b.ipynb: missing" in told


def test_real_kernels(tmp_path, capsys):
    """Executed in their own folders, static, repeatably; an error leaves the file untouched."""
    seen = "import os\nprint(os.path.basename(os.getcwd()), os.environ['COURSE_STATIC'], hash('a'))"
    (tmp_path / "solutions").mkdir()
    source, derived = (tmp_path / folder / "01_a.ipynb" for folder in ("solutions", "notebooks"))
    write(source, lesson(code(seen), code("import sys; print('hidden', file=sys.stderr)")))
    assert make(tmp_path) == 0
    assert "stderr of cell 5 (id cell-4), not stored: hidden" in capsys.readouterr().out
    stored = [build.parse(path.read_text("utf-8")) for path in (source, derived)]
    (here, static, seed), *others = [nb.cells[3].outputs[0].text.split() for nb in stored]
    assert (here, static) == ("solutions", "1")
    assert others == [["notebooks", "1", seed]]

    edit(source, 4, "double(None)  # an error unless it is solved\n1 / 0")
    before = files(tmp_path)
    assert make(tmp_path) == 1 and files(tmp_path) == before
    told = capsys.readouterr().out
    assert "solutions/01_a.ipynb: cell 5 (id cell-4) failed" in told
    assert "notebooks/01_a.ipynb: cell 5 (id cell-4) failed" in told
    assert "TypeError: unsupported operand" in told and "NotImplementedError" in told
    assert "\x1b" not in told
