"""The check of lesson 00."""

from itertools import accumulate

from utils.checks.engine import Probe, exercise
from utils.words import number


def against(args, got):
    """What came of a list beside what should have come of it."""
    given, right = args["x"], list(accumulate(args["x"]))
    returned = ", ".join(number(x, 4) for x in got)
    return f"your function returns [{returned}] for {given}, where {right} is right"


@exercise(
    probes=[
        Probe({"x": [3, 1, 2]}),
        Probe({"x": [5]}, "for a list with a single number"),
        Probe({"x": [-4, 7, 0, 11, -2]}, "for a list with negative numbers"),
        Probe({"x": [0.5, 1.25, -3.5, 8.0]}, "for a list with fractions"),
        Probe({"x": [2, 5, 2, 2]}, "for a list in which a number comes again"),
    ],
    returns={"the list": "numbers"},
    right="every number is the sum so far, for whole, negative and fractional numbers",
    evidence=against,
)
def running_total(x):
    """The sums so far of a list of numbers: [3, 1, 2] -> [3, 4, 6]."""
    total, totals = 0, []
    for value in x:
        total = total + value
        totals.append(total)
    return totals


TWICE = "the first number counts twice: the sum starts with it, and the loop adds it again"

running_total.knows(
    {
        "return totals": {
            "return total": "that is the final total alone; a running total has as many numbers "
            "as the list",
            "return totals[-1:]": "only the last sum is in your list: is the line that appends "
            "inside the loop?",
            "return totals[:1]": "your list stops after the first number: does the return stand "
            "inside the loop?",
            "return totals[0]": "that is the first sum alone: does the return stand inside the "
            "loop?",
            "return [x[0] + s for s in totals]": TWICE,
            "return [x[0]] + [x[0] + s for s in totals]": TWICE,
            "return [0] + totals": "your list starts with the 0 from before the first number, so "
            "it is one too long",
            "return [0] + totals[:-1]": "each sum misses its own number: what comes first, adding "
            "it or noting the sum?",
            "return list(x)": "that is the list as it came in: nothing has been added up",
            "return [s / (n + 1) for n, s in enumerate(totals)]": (
                "that is the mean so far: the sums should not be divided"
            ),
            "return [a + b for a, b in zip([0] + x, x)]": "each number is added to its left "
            "neighbour only, not to all that came before",
            "return [sum(x[i:]) for i in range(len(x))]": "those are the sums from each number to "
            "the end: start from the other side",
            "return totals[::-1]": "the right sums stand in the reverse order",
            "return [total] * len(x)": "every number is the final total: note the sum while it "
            "grows, inside the loop",
        },
        "total = total + value": {
            "total = 0.5 * total + value": "each step still halves the sum so far, as in the cell "
            "above: here nothing is lost",
            "total = total * value if totals else value": "that is the running product: add, do "
            "not multiply",
        },
    }
)
