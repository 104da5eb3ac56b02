"""Write the links that open a lesson elsewhere, for the GitHub repository that `origin` names.

    make binder

The README gets a line of them for Binder and one for Colab. Each lesson's first cell, which is
alone in Colab, gets the address from which it can fetch the course. A fork runs this once and
commits.
"""

import re
import sys
from pathlib import Path
from urllib.parse import quote

from tools import public
from tools.build_notebooks import canonical, content, digest, parse

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = "solutions", "notebooks", "tools/skeleton"
BEGIN, END = "<!-- written by `make binder` -->", "<!-- end -->"
GITHUB = re.compile(
    r"(?:https://(?:[^/@]+@)?github\.com/|(?:ssh://)?git@github\.com[:/])"
    r"(?P<owner>[\w-]+)/(?P<name>[\w.-]+?)(?:\.git)?/?"
)
CLONE = re.compile(r"(?<=# !git clone -q https://github\.com/)[\w-]+/[\w.-]+(?= course)")


def repository(address):
    """owner/name of a GitHub address, as git knows them."""
    match = public.matched(GITHUB, address, "GitHub", "https://github.com/OWNER/NAME.git")
    return f"{match['owner']}/{match['name']}"


def links(repository, branch, lessons):
    """Two lines of Markdown that open each lesson on mybinder.org, in JupyterLab, and in Colab."""
    if not lessons:
        raise ValueError("there is no lesson in notebooks/: the README stays as it is")
    binder = f"https://mybinder.org/v2/gh/{repository}/HEAD?labpath="
    colab = f"https://colab.research.google.com/github/{repository}/blob/{quote(branch)}/"
    return (
        f"Open on Binder: {_each(lessons, lambda path: binder + quote(path, safe=''))}.\n\n"
        f"Open in Colab: {_each(lessons, lambda path: colab + quote(path))}. "
        "There a lesson is alone: its first cell says by which line it gets the course."
    )


def _each(lessons, address):
    opened = [(name[:2].lstrip("0") or 0, address(f"notebooks/{name}")) for name in lessons]
    return ", ".join(f"[lesson {number}]({at})" for number, at in opened)


def written(readme, line):
    """The README with `line` between its two marks."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"README.md must hold the marks {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{line}\n{END}{after}"


def at_home(text, repository):
    """A notebook's text, with the address of `repository` in its first cell."""
    told = CLONE.sub(repository, text)
    before, nb = parse(text), parse(told)
    if before.metadata.get("derived") == digest(content(before)):  # nobody has worked in it
        nb.metadata["derived"] = digest(content(nb))
        told = canonical(nb)
    return told


def main():
    readme = ROOT / "README.md"
    lessons = [path.name for path in public.notebooks(ROOT)]
    branch = public.git(ROOT, "rev-parse", "--abbrev-ref", "origin/HEAD").removeprefix("origin/")
    try:
        home = repository(public.git(ROOT, "remote", "get-url", "origin"))
        lines = links(home, branch if branch not in ("", "HEAD") else "main", lessons)
        text = written(readme.read_text(encoding="utf-8"), lines)
        readme.write_text(text, encoding="utf-8")
        for path in (p for folder in FOLDERS for p in sorted((ROOT / folder).glob("*.ipynb"))):
            before = path.read_text(encoding="utf-8")
            if CLONE.sub(home, before) != before:
                path.write_text(at_home(before, home), encoding="utf-8", newline="\n")
    except ValueError as error:
        sys.exit(str(error))
    print(lines)


if __name__ == "__main__":
    main()
