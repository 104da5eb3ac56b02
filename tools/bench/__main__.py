"""Measure the parts named, all by default, and write what they print into BENCHMARKS.md.

    make bench
    make bench ARGS="layers lessons"

A part is a program, most of them in this folder. What it printed stands in the file with its
command, machine and date; parts that are not named keep what they have. Run it when the machine
has nothing else to do.
"""

import argparse
import datetime
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent.parent
FILE = ROOT / "BENCHMARKS.md"
BEGINNING = (
    "# Measured\n\n"
    "Every number here was printed by a command of this repository, and can be measured again on "
    "your machine: `make bench` renews the whole page, `make bench ARGS=layers` one part. Where "
    "the course loses, the tables say so. A number alone means little on another machine. The "
    "ratios mean more: both sides were measured in turn, in one run.\n"
)
PARTS = {  # title, and what the columns mean
    "layers": (
        "The NumPy layers against Keras and PyTorch",
        "Milliseconds of a training step (forward, loss, backward, Adam): medians of many rounds "
        "with quartiles, every contestant in each round. `products` is the floor, the step's "
        "matrix products alone. Keras is one `tf.function`, its best; `train_on_batch` is how it "
        "is mostly called. Below 1 in the last columns, NumPy is faster.",
    ),
    "forecasts": (
        "Forecasts against the floor and the linear model",
        "Lesson 6's noisy sine, windows of 20, five series that nothing was chosen on: medians "
        "with ranges. `over floor` divides the mean squared error by the noise's, on the same "
        "targets; `excess` is the mean squared distance from the sine itself.",
    ),
    "lessons": (
        "What a lesson takes",
        "The complete edition, from the first cell to the last, one lesson after the other. The "
        "budget is 60 s and 900 MB for the kernel of a lesson with TensorFlow.",
    ),
    "explorers": (
        "Explorers against stock interact",
        "Milliseconds from the key press to the painted picture in JupyterLab under headless "
        "Chromium, 30 moves an explorer, each picture looked at for 0.3 s: meanwhile the next is "
        "drawn ahead. `cold` is the median where none is, though the last few pictures are held, "
        "which is all of a short row of values. `interact` divides the median by that of the same "
        "figure under `ipywidgets.interact`, moved in turn; `slow` is the 95th percentile over a "
        "line of 100 ms and 20 Mbit/s; `held` is from the end of a key held for two seconds to the "
        "last picture; `jumps` is layout shift, `blank` counts frames without a picture. A star "
        "marks what misses its goal: a median of 25 ms and 40 at p95, 0.3, 160, 300, 45 kB; where "
        "a network trains, 150 or 600 ms at p95 and 0.4.",
    ),
    "checks": (
        "What the checks say of wrong answers",
        "Answers by people who knew the lessons' text alone, and no check, in three rounds; "
        "nothing was mended on a round before it was counted. `named` says what is wrong, "
        "`located` where, `vague` is true and of little help, `misleading` sends the learner the "
        "wrong way, or took the answer for right: as somebody read it, who had not written the "
        "check. `changed` messages are others by now.",
    ),
    "mutants": (
        "Mutants: does the net notice?",
        "One thing at a time is broken in `utils/` and in the lessons' cells, and the tests that "
        "run the line are run. The sample is one that nothing was mended on. What is listed "
        "survived; since then each has a test, or a reason in `tools/mutants_explained.toml`.",
    ),
    "machines": (
        "Other machines, as far as one can stand in for another",
        "For another Python, or the newest packages, the whole suite; for threads, oneDNN and "
        "older instruction sets the lessons' complete editions: every stored output has to come "
        "out again. requirements.txt pins what it names, so that no older package is allowed.",
    ),
    "suite": ("How long the tests take", "Each kind in a process of its own, one after the other."),
}
PROGRAMS = {  # where it isn't the part's name alone
    "mutants": "tools.mutants --seed 3 --goal 0",  # whatever is caught, the page says it
    "lessons": "tools.bench.lessons --runs 1",
}
BUSY = 20  # per cent of the processors at work from which on times are not to be trusted


def measure(part):
    """The text of a part's section, freshly measured."""
    command = ["-m", *PROGRAMS.get(part, f"tools.bench.{part}").split()]
    others = psutil.cpu_percent(interval=3)
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, text=True, encoding="utf-8", stdout=subprocess.PIPE
    )
    if done.returncode:
        sys.exit(f"{part} failed, its part of {FILE.name} stays as it was:\n{done.stdout}")
    busy = f", **while other work took {others:.0f} %**" if others > BUSY else ""
    today = f"{datetime.date.today():%-d %B %Y}"
    said = f"`python {' '.join(command)}`, {today}, {machine()}{busy}:"
    title, words = PARTS[part]
    return f"## {title}\n\n{words}\n\n{said}\n\n```text\n{done.stdout.rstrip()}\n```\n"


def machine():
    cpu = platform.processor() or platform.machine()
    if (info := Path("/proc/cpuinfo")).exists():
        cpu = re.search(r"model name\s*: (.+)", info.read_text())[1]
    system = f"{platform.system()}, Python {platform.python_version()}"
    return f"{cpu}, {os.cpu_count()} cores, {system}"


def sections(text):
    """{part: its section} of the page as it is."""
    found = {s.splitlines()[0]: s for s in re.split(r"^## ", text, flags=re.MULTILINE)[1:]}
    titles = {title: part for part, (title, _) in PARTS.items()}
    return {titles[t]: f"## {s.rstrip()}\n" for t, s in found.items() if t in titles}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="part", help=", ".join(PARTS))
    named = parser.parse_args().parts
    if unknown := set(named) - set(PARTS):
        sys.exit(f"part must be one of {', '.join(PARTS)}, got {', '.join(sorted(unknown))}")
    for part in named or PARTS:
        print(f"{part} ...", flush=True)
        section = measure(part)
        # Read as late as this: what else was measured meanwhile stays.
        page = sections(FILE.read_text("utf-8") if FILE.exists() else "") | {part: section}
        FILE.write_text("\n".join([BEGINNING, *(page[p] for p in PARTS if p in page)]), "utf-8")


if __name__ == "__main__":
    main()
