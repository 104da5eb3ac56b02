"""Seconds, processor seconds and memory of each lesson, run from its first cell to its last.

The solutions edition, in a kernel of its own, one after the other. Goals: 60 s and 900 MB for a
lesson with TensorFlow, 1 MB for a file.
"""

import argparse
import os
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

import nbformat
from nbclient import NotebookClient

from tools.build_notebooks import exit_with_words
from tools.lessons import paths

ROOT = Path(__file__).resolve().parent.parent.parent
ENVIRONMENT = {
    "COURSE_STATIC": "1",
    "OPENBLAS_NUM_THREADS": "1",  # as the tests have it
    "PYTEST_CURRENT_TEST": "benchmark",  # ipykernel then leaves C-level stderr alone
}
SPENT = """
import resource
_used = resource.getrusage(resource.RUSAGE_SELF)
print(_used.ru_utime + _used.ru_stime, _used.ru_maxrss / 1000)
"""


def run(path):
    """Execute a notebook. -> seconds, processor seconds, largest memory of the kernel in MB"""
    nb = nbformat.read(path, 4)
    nb.cells.append(nbformat.v4.new_code_cell(SPENT))
    start = perf_counter()
    NotebookClient(
        nb, timeout=600, kernel_name="python3", resources={"metadata": {"path": path.parent}}
    ).execute()
    seconds = perf_counter() - start
    return seconds, *map(float, nb.cells[-1].outputs[0].text.split())


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    os.environ |= ENVIRONMENT
    print(f"{'':24}{'seconds, median [range]':28}{'processor s':>12}{'MB':>8}{'file, kB':>10}")
    total = 0
    with exit_with_words():
        released = paths(ROOT)
    for path in released:
        seconds, processor, memory = zip(*(run(path) for _ in range(runs)), strict=True)
        spread = f"{median(seconds):.1f} [{min(seconds):.1f} to {max(seconds):.1f}]"
        size = path.stat().st_size / 1000
        print(
            f"{path.stem:24}{spread:28}{median(processor):12.1f}{max(memory):8.0f}{size:10.0f}",
            flush=True,
        )
        total += median(seconds)
    print(f"{'all':24}{total:.1f}")


if __name__ == "__main__":
    sys.exit(main())
