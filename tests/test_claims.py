"""What the lessons say in numbers is true: with their own seeds, and with others.

Here every lesson runs once, with other seeds than its own. The outputs that it stores, which nbval
compares, are those of its own seeds: what can be asked of them is asked of them. `make claims` runs
every lesson with its own seeds and five others. The claims stand in tests/claims/NN.toml.
"""

import ast

import pytest

from tools import claims

WITHOUT_A_RUN = {"out", "printed", "source", "numbers", "re"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("eight of ten, or 3 of 1,000", [8, 10, 3, 1000]),
        ("a third, two thirds and half as large again", [1 / 3, 2 / 3, 1 / 2]),
        ("one of four, in one piece", [1, 4]),
        ("about 10⁻⁴, $10^{-5}$, $0.5^2$, 1e-6", [1e-4, 1e-5, 0.25, 1e-6]),
        ("some per cent of two hundred thousand", [0.01, 200_000]),
        ("a thousandth, a million million, $10{,}800$", [0.001, 10**12, 10_800]),
        ("1 to 7%, twice, 97%", [1, 7, 2, 97]),
        ("someone, tend, h4, threefold", []),
    ],
)
def test_numbers_are_found_in_digits_and_in_words(text, found):
    assert claims.numbers(text) == pytest.approx(found)


@pytest.mark.parametrize("lesson", claims.LESSONS)
def test_every_number_in_the_text_is_accounted_for(lesson):
    loose = list(claims.unaccounted(claims.cells(lesson), claims.load(lesson)))
    told = "\n".join(f"{cell}: {number!r} in: {said}" for cell, number, said in loose)
    assert not loose, f"tests/claims/{lesson}.toml has no claim with these numbers:\n{told}"


@pytest.mark.parametrize("lesson", claims.LESSONS)
def test_every_cause_that_the_text_names_is_accounted_for(lesson):
    found, book = claims.cells(lesson), claims.load(lesson)
    loose = list(claims.unexplained(found, book))
    told = "\n".join(f"{cell}: {said}" for cell, said in loose)
    assert not loose, f"tests/claims/{lesson}.toml does not account for these causes:\n{told}"
    planted = [*found, {"id": "planted", "code": False, "source": "It fails because it is cold."}]
    assert [cell for cell, _ in claims.unexplained(planted, book)] == ["planted"]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("It fails, so it is wrong. So it is. It is since it was, because it is.", 4),
        ("So far, so many. And so on. Do so. It is so.", 0),
        ("**So count.** That is why; the reason: hence, due to it, thanks to it.", 6),
    ],
)
def test_causes_are_found(text, count):
    found = [{"id": "a", "code": False, "source": text}]
    nothing = {"claim": [{"says": text}], "follows": [], "guesses": [text]}  # no alone, no "guess"
    assert len(list(claims.unexplained(found, nothing))) == count
    for book in (
        nothing | {"claim": [{"says": text, "alone": "it; control: none"}]},
        nothing | {"follows": [text]},
    ):
        assert not list(claims.unexplained(found, book))
    guess = [{"id": "a", "code": False, "source": "A guess: because it is cold."}]
    assert not list(claims.unexplained(guess, nothing | {"guesses": ["A guess: because"]}))


@pytest.mark.parametrize("lesson", claims.LESSONS)
def test_the_claims_words_stand_in_the_lesson(lesson):
    found, book = claims.cells(lesson), claims.load(lesson)
    for claim in book["claim"]:
        assert claims.place(claim["says"], found) is not None, claim["says"]
        assert claim.get("after", "end") in ["end", *(cell["id"] for cell in found)], claim["says"]
    text = "\n".join(cell["source"] for cell in found if not cell["code"])
    lists = (book[name] for name in ("counts", "supposes", "follows", "guesses"))
    lost = [words for listed in lists for words in listed if words not in text]
    assert not lost


@pytest.mark.parametrize("planted", ["It takes 37 steps.", "It fails in nine of eleven runs."])
@pytest.mark.parametrize("lesson", claims.LESSONS)
def test_a_planted_number_is_found(lesson, planted):
    found = claims.cells(lesson)
    at = next(k for k, cell in enumerate(found) if not cell["code"] and k > 4)
    found[at]["source"] += "\n\n" + planted
    assert planted in [said for _, _, said in claims.unaccounted(found, claims.load(lesson))]


@pytest.mark.parametrize("lesson", claims.LESSONS)
def test_a_changed_number_in_a_claim_is_found(lesson):
    found, book = claims.cells(lesson), claims.load(lesson)
    for claim in book["claim"]:
        for _, start, end in claims.spans(claim["says"])[:1]:
            changed = claim["says"][:start] + "37" + claim["says"][end:]
            at = claims.place(claim["says"], found)
            copy = [dict(cell) for cell in found]
            copy[at]["source"] = copy[at]["source"].replace(claim["says"], changed)
            assert claims.place(claim["says"], copy) is None


def test_a_claim_that_does_not_hold_is_told():
    space = {"mean": 0.4, "printed": {}}
    assert claims.judged({"holds": "mean > 0.3"}, space) is None
    assert "not so: mean > 0.5" in claims.judged({"holds": "mean > 0.5"}, space)
    assert "NameError" in claims.judged({"holds": "median > 0.5"}, space)


@pytest.mark.parametrize("lesson", claims.LESSONS)
def test_claims_hold_in_the_stored_outputs(lesson):
    found, printed = claims.cells(lesson), {}
    asked = claims.due(filter(_needs_no_run, claims.load(lesson)["claim"]), found)
    source = {cell["id"]: cell["source"] for cell in found}
    for cell in found:
        if cell["code"]:
            printed[cell["id"]] = cell["stored"]
        for claim in asked.get(cell["id"], []):
            wrong = claims.judged(claim, {"source": source, "printed": printed})
            assert wrong is None, claim["says"]


def _needs_no_run(claim):
    tree = ast.walk(ast.parse(claim["holds"]))
    names = {node.id: type(node.ctx) for node in tree if isinstance(node, ast.Name)}
    own = {name for name, use in names.items() if use is ast.Store}
    return "out" in names and names.keys() - own <= WITHOUT_A_RUN | set(dir(__builtins__))


@pytest.mark.parametrize("lesson", claims.LESSONS)
def test_claims_hold_with_other_seeds(lesson):
    wrong = claims.broken_in_process(lesson, claims.OTHER_SEEDS[0])
    assert not wrong, "\n".join(wrong)
