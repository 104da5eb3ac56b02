"""The reading edition: pages are whole, links inside it lead somewhere, nothing from elsewhere."""

import json
import re
from base64 import b64decode
from hashlib import sha256
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote

import pytest
from fontTools.ttLib import TTFont
from nbformat import v4
from PIL import Image, ImageChops

from tools import build_site
from tools.build_notebooks import LessonError, parse
from tools.lessons import paths
from tools.reading import needed, sheets
from utils.plotting import Drawing, panels

ROOT = Path(__file__).resolve().parent.parent
VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
LESSONS = [path.stem for path in paths(ROOT)]


LIVELY = {"lively": ["00_start_here"], "few": True}  # the explorer of lesson 0, at its ends
SCRIPTS = [{"src": "explore.js"}, {"src": "page.js"}, {"type": "application/json"}]
PAGE = 600_000  # bytes that a lesson loads before a control is touched


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("built") / "site"
    build_site.build(ROOT, folder, **LIVELY, cache=folder.with_name("sheets"))
    return folder


class Page(HTMLParser):
    """What a page consists of, as far as these tests ask."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.inside, self.text, self.unmatched = [], [], {}, []
        self.feed(html)
        self.unmatched += self.inside

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.inside.append(tag)

    def handle_startendtag(self, tag, attributes):  # in MathML
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        if self.inside[-1:] == [tag]:
            self.inside.pop()
        else:
            self.unmatched.append(tag)

    def handle_data(self, data):
        tag = next((tag for tag in ("title", "pre", "code", "math") if tag in self.inside), "text")
        self.text[tag] = self.text.get(tag, "") + data

    def all(self, *tags):
        return [attributes for tag, attributes in self.elements if tag in tags]

    def values(self, *names):
        return [a[name] for _, a in self.elements for name in names if a.get(name) is not None]


def faults(folder):
    """What is wrong with the pages in a folder, a sentence each."""
    pages = {path.name: Page(path.read_text("utf-8")) for path in sorted(folder.glob("*.html"))}
    return [
        f"{name}: {fault}"
        for name, page in pages.items()
        for fault in [*faults_of(page), *broken_links(name, pages, folder)]
    ]


def faults_of(page):
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    ids = page.values("id")
    if page.all("html")[0].get("lang") != "en":
        yield "no language"
    if not page.text.get("title", "").strip():
        yield "no title"
    if levels.count(1) != 1 or levels[0] != 1:
        yield "not one h1, and first"
    if any(lower > upper + 1 for upper, lower in zip(levels, levels[1:], strict=False)):
        yield f"a level of heading is left out: {levels}"
    if len(ids) != len(set(ids)):
        yield f"an id twice: {sorted(i for i in ids if ids.count(i) > 1)}"
    if not all(image.get("alt", "").strip() for image in page.all("img")):
        yield "an image without a text"
    if page.unmatched:
        yield f"not opened or not closed: {page.unmatched[:5]}"
    if [script for script in page.all("script") if script not in SCRIPTS] != [{}]:
        yield "a script"  # but that which sets the colours before anything is seen
    if re.search(r"\$|\\[a-z]+\{", page.text.get("text", "")):
        yield "a formula left as it was written"


def broken_links(name, pages, folder):
    for target in page_targets(pages[name]):
        path, _, anchor = unquote(target).partition("#")
        path = path or name
        if not (folder / path).is_file():
            yield f"no file for {target}"
        elif anchor and anchor not in pages[path].values("id"):
            yield f"no anchor for {target}"
    for source in pages[name].values("src", "srcset", "data", "poster"):
        if "://" in source or source.startswith("//"):
            yield f"loads {source}"


def page_targets(page):
    """Every address that the page holds, without those that leave the course or carry data."""
    elsewhere = re.compile(r"(https?:)?//|data:|mailto:")
    return [a for a in page.values("href", "src") if not elsewhere.match(a)]


# The pages ---------------------------------------------------------------------------------------


def test_there_is_a_page_for_each_lesson_and_no_other(site):
    assert {path.stem for path in site.glob("*.html")} == {"index", *LESSONS}


def test_every_page_is_whole(site):
    assert not faults(site)


def test_the_style_loads_nothing(site):
    style = (site / "style.css").read_text("utf-8")
    assert all(address.startswith('"data:') for address in re.findall(r"url\((.*?)\)", style))
    assert "@import" not in style


def test_the_contents_lead_to_every_lesson(site):
    links = Page((site / "index.html").read_text("utf-8")).values("href")
    assert {f"{name}.html" for name in LESSONS} <= set(links)


@pytest.mark.parametrize("name", LESSONS)
def test_a_page_holds_the_lesson(name, site):
    html = (site / f"{name}.html").read_text("utf-8")
    nb = parse((ROOT / "solutions" / f"{name}.ipynb").read_text("utf-8"))
    outputs = [output for cell in nb.cells for output in cell.get("outputs", [])]
    shown = "".join(o.data["text/html"] for o in outputs if "text/html" in o.get("data", {}))
    for png in map(b64decode, re.findall('base64,([^"]+)', shown)):
        name = f"figures/{sha256(png).hexdigest()[:12]}.png"
        assert f'src="{name}"' in html and (site / name).read_bytes() == png
    assert all(caption in html for caption in re.findall("<figcaption.*?</figcaption>", shown))
    assert html.count("A solution</summary>") == sum("### BEGIN" in c.source for c in nb.cells)
    headings = re.findall(r"^## ", "\n".join(c.source for c in nb.cells), re.MULTILINE)
    contents = re.search('<nav class="lessons".*?</nav>', html, re.DOTALL)[0]
    assert contents.count('href="#') == len(headings)
    assert html.count('class="permalink"') == len(re.findall("<h[23]", html))


def test_the_lessons_follow_each_other(site):
    name, seen = "index.html", []
    while name:
        seen.append(name.removesuffix(".html"))
        html = (site / name).read_text("utf-8")
        name = (re.findall(r'rel="next" href="([^"]+)"', html) or [None])[0]
    assert seen == ["index", *LESSONS]


def test_a_second_build_changes_nothing_and_leaves_nothing_old(site):
    before = {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}
    (site / "99_gone.html").write_text("a lesson that there once was")
    build_site.build(ROOT, site, **LIVELY, cache=site.with_name("sheets"))
    assert {path: path.read_bytes() for path in site.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("name", LESSONS)
def test_a_page_is_light(name, site):
    html = (site / f"{name}.html").read_text("utf-8")
    loaded = {f"{name}.html", "style.css", "explore.js", "page.js"}
    loaded |= set(re.findall('src="(figures/[^"]+)"', html))
    assert sum((site / file).stat().st_size for file in loaded) < PAGE


def test_search_knows_every_section(site):
    script = (site / "search.js").read_text("utf-8")
    sections = json.loads(script.partition(" = ")[2].rstrip(";\n"))
    for name in ("index", *LESSONS):
        page = Page((site / f"{name}.html").read_text("utf-8"))
        ids = [a["id"] for a in page.all("h2")]
        assert [s["id"] for s in sections if s["page"] == f"{name}.html"] == ["", *ids]
    assert all(section["text"] and section["heading"] for section in sections if section["id"])
    assert not any("base64" in section["text"] or "<" == section["text"][0] for section in sections)


def test_lessons_can_be_run_where_the_repository_is_known(monkeypatch):
    monkeypatch.setenv("GITHUB_REPOSITORY", "some-one/course")
    assert build_site.known_repository(ROOT) == "some-one/course"
    addresses = build_site.run_links("some-one/course", "01_rnn_basics.ipynb")
    assert {"Binder", "Colab"} == set(addresses)
    for address in addresses.values():
        assert "some-one/course" in address and "01_rnn_basics.ipynb" in address
    run = {"run": addresses, "notebook": "01_rnn_basics.ipynb", "alive": True, "file": "1.html"}
    chapters = [
        {"headings": [(1, "a", "A")], "file": "0.html"},
        {"headings": [(1, "b", "B")]} | run,
    ]
    page = build_site.TEMPLATES.get_template("page.html").render(
        chapters[1], body="", place=1, chapters=chapters, repository="some-one/course"
    )
    assert all(f'href="{address}"' in page for address in addresses.values())


def test_a_repository_is_unknown_without_github(monkeypatch, tmp_path):
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    assert build_site.known_repository(tmp_path) is None


# Explorers ---------------------------------------------------------------------------------------


def steps(fig, k, high, seed):
    """A figure of its own for each position, quick to draw."""
    panels(fig)[0].plot([0, k], [0, len(high)], lw=1 + seed)
    return f"k {k}, high {high}, seed {seed}"


GIVEN = {"k": (0, 12, 1), "high": ["low", "middle", "top"], "seed": (0, 1, 1)}


def pictures(every, **more):
    return sheets.Pictures(steps, (2.5, 1.6), None, GIVEN | more, every)


def read(folder):
    spec = json.loads((folder / "spec.json").read_text("utf-8"))
    said = (folder / "said.js").read_text("utf-8").partition(" = ")[2].rstrip(";\n")
    return spec, json.loads(said)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drawn")
    assert pictures({}).save(folder) == 13 * 3 * 2
    return folder


@pytest.mark.parametrize("at", [(0, 0, 0), (12, 2, 1), (6, 1, 0), (3, 2, 1)])
def test_a_picture_and_its_sentence_are_found_by_their_positions(at, drawn):
    spec, said = read(drawn)
    place = 0
    for i in spec["order"]:  # as alive.js counts
        place = place * len(spec["controls"][i]["texts"]) + at[i]
    k, high, seed = at[0], GIVEN["high"][at[1]], at[2]
    png, sentence = Drawing(steps, (2.5, 1.6)).picture(k=k, high=high, seed=seed)
    assert said[place] == sentence
    number, row = divmod(place, spec["sheet"])
    (drawn / "one.png").write_bytes(png)
    kernels = Image.open(drawn / "one.png").convert("RGB")
    sheet = Image.open(drawn / f"{number}.webp").convert("RGB")
    shown = sheet.crop((0, row * kernels.height, kernels.width, (row + 1) * kernels.height))
    # Of a sheet's 128 colours and a picture's 64 the nearest may be a shade apart.
    assert max(high for _, high in ImageChops.difference(kernels, shown).getextrema()) < 24


def test_sheets_are_small(drawn):
    alone = [Drawing(steps, (2.5, 1.6)).picture(k=k, high="top", seed=0)[0] for k in range(13)]
    weight = sum(path.stat().st_size for path in drawn.glob("*.webp"))
    assert weight / 78 < sum(map(len, alone)) / 13 / 4


def test_of_a_control_every_nth_position_may_be_enough():
    fewer = pictures({"k": 5})
    assert fewer.rows == [[0, 1, 6, 11, 12], [0, 1, 2], [0, 1]]
    assert fewer.shown()[0]["texts"][fewer.shown()[0]["start"]] == "6"
    assert "5 of 13 positions of “k”" in fewer.fewer() and not pictures({}).fewer()


def test_what_is_held_fixed_is_drawn_so():
    from ipywidgets import fixed

    held = pictures({}, seed=fixed(1))
    assert held.count == 39 and held.values((0, 0))["seed"] == 1


def test_too_many_pictures_are_refused_in_words():
    with pytest.raises(LessonError, match="steps has 6006 pictures.*'k': 1001.*a page has room"):
        pictures({}, k=(0, 1000, 1))


def test_too_heavy_pictures_are_refused_in_words(monkeypatch, tmp_path):
    monkeypatch.setattr(sheets, "HEAVIEST", 1000)
    with pytest.raises(LessonError, match="the 12 pictures of steps take .* MB"):
        pictures("few").save(tmp_path)


CODE = {
    "a": "from utils.explore import explore\nstep = 2",
    "b": "unrelated = 1",
    "c": "def draw(fig, k):\n    return str(step * k)",
    "d": "explore(draw, k=(0, 3, 1))",
}


def keys(**changed):
    cells = [v4.new_code_cell(source, id=name) for name, source in (CODE | changed).items()]
    cells[-1].outputs = [v4.new_output("display_data", {"text/html": "a still"})]
    return [explorer.key for explorer in sheets.explorers(ROOT, v4.new_notebook(cells=cells))]


def test_pictures_are_drawn_anew_when_what_they_depend_on_changes(monkeypatch):
    before = keys()
    assert len(before) == 1 and keys(b="unrelated = 2") == before
    assert keys(d="explore(draw, k=(0, 3, 1))  # as it was") == before
    for name, source in {"a": CODE["a"].replace("2", "3"), "c": CODE["c"] + "[:2]"}.items():
        assert keys(**{name: source}) != before
    monkeypatch.setattr(sheets, "drawn_by", lambda root: "another utils")
    assert keys() != before


def test_what_draws_is_the_course(tmp_path):
    (tmp_path / "utils").mkdir()
    (tmp_path / "constraints.txt").write_text("numpy==1")
    code = tmp_path / "utils/figures.py"
    known = set()
    for text in ("a = 1", "a = 2"):
        code.write_text(text)
        known.add(sheets.drawn_by(tmp_path))
    (tmp_path / "utils/explore.js").write_text("what draws nothing")
    assert len(known) == 2 and sheets.drawn_by(tmp_path) in known


def test_a_second_build_draws_nothing(site, monkeypatch, tmp_path):
    monkeypatch.setattr(sheets, "ProcessPoolExecutor", None)
    build_site.build(ROOT, tmp_path / "site", **LIVELY, cache=site.with_name("sheets"))
    assert list((tmp_path / "site/explorers").rglob("*.webp"))


def test_two_explorers_in_one_cell_are_refused():
    with pytest.raises(LessonError, match="two explorers in one cell"):
        keys(d=CODE["d"] + "\nexplore(draw, k=(0, 5, 1))")


def test_what_an_explorer_needs_is_found():
    code = ["import numpy as np", "x = np.ones(3)", "y = 2", "def f(fig): return x", "explore(f)"]
    statements = [needed.ast.parse(line).body[0] for line in code]
    assert needed.needed(statements) == [0, 1, 3, 4]


@pytest.mark.parametrize(
    "module",
    ["import x from 'y';\nexport default { render };", "export { a };\nexport default { render };",
     "export default { render, more };", "export default { render };\nlater();"],
)  # fmt: skip
def test_what_can_t_be_a_plain_script_is_refused(module):
    with pytest.raises(LessonError, match="explore.js must export"):
        build_site.plain_script(module)


# Each rule can fail ------------------------------------------------------------------------------

PLANTED = {
    ' lang="en"': ("", "no language"),
    "<title>": ("<title></title><!--", "no title"),
    "</h1>": ("</h1><h1>Another</h1>", "not one h1"),
    "</h2>": ("</h2><h4>Deep</h4>", "a level of heading"),
    'id="Quiz"': ('id="main"', "an id twice"),
    "alt=": ("title=", "an image without a text"),
    "</details>": ("", "not opened or not closed"),
    "</main>": ("<script></script></main>", "a script"),
    "<p>": ("<p>$x_t$ ", "a formula left"),
    'href="index.html"': ('href="contents.html"', "no file for contents.html"),
    'href="#Quiz"': ('href="#Test"', "no anchor for #Test"),
    'src="figures': ('src="https://example.org', "loads https://example.org/"),
}


@pytest.mark.parametrize("old", PLANTED)
def test_a_planted_fault_is_found(old, site, tmp_path):
    new, fault = PLANTED[old]
    html = (site / "01_rnn_basics.html").read_text("utf-8")
    assert old in html
    (tmp_path / "01_rnn_basics.html").write_text(html.replace(old, new, 1), "utf-8")
    assert any(fault in found for found in faults(tmp_path))


# The parts ---------------------------------------------------------------------------------------


def rendered(*cells):
    return "".join(build_site.render(v4.new_notebook(cells=list(cells)))[0])


def markdown(text):
    return rendered(v4.new_markdown_cell(text))


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("02_numpy_rnn.ipynb", "02_numpy_rnn.html"),
        ("02_numpy_rnn.ipynb#Quiz", "02_numpy_rnn.html#Quiz"),
        ("notebooks/02_numpy_rnn.ipynb", "02_numpy_rnn.html"),
        ("https://example.org/02_numpy_rnn.ipynb", "https://example.org/02_numpy_rnn.ipynb"),
        ("#Quiz", "#Quiz"),
    ],
)
def test_links_between_lessons_become_links_between_pages(url, page):
    assert f'href="{page}"' in markdown(f"[there]({url})")


def test_formulae_become_mathml():
    html = markdown("$$\\begin{aligned} a &= b \\\\ c &= d \\end{aligned}$$ and $x_t$")
    assert html.count("<math") == 2 and html.count("<mtr>") == 2
    assert "<msub><mi>x</mi><mi>t</mi></msub>" in html


def test_the_font_has_what_a_formula_draws():
    html = markdown("$\\sqrt d$")
    font = b64decode(build_site.mathematical_font([html]).partition(",")[2])
    drawn = set(TTFont(BytesIO(font)).getBestCmap())
    assert "<msqrt>" in html and {ord("√"), ord("𝑑")} <= drawn and ord("∑") not in drawn


def test_a_full_stop_stays_with_its_formula():
    html = markdown("From $a$ to $b$. Then ($c$) again.")
    whole = re.findall(r'<span class="whole">(.*?)</span>', html)
    assert [re.sub("<.*?>", "", part) for part in whole] == ["b.", "(c)"]


def test_a_long_formula_can_be_moved_sideways():
    assert 'class="wide" tabindex="0"><math>' in markdown("$" + "a + " * 30 + "b$")


def test_an_unknown_command_is_an_error():
    with pytest.raises(Exception, match="nonsense"):
        markdown(r"$\nonsense$")


def test_headings_of_one_name_get_two_ids():
    assert re.findall('id="(.*?)"', markdown("# A\n## B & b\n## B & b")) == [
        "A",
        "B-&amp;-b",
        "B-&amp;-b-2",
    ]


def test_an_image_from_elsewhere_is_said_in_words():
    assert markdown("![A badge](https://example.org/badge.svg)") == "<p>A badge</p>\n"


def test_an_exercise_shows_its_stub_and_folds_its_solution():
    html = rendered(
        v4.new_code_cell("def f():\n    ### BEGIN SOLUTION\n    x\n    ### END SOLUTION")
    )
    given, solution = (re.sub("<.*?>", "", part) for part in html.split("<details>"))
    assert "YOUR CODE HERE" in given and "x" not in given
    assert solution.split("\n")[1:3] == ["def f():", "    x"]


def test_what_was_to_be_predicted_is_folded():
    printed = v4.new_output("stream", text="1 < 2\n")
    plain, asked = v4.new_code_cell(outputs=[printed]), v4.new_code_cell(outputs=[printed])
    asked.metadata["tags"] = ["predict"]
    output = '<pre class="output"><samp>1 &lt; 2</samp></pre>\n'
    assert rendered(plain).endswith(output)
    assert rendered(asked).endswith(f"open the result.</summary>\n{output}</details>\n")
