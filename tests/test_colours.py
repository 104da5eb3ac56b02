"""Colours that every reader can tell apart and sees on white; panels that say what they show."""

from itertools import combinations

import numpy as np
import pytest

from tests.helpers.drawn import APART, EYES, contrast_on_white, distance, drawn, faults, linear
from utils.plotting import COLOURS, GREY, LINES, MEANINGS, ROLES, ink, panels, shades, tint


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("palette", [COLOURS, ROLES], ids=["colours", "roles"])
def test_every_pair_can_be_told_apart(palette, eyes):
    palette = {colour: name for name, colour in palette.items() if name not in BANDS}
    palette = {name: colour for colour, name in palette.items()}  # each colour once
    near = {
        (a, b): round(float(distance(palette[a], palette[b], eyes)), 1)
        for a, b in combinations(palette, 2)
        if distance(palette[a], palette[b], eyes) < APART
    }
    assert not near


def test_lines_and_letters_stand_out_from_the_page():
    wide = {"orange", "sky"}  # for wide lines and areas: darker, they would look like others
    assert all(contrast_on_white(ink(colour)) >= 4.5 for colour in {*COLOURS.values(), GREY})
    inks = {**COLOURS, **ROLES, "grey": GREY}
    faint = {name for name, colour in inks.items() if contrast_on_white(colour) < 3}
    assert faint == wide | {"faint"}
    assert min(contrast_on_white(COLOURS[name]) for name in wide) > 2.2


BANDS = {"truth"}  # told apart by their width


def test_a_thing_has_one_colour():
    """In every lesson: a network that of what it carries along, a gate that of what it lets by."""
    same = [{"input", "i"}, {"state", "simple"}, {"output", "o"}, {"cell", "LSTM"}, {"f", "z"}]
    for a, b in combinations(MEANINGS, 2):
        assert (ROLES[a] == ROLES[b]) == ({a, b} in same), (a, b)


@pytest.mark.parametrize("eyes", EYES)
def test_shades_of_a_role_are_told_apart(eyes):
    for role in ("state", "LSTM", "output", "gradient"):
        tones = shades(role, 3)
        assert all(distance(a, b, eyes) >= APART for a, b in combinations(tones, 2)), role


def test_no_line_is_known_by_its_colour_alone():
    assert LINES.keys() == COLOURS.keys()
    assert len(set(LINES.values())) == len(LINES)


def lines(*colours, word="black", words="word", **names):
    """A figure with a line in each colour, and a word in one."""

    def draw(fig):
        (ax,) = panels(fig)
        for height, colour in enumerate(colours):
            ax.plot([0, 1], [height, height], color=colour)
        ax.text(0, 0, words, color=word)
        ax.set(**{"title": "Lines", "xlabel": "x", "ylabel": "y"} | names)
        return "Lines.\nAs many as there are colours."

    return draw


def test_a_figure_in_the_course_s_colours_is_let_pass():
    """Every test of a figure draws it with `drawn`, which asks for its faults."""
    paler = [tint(COLOURS["blue"], share) for share in (0.3, 0.6)]
    fig, _ = drawn(lines(COLOURS["blue"], *paler, COLOURS["green"], "white", word=GREY))
    assert len(fig.axes[0].lines) == 5 and not list(faults(fig))


@pytest.mark.parametrize(
    ("draw", "fault"),
    [
        (lines("#b0b0b0", "blue"), "hardly seen"),
        (lines(tint("red", 0.3), "blue"), "hardly seen"),
        (lines("blue", word=tint("blue", 0.4)), "hardly seen"),
        (lines("blue", word=COLOURS["green"]), "hardly seen"),  # a line may be so pale, no word
        (lines("blue", word=ink(COLOURS["green"]), words="LSTM"), "'LSTM' has the colour"),
        (lines("blue", word=ink(ROLES["cell"]), words="GRU, 2 runs"), "'GRU' has the colour"),
        (lines("#c00000", "#5c5c00"), "look alike with no long cones"),
        (lines("#008060", "#9a5070"), "look alike with no medium cones"),
        (lines("blue", title=""), "title"),
        (lines("blue", xlabel=""), "'x', .*Lines"),
        (lines("blue", ylabel=""), "'y', .*Lines"),
    ],
)
def test_a_planted_fault_is_found(draw, fault):
    with pytest.raises(AssertionError, match=fault):
        drawn(draw)


def test_the_simulation_itself():
    assert distance("#000000", "#ffffff", "all cones") == pytest.approx(100, abs=0.1)
    assert (
        distance("red", "#7f7f00", "no medium cones") < distance("red", "#7f7f00", "all cones") / 2
    )
    for eyes in EYES:  # grey is grey to everyone
        assert distance("#777777", "#777777", eyes) == 0
        grey = np.array(EYES[eyes]) @ linear("#777777")
        assert np.allclose(grey, linear("#777777"), atol=1e-4)
