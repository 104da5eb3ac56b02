"""Colours that can be told apart by every reader, and seen on white."""

from itertools import combinations

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from utils.plotting import COLOURS, GREY, LINES, ROLES

# What people see who lack a kind of cone, on linear RGB: Viénot, Brettel and Mollon (1999) for long
# and medium wavelengths, Machado, Oliveira and Fernandes (2009) at full severity for short ones.
EYES = {
    "all cones": np.eye(3),
    "no long cones": [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
    "no medium cones": [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]],
    "no short cones": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
XYZ = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
)  # of linear RGB


def linear(colour):
    rgb = np.array(to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def contrast_on_white(colour):
    return 1.05 / (XYZ[1] @ linear(colour) + 0.05)


def lab(rgb):
    """CIE L*a*b* of a linear RGB colour: a distance of 2.3 is just seen."""
    of_white = XYZ @ rgb / XYZ.sum(axis=1)
    x, y, z = np.where(of_white > 0.008856, np.cbrt(of_white), 7.787 * of_white + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def distance(a, b, eyes):
    seen = [lab(np.clip(np.array(EYES[eyes]) @ linear(colour), 0, 1)) for colour in (a, b)]
    return np.linalg.norm(seen[0] - seen[1])


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("palette", [COLOURS, ROLES], ids=["colours", "roles"])
def test_every_pair_can_be_told_apart(palette, eyes):
    near = {
        (a, b): round(float(distance(palette[a], palette[b], eyes)), 1)
        for a, b in combinations(palette, 2)
        if distance(palette[a], palette[b], eyes) < 15
    }
    assert not near


def test_lines_and_letters_stand_out_from_the_page():
    wide = {"orange", "sky"}  # for wide lines and areas: darker, they would look like others
    inks = {**COLOURS, **ROLES, "grey": GREY}
    faint = {name for name, colour in inks.items() if contrast_on_white(colour) < 3}
    assert faint == wide | {"faint"}
    assert min(contrast_on_white(COLOURS[name]) for name in wide) > 2.2


def test_no_line_is_known_by_its_colour_alone():
    assert LINES.keys() == COLOURS.keys()
    assert len(set(LINES.values())) == len(LINES)


def test_the_simulation_itself():
    assert distance("#000000", "#ffffff", "all cones") == pytest.approx(100, abs=0.1)
    assert (
        distance("red", "#7f7f00", "no medium cones") < distance("red", "#7f7f00", "all cones") / 2
    )
    for eyes in EYES:  # grey is grey to everyone
        assert distance("#777777", "#777777", eyes) == 0
        grey = np.array(EYES[eyes]) @ linear("#777777")
        assert np.allclose(grey, linear("#777777"), atol=1e-4)
