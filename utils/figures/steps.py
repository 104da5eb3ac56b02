"""One step of an LSTM and of a GRU, drawn in one grammar and lit equation by equation.

A belt along the top carries the state from one step to the next. Below it stand the gates, which
read a bus of two lanes, the state before and the input. A gate is filled as far as it is open.
"""

import numpy as np
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.patches import FancyBboxPatch, Rectangle

from utils.cells import gru_step, gru_step_reset_after, lstm_step
from utils.diagrams import canvas
from utils.figures.figure import figure
from utils.plotting import ROLES, ink, tint
from utils.words import fixed, number

BELT, WAY, GATES, LANES = 7.6, 6.0, 4.3, {"state": 2.85, "input": 1.75}  # heights, from above
LEFT, RIGHT = 0.95, 13.45  # where states come in and go out
NAMES = {"i": "input", "f": "forget", "g": "candidate", "o": "output", "z": "update", "r": "reset"}
TIMES, DOT = "$\\odot$", "\N{MIDDLE DOT}"


class Sheet:
    """What belongs to the equation `lit` is drawn strong, all else pale; with "all", everything.

    `values` says what each equation gives, in the order in which they are computed, after the
    values that are there before.
    """

    def __init__(self, fig, lit, values, given):
        self.ax = canvas(fig, 14.4, 8.4)
        self.lit, self.values, self.paths = lit, given | values, []
        order = [*values]
        self.known = {*given, *(order if lit == "all" else order[: order.index(lit) + 1])}

    def strong(self, equations):
        return self.lit == "all" or self.lit in equations

    def told(self, name):
        """Its value, if it has been computed by now."""
        return fixed(self.values[name], 2) if name in self.known else ""

    def path(self, equations, role, *points, head=True, width=1.8):
        """Straight lines through the points, with an arrow's head at the end."""
        strong = self.strong(equations)
        self.paths.append(
            (strong, np.array(points), ROLES[role if strong else "faint"], width, head)
        )

    def draw_paths(self):
        """All of them as two artists, which is quick: the pale ones below the strong ones."""
        ways = sorted(self.paths, key=lambda way: way[0])
        _, points, colours, widths, _ = zip(*ways, strict=True)
        look = {"colors": colours, "linewidths": widths, "zorder": 1.5, "joinstyle": "round"}
        self.ax.add_collection(LineCollection(points, **look), autolim=False)
        heads = [(_head(way, width), colour) for _, way, colour, width, head in ways if head]
        corners, colours = zip(*heads, strict=True)
        heads = PolyCollection(corners, facecolors=colours, edgecolors="none", zorder=1.6)
        self.ax.add_collection(heads, autolim=False)

    def box(self, equations, role, x, y, width, height, filled=1.0, above=0):
        """A rounded box with its centre at (x, y), `filled` from below up to this share."""
        strong, corner = self.strong(equations), (x - width / 2, y - height / 2)
        look = {"edgecolor": ROLES[role] if strong else "#aaaaaa", "linewidth": 1.2 + 0.8 * strong}
        look |= {"facecolor": "white", "zorder": 2 + above}
        box = FancyBboxPatch(corner, width, height, "round,pad=0,rounding_size=0.12", **look)
        self.ax.add_artist(box)
        if strong and filled > 0:
            look = {"color": tint(ROLES[role], 0.25), "linewidth": 0, "zorder": 2.1}
            fill = Rectangle(corner, width, filled * height, **look)
            self.ax.add_artist(fill)
            fill.set_clip_path(box)

    def words(self, equations, x, y, text, role="weight", **look):
        colour = ink(ROLES[role]) if self.strong(equations) else "#666666"
        look = {"ha": "center", "va": "center", "color": colour, "zorder": 4} | look
        self.ax.text(x, y, text, **look)

    def state(self, equations, role, x, y, symbol, name):
        """A state or an input, and its value below its symbol."""
        self.box(equations, role, x, y, 1.5, 0.95)
        told = self.told(name)
        self.words(equations, x, y + 0.17 * bool(told), symbol, fontsize=12)
        self.words(equations, x, y - 0.27, told, fontsize=9.5)

    def gate(self, name, x, uses):
        """A gate or the candidate: its name, its value, and the curve its sum goes through."""
        told, tanh = self.told(name), name == "g"
        share = 1.0 if tanh else self.values[name] if told else 0.0
        self.box(name + uses, name, x, GATES, 2.4, 1.4, share)
        self.words(name + uses, x, GATES + 0.38, NAMES[name], fontsize=9.5)
        symbol = f"${name}_t$" + f" = {told}" * bool(told)
        self.words(name + uses, x, GATES - 0.1, symbol, fontsize=11.5)
        self.box(name, name, x, GATES - 0.75, 0.95, 0.5, 0, above=0.5)
        self.words(name, x, GATES - 0.75, "tanh" if tanh else "$\\sigma$", fontsize=9.5)

    def sign(self, equations, x, y, text, words="", side=(0, 0.55)):
        """A small circle with the sign of what happens there, and what that is for."""
        edge = ROLES["weight"] if self.strong(equations) else "#aaaaaa"
        self.ax.plot(x, y, "o", markersize=18, color="white", markeredgecolor=edge, zorder=3)
        self.words(equations, x, y, text, fontsize=13)
        self.words(equations, x + side[0], y + side[1], words, fontweight="bold")

    def bus(self, gates, ends):
        """The two lanes, up to `ends`, with a tap from each up to the gates {name: x}."""
        every = "".join(gates)
        for role, symbol, name, shift in (
            ("state", "$h_{t-1}$", "h before", -0.3),
            ("input", "$x_t$", "x", 0.3),
        ):
            height = LANES[role]
            self.state(every, role, LEFT, height - 0.1, symbol, name)
            self.path("", role, (LEFT, height), (ends[role] + shift, height), head=False)
            for gate, x in gates.items():
                way = (LEFT, height), (x + shift, height), (x + shift, GATES - 1.02)
                if x <= ends[role]:
                    self.path(gate, role, *way)

    def equation(self, symbols, numbers, places, roles):
        """The lit equation below the cell, term by term, and below each term its numbers."""
        for texts, y, size in ((symbols, 0.78, 11.5), (numbers, 0.25, 10.5)):
            for text, x, role in zip(texts, places, roles, strict=True):
                self.words(self.lit, x, y, text, role, fontsize=size)


