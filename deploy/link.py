"""Print the links that bring the lessons into a student's JupyterHub (nbgitpuller).

    python deploy/link.py https://hub.example.org
    python deploy/link.py https://hub.example.org --lesson 02 --branch class

They name the repository that the checkout's `origin` names, on any git host the hub can reach.
"""

import argparse
import json
import re
import sys
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools import public  # noqa: E402

ORIGIN = re.compile(
    r"(?:https://(?:[^/@]+@)?|ssh://(?:[^/@]+@)?|[^/@]+@)"
    r"(?P<host>[\w.-]+)(?P<port>:\d+(?=/))?[:/](?P<path>[\w./~-]+?)(?:\.git)?/?"
)


def repository(address):
    """The https address to clone from, without a name or a token in it."""
    match = public.matched(ORIGIN, address, "a git host", "https://HOST/OWNER/NAME.git")
    port = match["port"] if match["port"] and address.startswith("https") else ""
    return f"https://{match['host']}{port}/{match['path']}"


def link(hub, repository, branch, lesson):
    """The address that pulls the course into the folder `course` and opens one lesson."""
    opened = f"lab/tree/course/notebooks/{lesson}"
    asked = {"repo": repository, "branch": branch, "targetpath": "course", "urlpath": opened}
    return f"{hub}/hub/user-redirect/git-pull?{urlencode(asked)}"


def hub_address(text):
    """The hub's address without what may follow the host and its port, or a path of the hub's."""
    if not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", text):
        raise ValueError(
            "hub must be the address that students type, such as https://hub.example.org, "
            f"got {text!r}"
        )
    return re.sub(r"(/hub(/.*)?)?/*$", "", text)


def title(notebook):
    """The lesson's name, which is its first heading."""
    cell = json.loads(notebook.read_text("utf-8"))["cells"][0]
    return "".join(cell["source"]).splitlines()[0].lstrip("# ")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("hub", help="the hub's address, such as https://hub.example.org")
    parser.add_argument("--lesson", default="", help="its number, such as 02 (default: all)")
    parser.add_argument("--branch", help="the branch to pull (default: the one checked out)")
    options = parser.parse_args()
    lessons = public.notebooks(ROOT)
    branch = options.branch or public.git(ROOT, "branch", "--show-current")
    number = options.lesson.zfill(2) if options.lesson.isdecimal() else options.lesson
    wanted = [path for path in lessons if path.name.startswith(number)]
    if not wanted:
        there = ", ".join(path.name[:2] for path in lessons) or f"none in {ROOT / 'notebooks'}"
        parser.error(f"no lesson {options.lesson}; there are {there}")
    if not branch:
        parser.error("no branch is checked out: name one with --branch")
    try:
        hub, origin = hub_address(options.hub), public.git(ROOT, "remote", "get-url", "origin")
        at = repository(origin)
    except ValueError as error:
        sys.exit(str(error))
    for path in wanted:
        print(f"{title(path)}\n{link(hub, at, branch, path.name)}\n")


if __name__ == "__main__":
    main()
