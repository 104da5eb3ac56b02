"""Break one thing at a time in `utils/` and in the lessons' cells: do the tests notice?

    python -m tools.mutants --seed 1 --count 200 [--only utils/layers.py]

A mutant is a place in the source and what stands there instead. For `utils/`, the tests that call
the function it is in are run, the quickest first, until one fails; a lesson's cell is run with the
lesson, as `make test` runs it, until an output differs. All this happens in copies of the checkout,
in processes forked from one that has imported what takes long. mutants_explained.toml lists those
that no test can notice, and why.

(mutmut leaves out what stands outside functions, which is most of the checks; cosmic-ray starts a
command for each mutant; neither knows notebooks.)
"""

import argparse
import contextlib
import functools
import hashlib
import itertools
import json
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import threading
import time
import tomllib
from collections import Counter, defaultdict
from pathlib import Path

from tools.mutations import compiles, mutants

ROOT = Path(__file__).resolve().parent.parent
EXPLAINED = ROOT / "tools/mutants_explained.toml"
CACHE = ROOT / ".pytest_cache/d/mutants.json"  # which test calls what, until it or utils/ changes
IN_LESSONS = 5  # mutants in the cells of each lesson; the rest of --count is in utils/
WARM = "hypothesis IPython keras matplotlib.figure nbval.plugin pandas PIL.Image pytest".split()


# --- which of them ------------------------------------------------------------------------------


def everything(only):
    """All mutants, {file: [mutant]}, of the files whose path starts with `only`."""
    found = {}
    for file in sorted([*ROOT.glob("utils/**/*.py"), *ROOT.glob("solutions/*.ipynb")]):
        path = file.relative_to(ROOT).as_posix()
        if not path.startswith(only) or ".yours" in path:
            continue
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".py":
            found[path] = list(mutants(path, text))
            continue
        cells = json.loads(text)["cells"]
        found[path] = [
            mutant
            for k, cell in enumerate(cells)
            if cell["cell_type"] == "code"
            for mutant in mutants(path, "".join(cell["source"]), k)
        ]
    return found


def sample(found, count, rng):
    """IN_LESSONS of each lesson; the rest from utils/, every kind as often as there is room."""
    lessons = {path: pool for path, pool in found.items() if path.endswith(".ipynb")}
    chosen = [m for pool in lessons.values() for m in by_turns(pool, min(IN_LESSONS, count), rng)]
    pool = [m for path, pool in found.items() if path not in lessons for m in pool]
    return chosen + by_turns(pool, count - len(chosen), rng)


def by_turns(pool, count, rng):
    """`count` of the pool, one kind after the other, one mutant a line before a second."""
    kinds, seen = defaultdict(list), Counter()
    for mutant in rng.sample(pool, len(pool)):
        line = mutant.path, mutant.cell, mutant.kind, mutant.original.count(b"\n", 0, mutant.start)
        seen[line] += 1
        kinds[mutant.kind].append((seen[line], len(kinds[mutant.kind]), mutant))
    queues = [
        (mutant for *_, mutant in sorted(kinds[kind]) if compiles(mutant.source))
        for kind in rng.sample(sorted(kinds), len(kinds))
    ]
    turns = itertools.chain.from_iterable(itertools.zip_longest(*queues))
    return list(itertools.islice(filter(None, turns), max(count, 0)))


def explained(found):
    """The mutants that no test can notice, {(path, before, after): why}, all of them there."""
    entries = tomllib.loads(EXPLAINED.read_text(encoding="utf-8"))["mutant"]
    reasons = {(e["path"], e["before"], e["after"]): e["why"] for e in entries}
    there = {m.key for path in {key[0] for key in reasons} for m in found.get(path, [])}
    gone = [key for key in reasons if key[0] in found and key not in there]
    if gone:
        lines = "\n".join(f"  {path}: {before} -> {after}" for path, before, after in gone)
        raise SystemExit(f"{EXPLAINED.name} explains what is no longer there:\n{lines}")
    return reasons


# --- processes, each in a copy of the checkout ---------------------------------------------------


def warm():
    """Import what takes long; the forked processes have it. Nothing of utils/, which is mutated."""
    os.environ |= {"COURSE_STATIC": "1", "OPENBLAS_NUM_THREADS": "1"}
    import utils.keras_setup  # noqa: F401  before tensorflow, for which it sets the environment

    sys.path.remove(str(ROOT))
    for name in [name for name in sys.modules if name.split(".")[0] == "utils"]:
        del sys.modules[name]
    for module in WARM:
        __import__(module)
    import hypothesis

    phases = hypothesis.Phase.explicit, hypothesis.Phase.generate  # a failure needs no shrinking
    hypothesis.settings.register_profile("mutants", phases=phases, database=None)
    hypothesis.settings.load_profile("mutants")