def _head(points, width):
    """The corners of an arrow's head at the end of a way, which it covers."""
    along = (points[-1] - points[-2]) / np.linalg.norm(points[-1] - points[-2])
    across, size = along[::-1] * (-1, 1), 0.11 + 0.02 * width
    back = points[-1] - 1.7 * size * along
    return np.array([points[-1] + 0.02 * along, back + size * across, back - size * across])


# --- an equation in letters and in numbers ------------------------------------------------------


def product(a, b):
    """−0.4 · 1.5 and 0.3 · (−1), as people write it."""
    return f"{_short(a)} {DOT} {_bracketed(b)}"


def _short(x):
    return number(round(float(x), 2))


def _bracketed(x):
    return f"({_short(x)})" if round(float(x), 2) < 0 else _short(x)


def gate_equation(sheet, name, w_x, w_h, b, seen="$h_{t-1}$", h=None):
    """The curve of x w_x + h w_h + b, of one gate. -> its numbers, in words"""
    x, h = sheet.values["x"], sheet.values["h before"] if h is None else h
    curve, total = ("tanh", "tanh") if name == "g" else ("$\\sigma$", "σ")
    value, inside = fixed(sheet.values[name], 2), fixed(x * w_x + h * w_h + b, 2)
    terms = product(x, w_x), product(h, w_h), _bracketed(b)
    places = (0.9, 1.7, 2.5, 4.2, 5.7, 7.7, 9.6, 10.5, 11.1, 12.7)
    roles = [name, *["weight"] * 2, "input", "weight", "state", *["weight"] * 4]
    symbols = [f"${name}_t$", "=", f"{curve} (", f"$x_t\\,W_{{x{name}}}$", "+",
               f"{seen}$\\,W_{{h{name}}}$", "+", f"$b_{name}$", ")", ""]  # fmt: skip
    numbers = [value, "=", f"{curve} (", terms[0], "+", terms[1], "+", terms[2], ")",
               f"= {curve} ({inside})"]  # fmt: skip
    sheet.equation(symbols, numbers, places, roles)
    return f"{total}({' + '.join(terms)}) = {total}({inside}) = {value}"


def mixture(sheet, symbols, numbers, roles):
    """A sum of two products, or one product, in letters and in numbers. -> the numbers"""
    places = np.linspace(3.4, 10.6, len(symbols)) if len(symbols) > 5 else (4.9, 5.8, 6.7, 7.4, 8.8)
    sheet.equation(symbols, numbers, places, roles)
    return " ".join([*numbers[2:], "=", numbers[0]])


# --- the LSTM -----------------------------------------------------------------------------------

