"""The reading edition: pages are whole, links inside it lead somewhere, nothing is loaded."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from nbformat import v4

from tools import build_site
from tools.build_notebooks import parse
from tools.lessons import paths

ROOT = Path(__file__).resolve().parent.parent
VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
LESSONS = [path.stem for path in paths(ROOT)]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("built") / "site"
    build_site.build(ROOT, folder)
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
    if page.all("script"):
        yield "a script"
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
    figures = [o.data["text/html"] for o in outputs if "text/html" in o.get("data", {})]
    assert all(figure in html for figure in figures)
    assert html.count("A solution</summary>") == sum("### BEGIN" in c.source for c in nb.cells)
    page = Page(html)
    headings = re.findall(r"^## ", "\n".join(c.source for c in nb.cells), re.MULTILINE)
    contents = [a for a in page.values("href") if a.startswith("#") and a != "#main"]
    assert len(contents) == len(headings)


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
    build_site.build(ROOT, site)
    assert {path: path.read_bytes() for path in site.rglob("*") if path.is_file()} == before


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
    'src="data:': ('src="https://example.org/', "loads https://example.org/"),
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
