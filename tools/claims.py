"""Hold what the lessons say against what they compute, with their own seeds and with others.

    python -m tools.claims              all lessons, their own seeds and five others
    python -m tools.claims 03 04        these lessons
    python -m tools.claims --seeds 0    with their own seeds alone

`tests/claims/NN.toml` has what lesson NN claims:

    [[claim]]
    says = "Its words"     a piece of the lesson's prose, word for word, found in one place
    holds = "mean > 0.5"   Python over the lesson's variables; of several lines the last one counts
    after = "end"          where it is asked: after this code cell, or at the end of the lesson;
                           without it, where the words stand
    own = true             only for the lesson's own seeds: the words say that they mean this run

`out` is what the last code cell printed, captions included, and `printed` that of every cell by its
id; `source` is every cell's text by its id. `numbers(text)` are the numbers in a text, `say(draw,
**values)` is the sentence of a figure. And for the numbers that claim nothing:

    counts = ["the two states"]        counts what the words around it, or the text itself, name
    supposes = ["You have 500 days"]   what a question, an example or an invented job supposes

A cause that the text names (`CAUSE`: because, so, ...) is accounted for too, in one of three ways:

    alone = "W_h's size; control: the same run at size 1"
                           in the claim whose words name the cause: what is changed alone, and what
                           stands beside it. `holds` fails if the cause is not the cause
    follows = ["so $dh_t$ has the shape of $h_t$"]
                           it follows from a definition, from algebra or from how a thing is built,
                           in words that stand there: there is nothing to measure
    guesses = ["Our guess is that"]
                           nobody has tested it, and its sentence calls it a guess
"""

import argparse
import ast
import contextlib
import io
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LESSONS = sorted(path.name[:2] for path in (ROOT / "solutions").glob("[0-9][0-9]_*.ipynb"))
OTHER_SEEDS = [1000 * k for k in range(1, 6)]  # added to every seed


# ---------------------------------------------------------------- a lesson and its claims


def cells(lesson):
    """The cells of the complete edition: id, kind, source, stored text, section."""
    (path,) = (ROOT / "solutions").glob(f"{lesson}_*.ipynb")
    found, section = [], 0
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        source = "".join(cell["source"])
        section += bool(re.search(r"^##? ", source, re.M)) and cell["cell_type"] == "markdown"
        found.append(
            {
                "id": cell["id"],
                "code": cell["cell_type"] == "code",
                "source": source,
                "stored": "\n".join(map(_text, cell.get("outputs", []))),
                "section": section,
            }
        )
    return found


def _text(output):
    if output["output_type"] == "stream":
        return "".join(output["text"])
    return "".join(output.get("data", {}).get("text/plain", ""))


def load(lesson):
    """What the lesson claims, see above."""
    path = ROOT / "tests" / "claims" / f"{lesson}.toml"
    lists = dict.fromkeys(["claim", "counts", "supposes", "follows", "guesses"], [])
    return lists | tomllib.loads(path.read_text("utf-8"))


def place(words, found):
    """The index of the one text cell that has these words, or None if none or several have them."""
    at = [
        k for k, cell in enumerate(found) if not cell["code"] for _ in _all(words, cell["source"])
    ]
    return at[0] if len(at) == 1 else None


def _all(words, text):
    """Every span of `text` that reads `words`."""
    start = text.find(words)
    while start >= 0:
        yield start, start + len(words)
        start = text.find(words, start + 1)


# ---------------------------------------------------------------- the numbers in a text

