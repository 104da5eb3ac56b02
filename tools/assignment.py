"""Assignments for nbgrader (`make assignment`), started so that nothing of the teacher's has a say.

    python -m tools.assignment make 02
    python -m tools.assignment autograde 02
    python -m tools.assignment feedback 02

Whoever marks has variables, settings and folders of their own: PYTHONOPTIMIZE takes away asserts, a
PYTHONPATH may hold another NumPy, ~/.keras another precision. So the work is done by a program that
begins with next to none of them: grading/assignment.py says what it does.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PASSED_ON = ("PATH", "HOME", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT")
SET = {
    "PYTHONPATH": str(ROOT),
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "MPLBACKEND": "agg",
    "KERAS_HOME": os.devnull,
}
PROGRAM = "import sys; from tools.grading.assignment import main; sys.exit(main())"

if __name__ == "__main__":
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    os.umask(0o022 | os.umask(0o022) & 0o077)  # whatever is written, its owner can read
    os.execve(sys.executable, [sys.executable, "-sPc", PROGRAM, *sys.argv[1:]], kept | SET)
