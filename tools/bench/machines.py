"""The tests under other Pythons, other packages and on what older processors can do.

    python -m tools.bench.machines                    # all of it, an hour on two cores
    python -m tools.bench.machines oneDNN "Python 3.13"   # conditions whose name begins so

For another Python or other packages the whole suite is run, in an environment made for it. For the
rest it is the lessons' complete editions, of which every stored output has to come out again; where
utils.keras_setup switches something off, the copy of the course that is run doesn't. A Python that
is not on the PATH is named and left out.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).resolve().parent.parent.parent
PYTHONS = "3.11", "3.12", "3.13"
THREADS = "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"
LESSONS = {  # what stands in the environment
    "everything as it comes": {},
    "one thread": dict.fromkeys(THREADS, "1"),
    "two threads": dict.fromkeys(THREADS, "2"),
    "oneDNN on": {"TF_ENABLE_ONEDNN_OPTS": "1"},
    "oneDNN on, SSE 4.1": {"TF_ENABLE_ONEDNN_OPTS": "1", "ONEDNN_MAX_CPU_ISA": "SSE41"},
    "OpenBLAS for Haswell (2013)": {"OPENBLAS_CORETYPE": "Haswell"},
    "OpenBLAS for Sandy Bridge (2011)": {"OPENBLAS_CORETYPE": "Sandybridge"},
    "OpenBLAS for Nehalem (2008)": {"OPENBLAS_CORETYPE": "Nehalem"},
    "OpenBLAS for Prescott (2004)": {"OPENBLAS_CORETYPE": "Prescott"},
    "NumPy without AVX": {"NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4"},
}
PYTEST = "-m pytest -q -n 2 --tb no -r fE -p no:cacheprovider".split()


def environment(python, folder, newest):
    """A new environment with what the tests need, pinned or the newest. -> its Python"""
    subprocess.run([python, "-m", "venv", folder], check=True)
    own = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    wanted = ["--require-hashes", "-r", ROOT / "tests/constraints.txt"]
    if newest:  # as .github/workflows/newest.yml does
        texts = [(ROOT / f"{place}requirements.txt").read_text() for place in ("", "tests/")]
        text = re.sub(r"^pytest==\S+", "pytest<10", "\n".join(texts), flags=re.MULTILINE)
        (folder / "newest.txt").write_text(re.sub(r"==\d\S*", "", text))
        wanted = ["--upgrade", "-r", folder / "newest.txt"]
    install = [own, "-m", "pip", "install", "-qq", "--disable-pip-version-check", *wanted]
    subprocess.run(install, check=True)
    return own


def in_environment(version, newest=False):
    """Run the whole suite under a Python, with pinned or the newest packages. -> its report"""
    if not (python := shutil.which(f"python{version}")):
        return None
    with tempfile.TemporaryDirectory() as folder:
        own = environment(python, Path(folder, "environment"), newest)
        say = "import platform, keras, tensorflow, numpy; print(platform.python_version(), "
        say += "numpy.__version__, tensorflow.__version__, keras.__version__)"
        told = subprocess.run([own, "-c", say], capture_output=True, text=True, check=True).stdout
        report = run([own, *PYTEST], copy_of_course(folder), {})
    return report + "\nPython {}, NumPy {}, TensorFlow {}, Keras {}".format(*told.split())


def copy_of_course(folder):
    """A copy that no edit meanwhile disturbs. -> its place"""

    def unwanted(place, names):
        ours = {".venv", ".sheets", "site", "slides", "handouts", "grading"}
        return ours if Path(place) == ROOT else {"__pycache__"}

    return shutil.copytree(ROOT, Path(folder) / "course", ignore=unwanted)


def lessons(settings):
    """Run the complete editions with these variables in the environment. -> pytest's report"""
    with tempfile.TemporaryDirectory() as folder:
        copy = copy_of_course(folder)
        setup = copy / "utils" / "keras_setup.py"
        set_here = [name for name in settings if f'"{name}": "0"' in setup.read_text()]
        for name in set_here:
            told = setup.read_text().replace(f'"{name}": "0"', f'"{name}": "{settings[name]}"')
            setup.write_text(told)
        return run([sys.executable, *PYTEST, "solutions"], copy, settings)


def run(command, folder, settings):
    env = {name: value for name, value in os.environ.items() if name != "OPENBLAS_CORETYPE"}
    done = subprocess.run(command, cwd=folder, env=env | settings, capture_output=True, text=True)
    return done.stdout + done.stderr


def row(name, report, minutes):
    """A line of the table, and the names of tests that failed below it."""
    if report is None:
        return f"{name:36}not on this machine"
    result = re.findall(r"^=*\s*(\d.*?) in [\d.]+s", report, re.MULTILINE)
    with_what = re.findall(r"^Python .*", report, re.MULTILINE)
    failed = re.findall(r"^(?:FAILED|ERROR) (.*)", report, re.MULTILINE)
    words = result[-1] if result else report.strip()[-300:]
    lines = [f"{name:36}{minutes:5.1f}  {words}"] + [f"{'':43}{line}" for line in with_what]
    return "\n".join(lines + [f"    {line[:150]}" for line in failed])


def main():
    conditions = {f"Python {v}": lambda v=v: in_environment(v) for v in PYTHONS}
    newest = f"newest packages, Python {PYTHONS[-1]}"
    conditions[newest] = lambda: in_environment(PYTHONS[-1], newest=True)
    conditions |= {name: lambda s=s: lessons(s) for name, s in LESSONS.items()}
    named = tuple(sys.argv[1:]) or ("",)
    print(f"{'':36}{'min':>5}  tests")
    for name, measure in conditions.items():
        if name.startswith(named):
            start = perf_counter()
            report = measure()
            print(row(name, report, (perf_counter() - start) / 60), flush=True)


if __name__ == "__main__":
    main()