LSTM_GATES = {"f": 3.1, "i": 5.7, "g": 8.3, "o": 10.9}


@figure
def lstm_cell(fig, x, W_x, W_h, b, lit="all", t=2):
    """Step t (counted from 1) of one LSTM unit that reads one feature x (timesteps,). W_x, W_h and
    b, each (4,), belong to i, f, g and o. `lit` is one of i, f, g, o, c and h, or "all"."""
    h = c = np.zeros((1, 1))
    for x_t in x[:t]:
        given = {"x": x_t, "h before": h.item(), "c before": c.item()}
        h, c, gates = lstm_step(np.array([[x_t]]), h, c, *map(np.atleast_2d, (W_x, W_h)), b)
    values = dict(zip("ifgo", (g.item() for g in gates), strict=True))
    sheet = Sheet(fig, lit, values | {"c": c.item(), "h": h.item()}, given)
    _lstm_belt(sheet)
    sheet.bus(LSTM_GATES, dict.fromkeys(LANES, LSTM_GATES["o"]))
    for name, place in LSTM_GATES.items():
        sheet.gate(name, place, "h" if name == "o" else "c")
    weights = dict(zip("ifgo", zip(W_x, W_h, b, strict=True), strict=True))
    sheet.draw_paths()
    return _lstm_words(sheet, weights, t, len(x))


def _lstm_belt(sheet):
    """What happens to the cell state, and the way from it to the state."""
    keep, write, show = LSTM_GATES["f"], (LSTM_GATES["i"] + LSTM_GATES["g"]) / 2, 11.8
    ends = (LEFT, keep - 0.33), (keep + 0.33, write - 0.33), (write + 0.33, RIGHT - 0.75)
    for start, end in ends:
        sheet.path("c", "cell", (start, BELT), (end, BELT), width=4.5)
    sheet.path("c", "f", (keep, GATES + 0.7), (keep, BELT - 0.33))
    for gate, side in (("i", -0.3), ("g", 0.3)):
        bend = (LSTM_GATES[gate], WAY), (write + side, WAY)
        sheet.path("c", gate, (LSTM_GATES[gate], GATES + 0.7), *bend)
    sheet.path("c", "weight", (write, WAY + 0.33), (write, BELT - 0.33))
    sheet.path("h", "cell", (show, BELT), (show, WAY + 0.33))
    sheet.path("h", "o", (LSTM_GATES["o"], GATES + 0.7), (LSTM_GATES["o"], WAY), (show - 0.33, WAY))
    sheet.path("h", "state", (show + 0.33, WAY), (RIGHT - 0.75, WAY))
    sheet.box("h", "weight", show, 6.85, 1.1, 0.5, 0)
    sheet.words("h", show, 6.85, "tanh", fontsize=9.5)
    sheet.sign("c", keep, BELT, TIMES, "keep")
    sheet.sign("c", write, BELT, "+", "write")
    sheet.sign("c", write, WAY, TIMES)
    sheet.sign("h", show, WAY, TIMES, "show", (0, -0.6))
    sheet.state("c", "cell", LEFT, BELT, "$c_{t-1}$", "c before")
    sheet.state("ch", "cell", RIGHT, BELT, "$c_t$", "c")
    sheet.state("h", "state", RIGHT, WAY, "$h_t$", "h")