SMALL = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
SMALL += "fifteen sixteen seventeen eighteen nineteen"
WORDS = {word: k for k, word in enumerate(SMALL.split())}
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
WORDS |= {word: 10 * k for k, word in enumerate(TENS.split(), 2)}
LARGE = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}
PARTS = {"half": 1 / 2, "halves": 1 / 2, "halved": 1 / 2, "quarter": 1 / 4, "quarters": 1 / 4}
PARTS |= {"twice": 2, "double": 2, "doubles": 2, "doubled": 2, "dozen": 12, "dozens": 12}
PARTS |= {"tenth": 1 / 10, "tenths": 1 / 10, r"per\scent": 1 / 100}
PARTS |= {f"{word}th{s}": 1 / value for word, value in LARGE.items() for s in ("", "s")}
THIRDS = {"third": 1 / 3, "fifth": 1 / 5, "sixth": 1 / 6, "eighth": 1 / 8}
COUNTED = "|".join(word for word in WORDS if word != "one")  # "one" is mostly no number
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−", "0123456789--")
SCALE = "(?:hundred|thousand|million|billion)"
NUMBER = re.compile(
    rf"""(?<![\w.])(?:
    (?P<digits>\d+(?:\{{?,\}}?\d{{3}})*(?:\.\d+)?(?:e-?\d+)?)(?P<power>\^\{{?[-−]?\d+\}}?|[⁰-⁹⁻¹²³]+)?
    |(?P<large>(?:(?:an?|one|{COUNTED})\s)?{SCALE}s?(?:\s{SCALE})?)
    |(?P<third>(?:an?|one|two|last)\s(?:{"|".join(THIRDS)})s?)
    |(?P<part>{"|".join(PARTS)})
    |(?P<of>one(?=\s(?:of|in)\s(?:{COUNTED}|\d)))
    |(?P<word>{COUNTED})
    )(?![a-zA-Z])""",
    re.X | re.I,
)


def numbers(text):
    """The numbers in a text, written in digits or in words, in their order."""
    return [value for value, _, _ in spans(text)]


def spans(text):
    """(value, start, end) of each number in a text."""
    return [(_value(match), *match.span()) for match in NUMBER.finditer(text)]


def _value(match):
    kind, word = match.lastgroup, match.group().lower()
    if kind in ("digits", "power"):
        value = float(re.sub("[{},]", "", match["digits"]))
        power = match["power"]
        return value ** int(re.sub(r"[^\d-]", "", power.translate(RAISED))) if power else value
    if kind == "large":
        value = 1
        for part in word.split():
            value *= LARGE.get(part.rstrip("s"), WORDS.get(part, 1))
        return value
    if kind == "third":
        many, part = word.rstrip("s").split()
        return (1 + (many == "two")) * THIRDS[part]
    return PARTS.get(word.replace(" ", r"\s"), WORDS.get(word))


NOT_PROSE = {
    # what it is: what it looks like
    "a code span": r"`[^`\n]+`",
    "a displayed formula, which the checks hold the code against": r"(?s:\$\$.*?\$\$)",
    "where a link leads": r"\]\([^)]*\)",
    "HTML": r"<[^>\n]+>",
    "a heading's or a question's number": r"^# \d+|^## Exercise \d|^(?:### |\*\*)?\d\. |Hint \d",
    "a lesson or an exercise by its number": r"[Ll]essons? \d+(?: (?:to|and) \d+)?|[Ee]xercise \d",
    "the time it takes: TEACHING.md and the budgets have it": r"^\*\*Time\*\*.*$|takes ten minutes",
    "the map: its minutes are those of the lessons": r"^\| \d+ \|.*\| \d+ \|$",
    "a reference": r"^- [A-Z]\. [^\n]*$|\(\w+ and \w+, \d{4}\)",
    "a place that a draft leaves open": r"TODO \d+",
    "a subscript": r"_\{[^{}]*\}|_[0-9]",
    "where a gate or a tanh ends": r"(?:between|from) [−0-1]+ (?:and|to) 1\b",
    "a name": r"CO2|Keras 3|[Hh]alf-li(?:fe|ves)|fifty-fifty",
}
NOTATION = re.compile(r"\$[^$\n]*[A-Za-z][^$\n]*\$")  # an inline formula with a letter in it
PLAIN = {0, 1, 2}  # and -1: in such a formula they are notation


def prose(text):
    """The text with all that is no prose blanked out, so that every position stays."""
    for look in NOT_PROSE.values():
        text = re.sub(look, lambda match: " " * len(match.group()), text, flags=re.M)
    return text


