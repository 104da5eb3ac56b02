"""The net that holds the figures' looks (tests/helpers/pictures.py) tells what it should tell."""

import inspect
import re
import shutil

import matplotlib as mpl
import numpy as np
import pytest

from tests.helpers import pictures
from utils import diagrams, figures, plotting

STEPS = np.arange(40)


def test_the_style_is_that_of_the_stored_pictures():
    changed = pictures.style_changes()
    assert not changed, f"{'; '.join(changed)}: `make figures` shows all figures that it changes"


@pytest.fixture
def net(tmp_path, monkeypatch):
    """Pictures of a folder of their own."""
    for name, place in (("FOLDER", "stored"), ("PAGES", "pages")):
        monkeypatch.setattr(pictures, name, tmp_path / place)
    pictures.FOLDER.mkdir()
    pictures.store_style()
    return tmp_path


def plain(y=STEPS, colour="#0072B2", word="a", low=0.0, cells=1.0, wide=2.0, grid=True, size=9):
    """A figure with one of each kind of artist."""
    fig = plotting.new_figure((7.2, 3.2))
    with plotting.style():
        ax = plotting.panels(fig)[0]
        ax.plot(STEPS, y, color=colour, linewidth=wide)
        ax.plot(5, 30, "o", markersize=size)
        ax.fill_between(STEPS, y, y + 1)
        ax.annotate(word, (3, 4), (5, 6), textcoords="offset points")
        ax.imshow([[0, cells], [2, 3]], extent=(30, 39, 0, 9))
        ax.grid(grid)
        ax.set(xlim=(low, 50), ylim=(0, 41), aspect="auto")
    return fig


def stored_and_drawn(fig):
    """The picture of `plain` as it is read from its file, and that of another figure."""
    (pictures.FOLDER / "plain.png").write_bytes(pictures.png(pictures.seen(plain())))
    return pictures.seen(fig), pictures.stored("plain")


@pytest.mark.parametrize(
    "other",
    [
        {"y": STEPS + 0.2},
        {"y": np.concatenate([STEPS[:10], STEPS[10:14][::-1], STEPS[14:]])},
        {"colour": "#0090B2"},
        {"word": "b"},
        {"low": -0.1},
        {"cells": 1.1},
        {"wide": 2.36},  # by half a pixel of the page
        {"grid": False},
        {"size": 9.5},
    ],
)
def test_what_differs_is_seen(other, net):
    assert pictures.differs(*stored_and_drawn(plain(**other)))


def test_what_a_rounding_changes_is_not_seen(net):
    picture, old = stored_and_drawn(plain(y=STEPS + 1e-6, colour="#0073B2"))
    noise = np.random.default_rng(0).integers(-1, 2, picture.shape)
    assert not pictures.differs(np.clip(picture + noise, 0, 255), old)


def test_a_figure_has_the_picture_of_its_test(net, monkeypatch):
    test = "tests/test_figures_toys.py::test_it[0.5-a guess] (call)"
    monkeypatch.setenv("PYTEST_CURRENT_TEST", test)
    fig = plain()
    with pytest.raises(pytest.fail.Exception, match="has no stored picture.*make figures"):
        pictures.hold(fig)
    (net / "stored/test_figures_toys").mkdir()
    stored = net / "stored/test_figures_toys/it-0.5-a-guess-2.png"
    stored.write_bytes(pictures.png(pictures.seen(fig)))
    pictures.hold(fig)
    shutil.copy(stored, stored.with_name("it-0.5-a-guess-3.png"))
    with pytest.raises(pytest.fail.Exception, match="looks otherwise .*guess-3.html"):
        pictures.hold(plain(word="b"))
    (page,) = (net / "pages").glob("*-3.html")
    assert all(words in page.read_text() for words in ("as stored", "drawn now", "they differ"))


def test_another_colour_of_the_palette_is_one_difference(net, monkeypatch):
    before = plotting.COLOURS["blue"]
    monkeypatch.setitem(plotting.COLOURS, "blue", "#123456")
    assert pictures.style_changes() == [f"colours blue: #123456 was {before}"]
    with pytest.warns(UserWarning, match="not compared: colours blue"):
        pictures.hold(plain())
    monkeypatch.setattr(mpl, "__version__", "9")
    assert len(pictures.style_changes()) == 2


def test_pictures_are_renewed_where_they_differ_and_if_the_tests_pass(net, monkeypatch, capsys):
    same, other = (pictures.seen(fig) for fig in (plain(), plain(word="b")))
    for name, picture in (("same", same + 1), ("changed", other), ("gone", same)):
        (net / "stored/a").mkdir(exist_ok=True)
        (net / f"stored/a/{name}.png").write_bytes(pictures.png(np.minimum(picture, 255)))
    before = {file: file.read_bytes() for file in net.glob("stored/**/*.*")}
    drawn, code = {"a/same": same, "a/changed": same, "b/new": same}, 1
    monkeypatch.setattr(pytest, "main", lambda arguments: pictures.kept.update(drawn) or code)
    assert pictures.renew() == 1 and pictures.kept is None
    assert {file: file.read_bytes() for file in net.glob("stored/**/*.*")} == before
    code = 0
    monkeypatch.setattr(plotting, "GREY", "#123456")
    assert pictures.renew() == 0
    told = capsys.readouterr().out
    assert re.search("1 changed\n  a/changed\n1 new\n  b/new\n1 gone\n  a/gone\nLook at", told)
    for name in drawn:
        assert not pictures.differs(same, pictures.stored(name))
    assert (net / "stored/a/same.png").read_bytes() == before[net / "stored/a/same.png"]
    assert pictures.stored("a/gone") is None and not pictures.style_changes()
    page = (net / "pages/index.html").read_text()
    assert page.count("<img") == 4 and "a/same" not in page


def test_every_figure_is_drawn_by_a_test_and_every_picture_is_some_figure_s():
    sources = {file.stem: file.read_text("utf-8") for file in pictures.tests()}
    drawn = set(re.findall(r"(?:figures|diagrams)\.(\w+)", "".join(sources.values())))
    drawn |= {name for name in figures.__all__ if "drawn(" in getattr(figures, name).__doc__}
    functions = inspect.getmembers(diagrams, inspect.isfunction)
    own = {
        name for name, draw in functions if next(iter(inspect.signature(draw).parameters)) == "fig"
    }
    missing = ({*figures.__all__} | own) - {"canvas", "panels"} - drawn
    assert own and not missing, missing
    stored = sorted(pictures.FOLDER.glob("*/*.png"))
    assert stored and sum(file.stat().st_size for file in stored) < 450_000
    for file in stored:
        tests = re.findall(r"^def test_(\w+)", sources.get(file.parent.name, ""), re.MULTILINE)
        assert any(re.match(rf"{test}-", file.name) for test in tests), f"{file}: no such test"
