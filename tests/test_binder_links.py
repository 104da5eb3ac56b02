"""Binder's links are right for any GitHub repository, a fork included."""

from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest

from tools import binder_links, public
from tools import build_notebooks as build

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/some-one/my.course.git",
        "https://github.com/some-one/my.course",
        "https://token@github.com/some-one/my.course/",
        "git@github.com:some-one/my.course.git",
        "ssh://git@github.com/some-one/my.course.git",
    ],
)
def test_every_form_of_an_address_is_read(address):
    assert binder_links.repository(address) == "some-one/my.course"


@pytest.mark.parametrize(
    "address", ["", "/home/me/course", "https://gitlab.com/a/b", "https://github.com/alone"]
)
def test_what_is_not_on_github_is_refused(address):
    with pytest.raises(ValueError, match="origin must be a repository on GitHub, got"):
        binder_links.repository(address)


def test_an_address_is_added_only_where_there_is_none():
    with pytest.raises(ValueError, match="git remote add origin https://github.com"):
        binder_links.repository("")
    with pytest.raises(ValueError, match="git remote set-url origin https://github.com"):
        binder_links.repository("https://gitlab.com/a/b")


def test_without_lessons_there_is_no_line():
    with pytest.raises(ValueError, match="no lesson"):
        binder_links.links("some-one/course", "main", [])


def test_each_lesson_has_a_link_to_itself_in_both_places():
    lessons = [path.name for path in public.notebooks(ROOT)]
    lines = binder_links.links("some-one/course", "my main", lessons)
    addresses = [urlparse(part.split(")")[0]) for part in lines.split("](")[1:]]
    binder, colab = addresses[: len(lessons)], addresses[len(lessons) :]
    assert [a.path for a in binder] == ["/v2/gh/some-one/course/HEAD"] * len(lessons)
    opened = [parse_qs(a.query)["labpath"][0] for a in binder]
    assert opened == [f"notebooks/{name}" for name in lessons]
    at = "/github/some-one/course/blob/my%20main/notebooks/"
    assert [a.path for a in colab] == [at + name for name in lessons]
    assert {a.netloc for a in colab} == {"colab.research.google.com"}
    assert lines.startswith("Open on Binder: [lesson 0](")


def test_a_lesson_alone_gets_the_course_from_its_own_repository():
    for edition in ("solutions", "notebooks"):
        before = next((ROOT / edition).glob("00_*.ipynb")).read_text(encoding="utf-8")
        told = binder_links.at_home(before, "some-one/my.course")
        line = "git clone -q https://github.com/some-one/my.course course"
        assert told.count(line) == 1 and line not in before
        assert binder_links.at_home(told, "OWNER/NAME") == binder_links.at_home(
            before, "OWNER/NAME"
        )
        nb = build.parse(told)
        assert edition == "solutions" or nb.metadata["derived"] == build.digest(build.content(nb))


def test_what_a_learner_wrote_stays_as_it_is():
    before = next((ROOT / "notebooks").glob("00_*.ipynb")).read_text(encoding="utf-8")
    worked_in = before.replace("YOUR CODE HERE", "what I have tried")
    told = binder_links.at_home(worked_in, "some-one/course")
    assert told == worked_in.replace("OWNER/COURSE course", "some-one/course course") != worked_in


def test_a_draft_is_not_public(tmp_path):
    (tmp_path / "notebooks").mkdir()
    for name in ("01_a", "02_b", "03_c.yours", "04_d"):
        (tmp_path / "notebooks" / f"{name}.ipynb").touch()
    assert len(public.notebooks(tmp_path)) == 3
    (tmp_path / "lessons.toml").write_text('[[lesson]]\nfile = "02_b"\ndraft = true\n')
    assert [path.name for path in public.notebooks(tmp_path)] == ["01_a.ipynb", "04_d.ipynb"]


def test_the_readme_is_changed_between_its_marks_alone():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    once = binder_links.written(readme, "links")
    assert binder_links.written(once, "links") == once and once.count("links\n<!-- end") == 1
    cut = once.index(binder_links.BEGIN)
    assert once[:cut] == readme[:cut]
    assert once.partition(binder_links.END)[2] == readme.partition(binder_links.END)[2]
    with pytest.raises(ValueError, match="README.md must hold the marks"):
        binder_links.written("no marks", "links")
