"""How long the tests take: everything `make test` and `make test-browser` run, by kind."""

import resource
import subprocess
import sys
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).resolve().parent.parent.parent
KINDS = {
    "units": ["tests"],
    "lessons, complete edition": ["solutions"],
    "lessons, learner edition": ["notebooks"],
    "browser": ["tests/browser"],
}


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main():
    print(f"{'':28}{'seconds':>8}{'processor s':>13}   tests")
    for kind, paths in KINDS.items():
        start, spent = perf_counter(), processor_seconds()
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *paths],
            cwd=ROOT, text=True, stdout=subprocess.PIPE,
        )  # fmt: skip
        seconds, spent = perf_counter() - start, processor_seconds() - spent
        result = done.stdout.strip().splitlines()[-1].partition(" in ")[0]
        print(f"{kind:28}{seconds:8.0f}{spent:13.0f}   {result}", flush=True)
        if done.returncode:
            sys.exit(done.returncode)


if __name__ == "__main__":
    main()
