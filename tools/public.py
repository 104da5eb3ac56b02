"""What of the course is public. Links are made with it, so it needs Python alone."""

import subprocess
import tomllib


def drafts(root):
    """The names of the lessons that lessons.toml does not release: {"08_reading"}."""
    table = root / "lessons.toml"
    return drafts_in(table.read_text("utf-8")) if table.exists() else set()


def drafts_in(table):
    return {row.get("file") for row in tomllib.loads(table)["lesson"] if row.get("draft")}


def notebooks(root):
    """The learner edition of every lesson that is released, in their order; no learner's copy."""
    found = sorted((root / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    return [path for path in found if "." not in path.stem and path.stem not in drafts(root)]


def git(root, *asked):
    """What git says of this checkout; nothing if it knows nothing."""
    said = subprocess.run(["git", *asked], cwd=root, capture_output=True, text=True)
    return said.stdout.strip()


def matched(pattern, address, where, example):
    """The parts of the address of a repository."""
    if match := pattern.fullmatch(address):
        return match
    raise ValueError(
        f"origin must be a repository on {where}, got {address or 'none'}. Set it: "
        f"git remote {'set-url' if address else 'add'} origin {example}"
    )
