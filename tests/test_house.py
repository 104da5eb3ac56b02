"""The files around the lessons agree with each other."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tools import build_handouts, build_site, build_slides, licences
from tools.build_notebooks import LessonError

ROOT = Path(__file__).resolve().parent.parent
REGISTRIES = [  # in two parts, or this file would name them too
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("yarnpkg", "com"),
        ("unpkg", "com"),
        ("jsdelivr", "net"),
        ("esm", "sh"),
        ("anaconda", "org"),
        ("deb.debian", "org"),
        ("security.debian", "org"),
        ("archive.ubuntu", "com"),
        ("crates", "io"),
        ("golang", "org"),
    )
]
PINS = [
    "requirements.txt",
    "constraints.txt",
    "tests/requirements.txt",
    "tests/constraints.txt",
    "binder/requirements.txt",
    "tools/uv.txt",
]
HASHED = [name for name in PINS if name not in ("requirements.txt", "tests/requirements.txt")]
BINDER = {  # the machine that Binder builds on, as environment markers see it
    "sys_platform": "linux",
    "platform_machine": "x86_64",
    "platform_system": "Linux",
    "os_name": "posix",
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
}


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def requirements(name):
    """The requirements a file lists, its comments and hashes left out."""
    lines = re.sub(r"\\\n", " ", read(name)).splitlines()
    lines = [re.split(r"\s#|\s--hash", line)[0].strip() for line in lines]
    return [Requirement(line) for line in lines if line and line[0] != "#"]


def tracked():
    """The text of every file that git knows, by name."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    try:
        names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    except (OSError, subprocess.CalledProcessError):
        names = ""
    if not names:
        pytest.skip("no git checkout")
    paths = [name for name in names.split("\0") if (ROOT / name).is_file()]
    return {name: (ROOT / name).read_bytes().decode("utf-8", "replace") for name in paths}


# Pins --------------------------------------------------------------------------------------------


def test_requirements_are_few_and_exactly_pinned():
    wanted = requirements("requirements.txt")
    assert 0 < len(wanted) <= 12
    for requirement in wanted:
        assert re.fullmatch(r"==\d[\w.]*", str(requirement.specifier)), requirement


@pytest.mark.parametrize("folder", ["", "tests/"])
def test_constraints_hold_the_requirements(folder):
    pins = {pin.name: str(pin.specifier) for pin in requirements(f"{folder}constraints.txt")}
    for requirement in requirements(f"{folder}requirements.txt"):
        assert pins[requirement.name] == str(requirement.specifier), "run `make lock`"


def test_the_tests_run_with_what_the_lessons_run_with():
    course, tests = requirements("constraints.txt"), requirements("tests/constraints.txt")
    assert {str(pin) for pin in course} <= {str(pin) for pin in tests}, "run `make lock`"


def hashes(name):
    """{requirement: the hashes of its files} of a list of pins."""
    blocks = re.split(r"\n(?=\w)", re.sub(r"(?m)^#.*\n", "", read(name)))
    return {block.split()[0]: set(re.findall(r"--hash=(\S+)", block)) for block in blocks}


@pytest.mark.parametrize("name", HASHED)
def test_every_pin_has_a_hash(name):
    found = hashes(name)
    assert found and not [pin for pin, held in found.items() if not held]
    every = set().union(*found.values())
    assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", each) for each in every)


def test_binder_has_the_same_pins():
    python = read("binder/runtime.txt").strip().removeprefix("python-")
    machine = BINDER | {"python_version": python, "python_full_version": f"{python}.0"}
    expected = {
        f"{pin.name}{pin.specifier}"
        for pin in requirements("constraints.txt")
        if pin.marker is None or pin.marker.evaluate(machine)
    }
    assert {str(pin) for pin in requirements("binder/requirements.txt")} == expected
    assert "tensorflow" not in {pin.name for pin in requirements("binder/requirements.txt")}
    course = hashes("constraints.txt")
    assert all(held == course[pin] for pin, held in hashes("binder/requirements.txt").items())


