"""Print the links that bring the lessons into a student's JupyterHub (nbgitpuller).

    python deploy/link.py https://hub.example.org
    python deploy/link.py https://hub.example.org --lesson 02 --branch class

They name the repository that the checkout's `origin` names, on any git host the hub can reach.
"""

import argparse
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
            f"origin must be a repository on a git host, got {address or 'none'}. "
            "Set it: git remote add origin https://HOST/OWNER/NAME.git"
        )
    port = match["port"] if match["port"] and address.startswith("https") else ""
    return f"https://{match['host']}{port}/{match['path']}"


def link(hub, repository, branch, lesson):
    """The address that pulls the course into the folder `course` and opens one lesson."""
    opened = f"lab/tree/course/notebooks/{lesson}"
    asked = {"repo": repository, "branch": branch, "targetpath": "course", "urlpath": opened}
    return f"{hub.rstrip('/')}/hub/user-redirect/git-pull?{urlencode(asked)}"


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
    lessons = sorted(p.name for p in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    branch = options.branch or git("branch", "--show-current")
    wanted = [name for name in lessons if name.startswith(options.lesson)]
    if not wanted:
        parser.error(f"no lesson {options.lesson}; there are {[name[:2] for name in lessons]}")
    if not branch:
        parser.error("no branch is checked out: name one with --branch")
    try:
        at = repository(git("remote", "get-url", "origin"))
    except ValueError as error:
        sys.exit(str(error))
    for name in wanted:
        print(link(options.hub, at, branch, name))


if __name__ == "__main__":
    main()