def _lstm_words(sheet, weights, t, steps):
    """The lit equation below the cell, and what there is to see."""
    v, lit = {name: fixed(value, 2) for name, value in sheet.values.items()}, sheet.lit
    at = f"Step {t} of {steps}"
    if lit == "all":
        symbols = "$c_t$", "=", f"$f_t$ {TIMES} $c_{{t-1}}$", "+", f"$i_t$ {TIMES} $g_t$"
        for texts, shift in ((symbols, 0), (("$h_t$", "=", f"$o_t$ {TIMES} tanh $c_t$"), 7.4)):
            for text, place in zip(texts, (1.6, 2.3, 3.7, 4.9, 6), strict=False):
                sheet.words("", place + shift, 0.55, text, fontsize=11.5)
        return (
            "The cell state runs along the top: the forget gate says how much of it is kept, the "
            "input gate how much of the candidate is written.\n"
            f"{at} of one LSTM unit. The input {v['x']} and the state before, {v['h before']}, "
            f"go into 3 gates, with a sigmoid, and a candidate, with a tanh: f = {v['f']}, "
            f"i = {v['i']}, g = {v['g']}, o = {v['o']}. The cell state c goes from "
            f"{v['c before']} to {v['c']}. Its tanh, times the output gate, is the state "
            f"h = {v['h']}."
        )
    if lit in "ifgo":
        said = gate_equation(sheet, lit, *weights[lit])
        kind = "candidate" if lit == "g" else f"{NAMES[lit]} gate"
        return f"{at}, the {kind}: {said}.\nIt reads the input and the state before."
    if lit == "c":
        symbols = "$c_t$", "=", "$f_t$", TIMES, "$c_{t-1}$", "+", "$i_t$", TIMES, "$g_t$"
        numbers = [v["c"], "=", v["f"], DOT, _bracketed(sheet.values["c before"]), "+", v["i"],
                   DOT, _bracketed(sheet.values["g"])]  # fmt: skip
        roles = "cell", "weight", "f", "weight", "cell", "weight", "i", "weight", "g"
        said = mixture(sheet, symbols, numbers, roles)
        return f"{at}, the cell state: {said}.\nWhat is kept, and what is written."
    symbols = "$h_t$", "=", "$o_t$", TIMES, "tanh $c_t$"
    numbers = [v["h"], "=", v["o"], DOT, f"tanh ({v['c']})"]
    said = mixture(sheet, symbols, numbers, ("state", "weight", "o", "weight", "cell"))
    return f"{at}, the state: {said}.\nWhat is shown of the cell state."


# --- the GRU ------------------------------------------------------------------------------------

GRU_GATES = {"z": 3.1, "r": 5.75, "g": 11.3}


@figure
def gru_cell(fig, x, W_x, W_h, b, reset_after=False, lit="all", t=2):
    """Step t (counted from 1) of one GRU unit that reads one feature x (timesteps,). W_x and W_h,
    each (3,), belong to z, r and g; b is (3,), or (2, 3) with the reset after the product. `lit`
    is one of z, r, g and h, or "all"."""
    h, step = np.zeros((1, 1)), gru_step_reset_after if reset_after else gru_step
    for x_t in x[:t]:
        given = {"x": x_t, "h before": h.item()}
        h, gates = step(np.array([[x_t]]), h, *map(np.atleast_2d, (W_x, W_h)), b)
    values = dict(zip("zrg", (g.item() for g in gates), strict=True)) | {"h": h.item()}
    sheet = Sheet(fig, lit, values, given)
    _gru_belt(sheet)
    _gru_reset(sheet, reset_after)
    sheet.bus(GRU_GATES, {"state": GRU_GATES["r"], "input": GRU_GATES["g"]})
    for name, place in GRU_GATES.items():
        sheet.gate(name, place, "g" if name == "r" else "h")
    weights = dict(zip("zrg", zip(W_x, W_h, np.transpose(b), strict=True), strict=True))
    sheet.draw_paths()
    return _gru_words(sheet, weights, reset_after, t, len(x))


def _gru_belt(sheet):
    """What happens to the state."""
    keep, write = GRU_GATES["z"], GRU_GATES["g"]
    for start, end in ((LEFT, keep - 0.33), (keep + 0.33, write - 0.33), (write + 0.33, 12.65)):
        sheet.path("h", "state", (start, BELT), (end, BELT), width=4.5)
    sheet.path("h", "z", (keep, GATES + 0.7), (keep, BELT - 0.33))
    sheet.path("h", "z", (keep, WAY), (write - 0.33, WAY))
    sheet.words("h", 7.3, WAY + 0.3, "$1 - z_t$", "z")
    sheet.path("h", "g", (write, GATES + 0.7), (write, WAY - 0.33))
    sheet.path("h", "weight", (write, WAY + 0.33), (write, BELT - 0.33))
    sheet.sign("h", keep, BELT, TIMES, "keep")
    sheet.sign("h", write, BELT, "+", "write")
    sheet.sign("h", write, WAY, TIMES)
    sheet.state("h", "state", LEFT, BELT, "$h_{t-1}$", "h before")
    sheet.state("h", "state", RIGHT, BELT, "$h_t$", "h")


def _gru_reset(sheet, reset_after):
    """The way of the state before to the candidate: the reset gate, and the product."""
    lane, (near, far), end = LANES["state"], (7.9, 9.6), GRU_GATES["g"] - 0.3
    gate, matrix = (far, near) if reset_after else (near, far)
    half = {gate: 0.33, matrix: 0.7}
    sheet.path("g", "state", (LEFT, lane), (near - half[near], lane))
    sheet.path("g", "state", (near + half[near], lane), (far - half[far], lane))
    sheet.path("g", "state", (far + half[far], lane), (end, lane), (end, GATES - 1.02))
    sheet.path("g", "r", (GRU_GATES["r"] + 1.2, GATES), (gate, GATES), (gate, lane + 0.33))
    sheet.sign("g", gate, lane, TIMES, "reset", (0, -0.58))
    sheet.box("g", "weight", matrix, lane, 1.4, 0.8)
    sheet.words("g", matrix, lane, "$W_{hg},\\,b_{hg}$" if reset_after else "$W_{hg}$")