@pytest.mark.parametrize("name", PINS)
def test_pins_name_neither_files_nor_addresses(name):
    """repo2docker would also lose its cached layer over a line `-r` or `-c`."""
    for line in read(name).splitlines():
        assert not line.startswith("-"), line
        assert "://" not in line and " @ " not in line, line


NEWEST = ".github/workflows/newest.yml"  # it tries new releases, and is there for that


def unpinned(command):
    """What a line of a shell would fetch in whatever version is the newest."""
    command = command.removesuffix("\\n")  # in a notebook's file
    program, rest = re.match(r"(pip|npm|helm) \w+(.*)", command).groups()
    if program == "helm":
        return [] if re.search(r"--version[ =]\d", rest) else ["the chart"]
    if "--require-hashes" in rest:
        return []
    words = [word for word in rest.split() if word[0] != "-"]
    return [word for word in words if not re.search(r"(==|@)\d+(\.\d+)+$", word)]


def test_whatever_is_fetched_is_pinned():
    command = re.compile(r"\b(?:(?:pip|npm) install|helm (?:upgrade|install))\b[^\n\\`\"']*")
    texts = {name: text for name, text in tracked().items() if not name.startswith("tests/")}
    found = {(name, line) for name, text in texts.items() for line in command.findall(text)}
    assert {line.split()[0] for _, line in found} == {"pip", "npm", "helm"}
    loose = {(name, line) for name, line in found if unpinned(line)}
    assert {name for name, _ in loose} == {NEWEST}, loose


@pytest.mark.parametrize(
    "line",
    [
        "pip install jupyterhub",
        "pip install --quiet a==1.0 b",
        "pip install -r requirements.txt",
        "pip install a>=1.0",
        "npm install configurable-http-proxy",
        "npm install a@latest",
        "helm upgrade --install course jupyterhub/jupyterhub --values deploy/values.yaml",
    ],
)
def test_what_is_not_pinned_is_seen(line):
    assert unpinned(line)


def test_every_action_is_pinned_by_its_commit():
    """A tag may be moved to other code, a commit may not. The version is for people."""
    used = {}
    for path in (ROOT / ".github" / "workflows").glob("*.y*ml"):
        for line in re.findall(r"(?m)^[ -]*uses:(.*)$", path.read_text("utf-8")):
            pinned = re.fullmatch(r" ([\w.-]+/[\w./-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)", line)
            assert pinned, f"{path.name}: {line}"
            used.setdefault(pinned[1], set()).add(pinned.groups())
    assert used and all(len(versions) == 1 for versions in used.values()), used


@pytest.mark.parametrize("name", [".ci/run", "binder/postBuild", "binder/start"])
def test_scripts_run_as_they_are(name):
    assert os.access(ROOT / name, os.X_OK)
    assert read(name).startswith("#!")


def test_binder_scripts_end_as_binder_needs():
    assert read("binder/start").rstrip().endswith('exec "$@"')
    assert re.search(r"^set -\w*e", read("binder/postBuild"), re.MULTILINE)


# What stands in the files ------------------------------------------------------------------------


def test_no_file_names_a_registry():
    host = re.compile(r"(?<![\w-])(" + "|".join(map(re.escape, REGISTRIES)) + r")\b")
    found = {name: match[0] for name, text in tracked().items() if (match := host.search(text))}
    assert not found


def test_only_benchmarks_touch_the_blas_kernel():
    variable = "OPENBLAS_" + "CORETYPE"
    found = [
        name
        for name, text in tracked().items()
        if re.search(variable + r"\W{0,3}[=:,]", text) and not name.startswith("tools/bench/")
    ]
    assert not found


# What finds no lesson ----------------------------------------------------------------------------

NEEDS_LESSONS = [
    "-m tools.build_slides",
    "-m tools.build_site",
    "-m tools.build_handouts",
    "tools/build_notebooks.py",
    "tools/build_notebooks.py 01",
    "tools/build_notebooks.py --check",
    "-m tools.assignment make 01",
    "-m tools.assignment autograde 01",
    "-m tools.assignment feedback 01",
    "-m tools.claims",
    "-m tools.bench.lessons",
    "-m tools.bench.explorers",
    "-m tools.bench lessons",
    "-m tools.mutants --only solutions/",
    "-m tools.binder_links",
    "tools/load_test.py",
    "deploy/link.py https://hub.example.org",
]