def in_copies(tasks, copies):
    """Run tasks (what, run, seconds), as many at a time as there are copies of the checkout, each
    in a process of its own; yield (what, copy, exit code). Time that is up counts as a failure."""
    tasks, free, running = iter(tasks), list(copies), {}
    while True:
        for copy, (what, run, seconds) in zip(list(free), tasks, strict=False):
            free.remove(copy)
            running[fork(copy, run, seconds)] = what, copy
        if not running:
            return
        pid, status = os.wait()
        if pid in running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)  # kernels, where the time was up
            what, copy = running.pop(pid)
            yield what, copy, os.waitstatus_to_exitcode(status)
            free.append(copy)


def fork(copy, run, seconds):
    """Start `run(copy)` in a new process there. -> its id"""
    if pid := os.fork():
        return pid
    code = 3
    try:
        os.setsid()
        os.chdir(copy)
        os.environ["KERAS_HOME"] = f"{copy}/utils/keras_home"  # where the copy's utils have it
        log = os.open(copy / "log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(log, 1)
        os.dup2(log, 2)
        sys.path.insert(0, str(copy))
        signal.setitimer(signal.ITIMER_PROF, seconds)  # of its own work; ...
        signal.alarm(int(5 * seconds))  # ... that of kernels isn't, and other work slows it down
        code = run(copy)
    finally:
        os._exit(code)


def pytest_run(arguments, plugin=None):
    import pytest

    return pytest.main(["-q", "-p", "no:cacheprovider", *arguments], plugins=plugin and [plugin])


# --- which test calls what ----------------------------------------------------------------------


class Watch:
    """A pytest plugin: how long each passing test takes, and which functions of utils it calls."""

    def __init__(self, copy):
        self.utils, self.start, self.tests, self.calls = (
            f"{copy}/utils/",
            len(f"{copy}/"),
            {},
            set(),
        )

    def pytest_runtest_setup(self, item):
        self.calls = set()
        sys.settrace(self.see)  # anew for each test: Python drops it where a recursion is too deep

    def pytest_runtest_logreport(self, report):
        if report.when == "call" and report.passed:
            self.tests[report.nodeid] = report.duration, sorted(self.calls)

    def see(self, frame, event, arg):
        code = frame.f_code
        if code.co_filename.startswith(self.utils):
            name = code.co_qualname.replace(".<locals>", "").split(".<")[0]
            self.calls.add(f"{code.co_filename[self.start :]}:{name}")


def watch(copy, file):
    """Run a file of tests once and leave what `Watch` saw of it in the copy."""
    plugin = Watch(copy)
    threading.settrace(plugin.see)
    code = pytest_run([file], plugin)
    sys.settrace(None)
    (copy / "watched.json").write_text(json.dumps(plugin.tests))
    return 0 if plugin.tests else code or 1  # a test that fails is left out; not one was run?


def watched(copies):
    """{test: (seconds, calls)} of the tests that import utils; what is unchanged from the cache."""
    sources = [*ROOT.glob("utils/**/*.py"), *ROOT.glob("tests/answers/*.py")]
    utils = "".join(p.read_text(encoding="utf-8") for p in sorted(sources))
    keys = {}
    for file in sorted(ROOT.glob("tests/test_*.py")):
        text = file.read_text(encoding="utf-8")
        if re.search(r"^(from|import) utils", text, re.M) and file.name != "test_assignment.py":
            keys[f"tests/{file.name}"] = hashlib.sha256((utils + text).encode()).hexdigest()
    cache = json.loads(CACHE.read_text()) if CACHE.exists() else {}
    new = [file for file, key in keys.items() if cache.get(file, [""])[0] != key]
    if new:
        print(f"Running {len(new)} files of tests to see what they call ...", flush=True)
    tasks = [(file, functools.partial(watch, file=file), 900) for file in new]
    for file, copy, code in in_copies(tasks, copies):
        if code:
            raise SystemExit(f"{file} did not run:\n{(copy / 'log').read_text()[-2000:]}")
        cache[file] = keys[file], json.loads((copy / "watched.json").read_text())
        CACHE.parent.mkdir(parents=True, exist_ok=True)
        CACHE.write_text(json.dumps(cache))
    return {test: told for file in keys for test, told in cache[file][1].items()}


def tests_for(mutant, tests, most=60):
    """(tests, seconds): those that call the mutant's function, then those that call another of its
    file, the quickest first, `most` seconds of them. For a cell, the lesson and its explorers."""
    if mutant.cell is not None:
        lesson, stored = Path(mutant.path).stem, (ROOT / "tests/explorers.json").read_text()
        more = [f"tests/test_explorers.py::test_both_ends[{lesson}]"] if lesson in stored else []
        return [mutant.path, *more], 120
    place, file = f"{mutant.path}:{mutant.function}", f"{mutant.path}:"
    calling = [test for test, (_, calls) in tests.items() if any(c.startswith(file) for c in calls)]
    if not calling:  # a module of which tests only speak, since it is for other processes
        word = Path(mutant.path).stem
        return [f"tests/{f.name}" for f in ROOT.glob("tests/test_*.py") if word in f.stem], 120
    calling.sort(key=lambda test: (place not in tests[test][1], tests[test][0]))
    total = list(itertools.accumulate(tests[test][0] for test in calling))
    chosen = [test for test, seconds in zip(calling, total, strict=True) if seconds <= most]
    return chosen, 20 + 3 * min([most, *total[-1:]])


# --- one mutant ---------------------------------------------------------------------------------


class Chosen:
    """A pytest plugin: of all tests these, in this order."""

    def __init__(self, tests):
        self.order = {test: k for k, test in enumerate(tests)}

    def pytest_collection_modifyitems(self, items):
        if any("::" in test for test in self.order):  # else whole files
            items[:] = [item for item in items if item.nodeid in self.order]
            items.sort(key=lambda item: self.order[item.nodeid])


def attempt(copy, mutant, tests):
    """Put the mutant into the copy and run the tests. -> 0 if they all pass"""
    sys.dont_write_bytecode = True
    file, text = copy / mutant.path, mutant.source
    for compiled in file.parent.glob(f"__pycache__/{file.stem}.*"):
        compiled.unlink()
    if mutant.cell is not None:
        notebook = json.loads(file.read_text(encoding="utf-8"))
        notebook["cells"][mutant.cell]["source"] = text
        file.write_text(json.dumps(notebook), encoding="utf-8")
        return pytest_run(["-x", *tests])
    file.write_text(text, encoding="utf-8")
    files = dict.fromkeys(test.split("::")[0] for test in tests)
    return pytest_run(["-x", *files], Chosen(tests))


def survivors(chosen, tests, copies):
    """Try the mutants; yield (mutant, whether it survived, tests run)."""
    tasks = []
    for mutant in chosen:
        names, seconds = tests_for(mutant, tests)
        run = functools.partial(attempt, mutant=mutant, tests=names) if names else lambda copy: 0
        tasks.append(((mutant, names), run, seconds))
    for (mutant, names), copy, code in in_copies(tasks, copies):
        shutil.copy2(ROOT / mutant.path, copy / mutant.path)
        yield mutant, code in (0, 5), names  # 5: there was nothing to run


# --- the report ---------------------------------------------------------------------------------


def table(caught, tried):
    """A Markdown table: kind, mutants, caught."""
    rows = [(kind, tried[kind], caught[kind]) for kind in sorted(tried)]
    rows.append(("all", sum(tried.values()), sum(caught.values())))
    lines = ["| what was broken | mutants | caught |", "|---|---:|---:|"]
    lines += [f"| {kind} | {n} | {found / n:.0%} |" for kind, n, found in rows]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--only", default="", help="files whose path starts so")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="at a time")
    parser.add_argument("--goal", type=int, default=95, help="%% to be caught, else it fails")
    args = parser.parse_args()
    if not (found := everything(args.only)):
        parser.error(f"no line that could be broken in a file whose path starts with {args.only}")
    reasons = explained(found)
    chosen = sample(found, args.count, random.Random(args.seed))
    warm()
    made = ("site", "slides", "handouts", ".sheets", ".hypothesis", "*_cache")
    ignore = shutil.ignore_patterns(".git", ".venv", *made)
    begun, tried, caught, known = time.monotonic(), Counter(), Counter(), 0
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copies = [Path(folder).resolve() / f"copy{k}" for k in range(args.jobs)]
        for copy in copies:
            shutil.copytree(ROOT, copy, ignore=ignore)
        tests = watched(copies) if any(mutant.cell is None for mutant in chosen) else {}
        results = survivors(chosen, tests, copies)
        for n, (mutant, survived, names) in enumerate(results, start=1):
            if survived and mutant.key in reasons:
                known += 1
                continue
            tried[mutant.kind] += 1
            caught[mutant.kind] += not survived
            if survived:
                passed = f"{len(names)} tests passed ({n} of {len(chosen)} tried)"
                print(f"{mutant}\n    {passed}", flush=True)
    minutes = (time.monotonic() - begun) / 60
    print(
        f"\nSeed {args.seed}, {minutes:.0f} minutes. Left out: {known} that no test can notice.\n"
    )
    print(table(caught, tried))
    return sum(caught.values()) < args.goal / 100 * sum(tried.values())


if __name__ == "__main__":
    sys.exit(main())
