"""Print the links that bring the lessons into a student's JupyterHub (nbgitpuller).

    python deploy/link.py https://hub.example.org
    python deploy/link.py https://hub.example.org --lesson 02 --branch class

They name the repository that the checkout's `origin` names, on any git host the hub can reach.
"""

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
ORIGIN = re.compile(
    r"(?:https://(?:[^/@]+@)?|ssh://(?:[^/@]+@)?|[^/@]+@)"
    r"(?P<host>[\w.-]+)(?P<port>:\d+(?=/))?[:/](?P<path>[\w./~-]+?)(?:\.git)?/?"
)


def repository(address):
    """The https address to clone from, without a name or a token in it."""
    match = ORIGIN.fullmatch(address)
    if not match:
        raise ValueError(
            f"origin must be a repository on a git host, got {address or 'none'}. Set it: "
            f"git remote {'set-url' if address else 'add'} origin https://HOST/OWNER/NAME.git"
        )
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


def git(*asked):
    """What git says of this checkout; nothing if it knows nothing."""
    said = subprocess.run(["git", *asked], cwd=ROOT, capture_output=True, text=True)
    return said.stdout.strip()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("hub", help="the hub's address, such as https://hub.example.org")
    parser.add_argument("--lesson", default="", help="its number, such as 02 (default: all)")
    parser.add_argument("--branch", help="the branch to pull (default: the one checked out)")
    options = parser.parse_args()
    lessons = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    branch = options.branch or git("branch", "--show-current")
    number = options.lesson.zfill(2) if options.lesson.isdecimal() else options.lesson
    wanted = [path for path in lessons if path.name.startswith(number)]
    if not wanted:
        there = ", ".join(path.name[:2] for path in lessons) or f"none in {ROOT / 'notebooks'}"
        parser.error(f"no lesson {options.lesson}; there are {there}")
    if not branch:
        parser.error("no branch is checked out: name one with --branch")
    try:
        hub, at = hub_address(options.hub), repository(git("remote", "get-url", "origin"))
    except ValueError as error:
        sys.exit(str(error))
    for path in wanted:
        print(f"{title(path)}\n{link(hub, at, branch, path.name)}\n")


if __name__ == "__main__":
    main()
