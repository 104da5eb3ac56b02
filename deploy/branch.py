"""Make or renew the branch for students: what is checked out, without solutions/ and drafts.

    python deploy/branch.py class
    git push origin class

Run it after each change that students shall have. Nothing but the branch is touched: neither what
is checked out nor what is not yet committed. The branch only ever grows, so students' copies
follow it without a conflict.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools import public  # noqa: E402

LEFT_OUT = "solutions"


class Failed(Exception):
    """What git said when it refused."""


def git(*command, **variables):
    """What git prints. Raises Failed."""
    env = os.environ | variables
    done = subprocess.run(["git", *command], cwd=ROOT, env=env, capture_output=True, text=True)
    if done.returncode:
        raise Failed(done.stderr.strip())
    return done.stdout.strip()


def known(commit):
    """The commit's full name, or nothing if there is none."""
    try:
        return git("rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}")
    except Failed:
        return ""


def is_name(branch):
    try:
        return git("check-ref-format", "--branch", branch)
    except Failed:
        return ""


def tree(commit):
    """A tree like the commit's, without solutions/ and what is a draft in it."""
    drafts = public.drafts_in(git("show", f"{commit}:lessons.toml"))
    unwanted = LEFT_OUT, *(f"notebooks/{name}.ipynb" for name in drafts)
    with tempfile.TemporaryDirectory() as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder, "index"))}
        git("read-tree", commit, **index)
        git("rm", "-rq", "--cached", "--ignore-unmatch", *unwanted, **index)
        return git("write-tree", **index)


def renew(branch):
    """Add a commit to the branch, or begin it. -> what to say about it"""
    if branch == git("branch", "--show-current"):
        raise Failed(f"{branch} is checked out: `git switch` to the branch with {LEFT_OUT}/ first")
    if not git("ls-tree", "HEAD", LEFT_OUT):
        raise Failed(f"the commit that is checked out has no {LEFT_OUT}/: is it the right one?")
    if not is_name(branch):
        raise Failed(f"{branch!r} is no name of a branch (`git check-ref-format` says so)")
    before = known(f"refs/heads/{branch}") or known(f"refs/remotes/origin/{branch}")
    new = tree("HEAD")
    if before and git("rev-parse", f"{before}^{{tree}}") == new:
        git("update-ref", f"refs/heads/{branch}", before)
        return f"{branch} has all of it already"
    if before and git("ls-tree", before, LEFT_OUT):
        raise Failed(
            f"{branch} has {LEFT_OUT}/: name another branch, one that is for students only"
        )
    parent = ["-p", before] if before else []
    commit = git("commit-tree", new, *parent, "-m", f"The course at {git('rev-parse', 'HEAD')}")
    git("update-ref", f"refs/heads/{branch}", commit)
    return f"{branch} is {'renewed' if before else 'made'}: git push origin {branch}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("branch", help="its name, such as class")
    try:
        print(renew(parser.parse_args().branch))
    except (Failed, OSError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
