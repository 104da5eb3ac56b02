"""Write the README's Binder links, one a lesson, for the GitHub repository that `origin` names.

    make binder

A fork runs it once and commits the README: there is nothing else to edit.
"""

import re
import sys
from pathlib import Path
from urllib.parse import quote

from tools import public

ROOT = Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- written by `make binder` -->", "<!-- end -->"
GITHUB = re.compile(
    r"(?:https://(?:[^/@]+@)?github\.com/|(?:ssh://)?git@github\.com[:/])"
    r"(?P<owner>[\w-]+)/(?P<name>[\w.-]+?)(?:\.git)?/?"
)


def repository(address):
    """owner/name of a GitHub address, as git knows them."""
    match = public.matched(GITHUB, address, "GitHub", "https://github.com/OWNER/NAME.git")
    return f"{match['owner']}/{match['name']}"


def links(repository, lessons):
    """A line of Markdown that opens each lesson on mybinder.org, in JupyterLab."""
    at = f"https://mybinder.org/v2/gh/{repository}/HEAD?labpath="
    if not lessons:
        raise ValueError("there is no lesson in notebooks/: the README stays as it is")
    opened = [
        f"[lesson {name[:2].lstrip('0') or 0}]({at}{quote(f'notebooks/{name}', safe='')})"
        for name in lessons
    ]
    return f"Open on Binder: {', '.join(opened)}."


def written(readme, line):
    """The README with `line` between its two marks."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"README.md must hold the marks {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{line}\n{END}{after}"


def main():
    readme = ROOT / "README.md"
    lessons = [path.name for path in public.notebooks(ROOT)]
    try:
        line = links(repository(public.git(ROOT, "remote", "get-url", "origin")), lessons)
        text = written(readme.read_text(encoding="utf-8"), line)
        readme.write_text(text, encoding="utf-8")
    except ValueError as error:
        sys.exit(str(error))
    print(line)


if __name__ == "__main__":
    main()