def shown(section):
    """The numbers in a section's code, in what it prints and in the sentences of its figures."""
    text = "\n".join(cell["source"] + "\n" + cell["stored"] for cell in section if cell["code"])
    found = set()
    for token in re.findall(r"(?<![\w.])\d[\d,_]*(?:\.\d+)?(?:e[-+]?\d+)?%?", text):
        value = float(re.sub("[,_%]", "", token))
        found |= {value, value / 100} if token.endswith("%") else {value}
    return found | set(numbers(text))


def unaccounted(found, book):
    """(cell id, the number, its sentence) for each number of the prose that nothing answers for."""
    words = [claim["says"] for claim in book["claim"]] + book["counts"] + book["supposes"]
    for cell in found:
        if cell["code"]:
            continue
        text = prose(cell["source"])
        known = shown([other for other in found if other["section"] == cell["section"]])
        held = [span for piece in words for span in _all(piece, cell["source"])]
        formulas = [match.span() for match in NOTATION.finditer(text)]
        for value, start, end in spans(text):
            inside = [a <= start and end <= b for a, b in held]
            notation = value in PLAIN and any(a < start < b for a, b in formulas)
            if not (any(inside) or notation or value in known):
                yield cell["id"], text[start:end], sentence(cell["source"], start)


CAUSE = re.compile(
    r"\b(?i:because|since|therefore|hence|due\sto|thanks\sto|reasons?|(?:that|this)\sis\swhy|caused?)\b"
    r"|(?:(?:^|[.!?]\s|\*\*)So\b|[,;:]\s(?:and\s)?so\b)(?!\s(?:far|many|much|few|little|long|on)\b)",
    re.M,
)


def unexplained(found, book):
    """(cell id, its sentence) for each cause that the prose names and nothing accounts for."""
    words = [claim["says"] for claim in book["claim"] if claim.get("alone")]
    guesses = [words for words in book["guesses"] if "guess" in words.lower()]
    for cell in found:
        if cell["code"]:
            continue
        spans = [
            span
            for piece in words + book["follows"] + guesses
            for span in _all(piece, cell["source"])
        ]
        for match in CAUSE.finditer(prose(cell["source"])):
            if not any(start < match.end() and match.start() < end for start, end in spans):
                yield cell["id"], sentence(cell["source"], match.end())


def sentence(text, at):
    """The sentence around a position."""
    start = max((text.rfind(mark, 0, at) + 1 for mark in (". ", "? ", "\n")), default=0)
    ends = [k for k in (text.find(mark, at) for mark in (". ", "? ", "\n")) if k >= 0]
    return text[start : min(ends, default=len(text) - 1) + 1].strip()


# ---------------------------------------------------------------- a lesson executed


def executed(lesson, shift=0):
    """Run the lesson's code, every seed moved by `shift`. Yields (cell, namespace, its text)."""
    os.chdir(ROOT / "solutions")
    os.environ |= {"COURSE_STATIC": "1", "OPENBLAS_NUM_THREADS": "1"}
    found = cells(lesson)
    _move_seeds(shift, any("import keras" in cell["source"] for cell in found if cell["code"]))
    from IPython import display as ipython

    from utils import plotting

    plotting.Drawing.png = lambda self, sharp=False: b""  # drawing makes the sentence
    ipython.display = lambda shown, raw=False: print(shown["text/plain"] if raw else repr(shown))
    space = {"__name__": "__main__", "display": ipython.display}  # as in a notebook
    for cell in found:
        text = io.StringIO()
        if cell["code"]:
            with contextlib.redirect_stdout(text):
                value = evaluate(cell["source"], space)
                if value is not None:
                    print(repr(value))
        yield cell, space, text.getvalue()


def evaluate(code, space):
    """Run the code. -> the value of its last line, or None if that is no expression"""
    body = ast.parse(code).body
    last = ast.Expression(body.pop().value) if isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), "<lesson>", "exec"), space)
    return eval(compile(last, "<lesson>", "eval"), space) if last else None


