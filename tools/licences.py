"""List everything that `make lab` installs, with its version and its licence: `make licences`.

The licences are what the packages say themselves. `ELSEWHERE` has those that belong to another
system than this one, and one that says nothing about itself.
"""

import re
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "docs" / "LICENCES.md"
ELSEWHERE = {
    "appnope": "BSD-2-Clause",
    "colorama": "BSD-3-Clause",
    "namex": "Apache-2.0",
    "pywinpty": "MIT",
    "tensorflow": "Apache-2.0",
    "tensorflow-cpu": "Apache-2.0",
}
HEAD = """# What is installed, and its licence

All that `make lab` installs, with everything it brings along: `constraints.txt` has the same pins
with their hashes. Every licence is a free one. This list is written by `make licences`.

| package | version | licence |
|---|---|---|
"""


def pinned(root=ROOT):
    """{name: version} of everything in constraints.txt, whatever system it is for."""
    text = (root / "constraints.txt").read_text(encoding="utf-8")
    if found := dict(re.findall(r"^([\w.-]+)==([\w.]+)", text, re.MULTILINE)):
        return found
    raise SystemExit(f"{root / 'constraints.txt'} pins nothing: `make lock` writes it")


def licence(name):
    """What the package says of its licence: an SPDX expression, a classifier, a few words."""
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ELSEWHERE.get(name, "")
    classifiers = about.get_all("Classifier") or []
    approved = [c.split(" :: ")[-1] for c in classifiers if c.startswith("License :: OSI Approved")]
    words = (about["License"] or "").partition("\n")[0].strip()
    said = words if len(words) < 40 and words != "UNKNOWN" else ""
    return about["License-Expression"] or " AND ".join(approved) or said or ELSEWHERE.get(name, "")


def table():
    return HEAD + "".join(f"| {n} | {v} | {licence(n)} |\n" for n, v in sorted(pinned().items()))


if __name__ == "__main__":
    LIST.write_text(table(), encoding="utf-8")
    print(f"{LIST.relative_to(ROOT)}: {len(pinned())} packages")
