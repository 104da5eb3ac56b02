"""The operators of `make mutants` break what they say they break."""

import functools
import random
from collections import Counter

import pytest

from tools import mutants
from tools.mutations import mutants as mutants_of

LAYERS, CHECKS, FIGURES = "utils/layers.py", "utils/checks/lesson01.py", "utils/figures/lstm.py"


@pytest.mark.parametrize(
    ("path", "kind", "before", "after"),
    [
        (LAYERS, "sign", "a = b + c", "a = b - c"),
        (LAYERS, "sign", "a *= c", "a /= c"),
        (LAYERS, "sign", "a = -c", "a = c"),
        (LAYERS, "arguments", "a = h @ W", "a = W @ h"),
        (LAYERS, "arguments", "a = f(x, y)", "a = f(y, x)"),
        (LAYERS, "off by one", "a = b < c", "a = b <= c"),
        (LAYERS, "off by one", "a = x[:-1]", "a = x[1:]"),
        (LAYERS, "off by one", "a = x[k : k + n]", "a = x[k : k + n + 1]"),
        (LAYERS, "off by one", "a = n + 1", "a = n"),
        (LAYERS, "condition", "a = b if c else d", "a = b if (not (c)) else d"),
        (LAYERS, "condition", "a = b is not None", "a = b is None"),
        (LAYERS, "transpose", "a = x.T", "a = x"),
        (LAYERS, "transpose", "a = x.swapaxes(0, 1)", "a = x"),
        (LAYERS, "axis", "a = x.sum(axis=1)", "a = x.sum(axis=0)"),
        (LAYERS, "axis", "a = x.mean(0)", "a = x.mean(1)"),
        (LAYERS, "index", "a = x[:, 0]", "a = x[:, -1]"),
        (LAYERS, "index", "a = x[::-1]", "a = x[::1]"),
        (LAYERS, "default", "def f(a=3): ...", "def f(a=6): ..."),
        (LAYERS, "default", "a = f(b=True)", "a = f(b=False)"),
        (LAYERS, "gate order", "i, f, g, o = gates", "f, i, g, o = gates"),
        (LAYERS, "gate order", 'order = "zrg"', 'order = "zgr"'),
        (LAYERS, "leak", "a = s.fit(x[:n])", "a = s.fit(x)"),
        (LAYERS, "leak", "a = slice(0, n - embargo)", "a = slice(0, n)"),
        (LAYERS, "constant", "a = 2 * b", "a = 3 * b"),
        (LAYERS, "left out", "a.sort()", "pass"),
        (LAYERS, "caption", 'a = f"{b:.2f} of {c}"', 'a = f"{c:.2f} of {c}"'),
        (CHECKS, "check", "a = b if c else d", "a = b if False else d"),
        (CHECKS, "check", "E(probes=[1, 2])", "E(probes=[1])"),
    ],
)
def test_an_operator_breaks_one_thing(path, kind, before, after):
    found = [(m.kind, m.source) for m in mutants_of(path, before)]
    assert (kind, after) in found
    assert all(source != before for _, source in found)


def test_a_figure_is_drawn_from_another_array_of_its_own():
    source = "def draw(fig, h, w):\n    ax.plot(steps, h)\n    line(ax, steps, w, 'blue')"
    found = {m.source for m in mutants_of(FIGURES, source) if m.kind == "figure"}
    assert source.replace("plot(steps, h)", "plot(steps, w)") in found
    assert not any("ax" in text.replace("ax.plot", "").replace("line(ax", "") for text in found)


def test_what_stands_in_a_raise_is_left_alone():
    assert not list(mutants_of(LAYERS, 'raise ValueError(f"{a + b} and {c}")'))


def test_a_place_is_found_again_after_letters_beyond_ascii():
    (mutant,) = mutants_of(LAYERS, 'x = "\N{MINUS SIGN}"; y = a + b')
    assert mutant.source == 'x = "\N{MINUS SIGN}"; y = a - b' and mutant.change()[0] == 1


def test_a_sample_is_the_same_for_the_same_seed_and_holds_every_kind():
    source = "a = b + c\nd = e + f\ng = h[0]\nk = m.T"
    pool = {LAYERS: list(mutants_of(LAYERS, source))}
    first, again = (mutants.sample(pool, 3, random.Random(1)) for _ in range(2))
    assert first == again
    assert Counter(m.kind for m in first) == {"sign": 1, "index": 1, "transpose": 1}


def test_what_is_explained_is_there():
    mutants.explained(mutants.everything("utils"))


def test_an_explanation_of_what_is_gone_is_refused(tmp_path, monkeypatch):
    file = tmp_path / "explained.toml"
    file.write_text(
        f'[[mutant]]\npath = "{LAYERS}"\nbefore = "a = b + c"\nafter = "a = b - c"\nwhy = "?"\n'
    )
    monkeypatch.setattr(mutants, "EXPLAINED", file)
    assert mutants.explained({LAYERS: list(mutants_of(LAYERS, "a = b + c"))})
    with pytest.raises(SystemExit, match="a = b"):
        mutants.explained({LAYERS: list(mutants_of(LAYERS, "a = b * c"))})


@pytest.mark.parametrize(("conftest", "runs"), [("", True), ("raise RuntimeError", False)])
def test_tests_that_cannot_run_stop_it(conftest, runs, tmp_path):
    """Else each mutant would count as caught."""
    (tmp_path / "conftest.py").write_text(conftest)
    (tmp_path / "test_a.py").write_text("def test_a(): pass")
    task = "a", functools.partial(mutants.watch, file="test_a.py"), 60
    ((_, _, code),) = mutants.in_copies([task], [tmp_path])
    assert (code == 0) == runs, (tmp_path / "log").read_text()