def _move_seeds(shift, keras_too):
    """Move every seed that a random generator is given, in this process.

    But for those of the exercises' checks: they are part of the question.
    """
    import numpy as np

    def moved(make):
        def make_moved(seed=None):
            whole = isinstance(seed, int | np.integer)
            return make(seed + shift if whole and not _in_a_check() else seed)

        return make_moved

    np.random.default_rng = moved(np.random.default_rng)
    if keras_too:
        from utils import keras_setup  # noqa: F401, I001 - it must come before Keras
        import keras

        keras.utils.set_random_seed = moved(keras.utils.set_random_seed)


def due(claims, found):
    """The claims by the id of the cell after which they are asked."""
    asked = {}
    for claim in claims:
        at = place(claim["says"], found)
        if at is None:
            raise LookupError(f"no text cell, or not one alone, says {claim['says']!r}")
        after = claim.get("after", found[at]["id"])
        asked.setdefault(found[-1]["id"] if after == "end" else after, []).append(claim)
    return asked


def broken(lesson, shift=0):
    """What does not hold in the lesson with its seeds moved, in words, one thing after another."""
    found = cells(lesson)
    asked = due(load(lesson)["claim"], found)
    source, printed = {cell["id"]: cell["source"] for cell in found}, {}
    for cell, space, text in executed(lesson, shift):
        if cell["code"]:
            printed[cell["id"]] = text
            if re.match(r"(\w+) = check\.\1\(", cell["source"]) and not text.startswith("Right"):
                yield f"{cell['id']}: the check says {text.splitlines()[0]!r}"
        for claim in asked.get(cell["id"], []):
            if not (shift and claim.get("own")):
                wrong = judged(claim, space | {"source": source, "printed": printed})
                if wrong:
                    yield f"{cell['id']}: {claim['says']!r}: {wrong}"


def judged(claim, space):
    """None if the claim holds, else why not."""
    try:
        tools = {
            "out": (["", *space["printed"].values()])[-1],
            "numbers": numbers,
            "say": say,
            "re": re,
        }
        holds = evaluate(claim["holds"], space | tools)
    except Exception as error:
        return f"{type(error).__name__}: {error}, in: {claim['holds'].strip()}"
    return None if holds else f"not so: {claim['holds'].strip()}"


def _in_a_check():
    frame = sys._getframe()
    while frame and not frame.f_globals.get("__name__", "").startswith("utils.checks"):
        frame = frame.f_back
    return frame is not None


def say(draw, **values):
    """The sentence of a figure drawn with these values."""
    from utils import plotting

    return plotting.Drawing(draw, (7.2, 5.4)).sentence(**values)


def broken_in_process(lesson, shift):
    """The same, from a process of its own, since the seeds are moved in all of it."""
    command = [sys.executable, "-m", "tools.claims", lesson, "--shift", str(shift)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if run.returncode:
        return [run.stderr]
    return json.loads(run.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("lessons", nargs="*", default=LESSONS)
    parser.add_argument("--seeds", type=int, default=5, help="how many other seeds, 0 to 5")
    parser.add_argument("--shift", type=int, help="run here, with this added to each seed")
    chosen = parser.parse_args()
    if unknown := [name for name in chosen.lessons if name not in LESSONS]:
        parser.error(f"no lesson {unknown[0]}; there are {', '.join(LESSONS) or 'none'}")
    if not chosen.lessons:
        parser.error("there is no lesson in solutions/: is a branch without them checked out?")
    if chosen.shift is not None:
        (lesson,) = chosen.lessons
        print(json.dumps(list(broken(lesson, chosen.shift))))
        return
    failed = 0
    for lesson in chosen.lessons:
        for shift in [0, *OTHER_SEEDS[: chosen.seeds]]:
            wrong = broken_in_process(lesson, shift)
            failed += len(wrong)
            seeds = f"seeds + {shift}" if shift else "its own seeds"
            print(f"lesson {lesson}, {seeds}: {len(wrong) or 'nothing'} broken", flush=True)
            print(*(f"  {line}\n" for line in wrong), sep="", end="", flush=True)
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