def _gru_words(sheet, weights, reset_after, t, steps):
    """The lit equation below the cell, and what there is to see."""
    v, lit = {name: fixed(value, 2) for name, value in sheet.values.items()}, sheet.lit
    where = "after" if reset_after else "before"
    at = f"Step {t} of {steps}"
    if lit == "all":
        symbols = "$h_t$", "=", f"$z_t$ {TIMES} $h_{{t-1}}$", "+", f"$(1 - z_t)$ {TIMES} $g_t$"
        for text, place in zip(symbols, (3.4, 4.2, 5.9, 7.4, 9.3), strict=True):
            sheet.words("", place, 0.55, text, fontsize=11.5)
        return (
            f"One gate shares out the state: z of the old, 1 − z of the candidate. The reset acts "
            f"{where} the product with the matrix.\n"
            f"{at} of one GRU unit, with 2 gates, 1 candidate and 1 state. Of the state before, "
            f"{v['h before']}, the share z = {v['z']} is kept; the rest is made up of the "
            f"candidate g = {v['g']}, which sees the state through the reset gate r = {v['r']}. "
            f"The new state is {v['h']}."
        )
    if lit == "h":
        symbols = "$h_t$", "=", "$z_t$", TIMES, "$h_{t-1}$", "+", "$(1 - z_t)$", TIMES, "$g_t$"
        rest = fixed(1 - round(sheet.values["z"], 2), 2)
        numbers = [v["h"], "=", v["z"], DOT, _bracketed(sheet.values["h before"]), "+", rest,
                   DOT, _bracketed(sheet.values["g"])]  # fmt: skip
        roles = "state", "weight", "z", "weight", "state", "weight", "z", "weight", "g"
        said = mixture(sheet, symbols, numbers, roles)
        return f"{at}, the new state: {said}.\nWhat is kept, and what is written."
    if lit == "g" and reset_after:
        said = _reset_after(sheet, *weights["g"])
        return f"{at}, the candidate: {said}.\nThe reset acts after the product."
    w_x, w_h, b = weights[lit]
    if lit == "g":
        seen = f"($r_t$ {TIMES} $h_{{t-1}}$)", sheet.values["r"] * sheet.values["h before"]
        said = gate_equation(sheet, lit, w_x, w_h, b, *seen)
        return f"{at}, the candidate: {said}.\nThe reset acts {where} the product."
    said = gate_equation(sheet, lit, w_x, w_h, np.sum(b))
    return f"{at}, the {NAMES[lit]} gate: {said}.\nIt reads the input and the state before."


def _reset_after(sheet, w_x, w_h, b):
    """The candidate with the reset after the product, in letters and in numbers."""
    x, h, r = (sheet.values[name] for name in ("x", "h before", "r"))
    inside = x * w_x + b[0] + r * (h * w_h + b[1])
    symbols = ["$g_t$", "=", "tanh (", "$x_t\\,W_{xg}$", "+", "$b_{xg}$", "+", f"$r_t$ {TIMES} (",
               "$h_{t-1}\\,W_{hg}$", "+", "$b_{hg}$", "))", ""]  # fmt: skip
    terms = product(x, w_x), _bracketed(b[0]), f"{fixed(r, 2)} {DOT} (", product(h, w_h)
    numbers = [fixed(sheet.values["g"], 2), "=", "tanh (", terms[0], "+", terms[1], "+", terms[2],
               terms[3], "+", _bracketed(b[1]), "))", f"= tanh ({fixed(inside, 2)})"]  # fmt: skip
    places = 0.6, 1.35, 2.15, 3.75, 4.95, 5.6, 6.3, 7.25, 8.85, 10.1, 10.75, 11.35, 12.95
    roles = ["g", *["weight"] * 2, "input", *["weight"] * 3, "r", "state", *["weight"] * 4]
    sheet.equation(symbols, numbers, places, roles)
    total = f"tanh({fixed(inside, 2)}) = {numbers[0]}"
    return f"tanh({terms[0]} + {terms[1]} + {terms[2]}{terms[3]} + {_bracketed(b[1])})) = {total}"