def state(folder):
    files = [path for path in folder.rglob("*") if path.is_file()]
    kept = [p for p in files if not {"__pycache__", ".git", ".venv"} & set(p.parts)]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in kept}


@pytest.fixture(scope="module")
def branch_for_students(tmp_path_factory):
    """The course without a lesson, and with what was made of it before."""
    course = tmp_path_factory.mktemp("branch") / "course"
    made = "site", "slides", "handouts"
    unwanted = shutil.ignore_patterns("__pycache__", "*.ipynb", ".git", ".venv", *made)
    unwanted_caches = shutil.ignore_patterns(".*_cache", ".hypothesis", ".sheets")
    shutil.copytree(ROOT, course, ignore=lambda *a: unwanted(*a) | unwanted_caches(*a))
    old = [f"{folder}/old.html" for folder in made]
    for name in (*old, "grading/release/01_rnn_basics/old.ipynb"):
        (course / name).parent.mkdir(parents=True)
        (course / name).write_text("old")
    origin = "https://github.com/some-one/course"
    for command in (["init", "-q", "-b", "main"], ["remote", "add", "origin", origin]):
        subprocess.run(["git", *command], cwd=course, check=True)
    return course


@pytest.mark.skipif(os.name != "posix", reason="nbgrader's sandbox needs Linux")
@pytest.mark.parametrize("command", NEEDS_LESSONS)
def test_a_command_that_finds_no_lesson_says_so_and_empties_nothing(branch_for_students, command):
    before = state(branch_for_students)
    done = subprocess.run(
        [sys.executable, *command.split()],
        cwd=branch_for_students,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
    )
    told = done.stdout + done.stderr
    assert done.returncode != 0 and "Traceback" not in told
    assert re.search(r"no lesson|none in|no line that could be broken", told), told
    assert state(branch_for_students) == before


def test_what_fails_midway_leaves_what_was_there(tmp_path):
    (tmp_path / "solutions").mkdir()
    shutil.copy(ROOT / "README.md", tmp_path)
    for name in ("00_good.ipynb", "01_torn.ipynb"):
        lesson = next((ROOT / "solutions").glob("00_*.ipynb")).read_text("utf-8")
        (tmp_path / "solutions" / name).write_text(lesson[: None if "good" in name else 900])
    for module, folder in (
        (build_site, "site"),
        (build_slides, "slides"),
        (build_handouts, "handouts"),
    ):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "old.html").write_text("old")
        before = state(tmp_path)
        with pytest.raises(LessonError, match="not a notebook"):
            module.build(tmp_path, tmp_path / folder)
        assert state(tmp_path) == before


def test_licences_are_not_listed_from_an_empty_list(tmp_path):
    (tmp_path / "constraints.txt").write_text("# nothing\n")
    with pytest.raises(SystemExit, match="pins nothing: `make lock` writes it"):
        licences.pinned(tmp_path)


def test_no_test_imports_another():
    """What several of them use is in tests/helpers."""
    sources = "".join(file.read_text("utf-8") for file in ROOT.glob("tests/**/test_*.py"))
    lines = re.findall(r"^\s*(?:from tests\b|import tests\b).*", sources, re.MULTILINE)
    assert not [line for line in lines if re.search(r"\btest_\w+", line)]


def test_contributing_tells_the_truth():
    rows = [line.split("|")[1:4] for line in read("CONTRIBUTING.md").splitlines() if "| `" in line]
    assert rows
    for derived, source, command in rows:
        for name in re.findall(r"`([^`]+)`", derived + source):
            assert list(ROOT.glob(name)), name
        (target,) = re.findall(r"`make (\w+)`", command)
        assert re.search(rf"^{target}:", read("Makefile"), re.MULTILINE), target
    links = re.findall(r"\]\((?!https?:)([^)#]+)", read("CONTRIBUTING.md"))
    assert all((ROOT / link).exists() for link in links)
