"""A student's page of feedback: the verdict on each exercise by name, then the marked notebook.

It is one file that works without a network and without a script: formulae are MathML, as on the
pages of the reading edition.
"""

import re
from html import escape
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from nbconvert.filters.markdown_mistune import MarkdownWithMath

from tools import build_site as site
from tools.build_notebooks import COLOURS
from tools.grading.confined import test_of

LONG = 20_000  # characters of code that are shown in colours; beyond, colouring takes its time
TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).resolve().parent),
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)
# Said where a reference goes on in the place of an answer; on a marked page it would puzzle.
GOES_ON = re.compile(
    r"Not\s+attempted\s+yet:\s+the\s+cells\s+below\s+use\s+the\s+course's\s+own\s+\w+\."
)


def page(nb, submission, whole=True):
    """The page of a marked notebook, with what the gradebook has of it (a SubmittedNotebook).

    If not `whole`, the page has the verdicts alone.
    """
    grades = {grade.name: grade for grade in submission.grades}
    comments = {comment.name: comment.manual_comment for comment in submission.comments}
    exercises, body = [], []
    for cell in nb.cells:
        if name := test_of(cell):
            grade, verdict = grades[f"test_{name}"], said(cell)
            exercises.append(
                {
                    "name": name,
                    "score": f"{grade.score:g}",
                    "most": f"{grade.max_score:g}",
                    "verdict": verdict,
                    "by_hand": grade.manual_score is not None,
                    "comment": comments.get(name) or comments.get(f"test_{name}"),
                }
            )
            body.append(
                f'<p id="marked-{name}"><strong><code>{name}</code>, {grade.score:g} of '
                f"{grade.max_score:g}:</strong> {escape(verdict)}</p>\n"
            )
        elif not whole:
            continue
        elif cell.cell_type == "markdown":
            body.append(MarkdownWithMath(site.Renderer()).render(cell.source))
        else:
            body.append(code(cell.source) + "".join(map(shown, cell.outputs)))
    body = body if whole else ["<p>The notebook is too long to be shown here.</p>\n", *body]
    body, penalty = site.keep_together("".join(body)), submission.late_submission_penalty
    style = site.TEMPLATES.get_template("style.css").render(font=site.mathematical_font([body]))
    return TEMPLATES.get_template("feedback.html").render(
        title=submission.name,
        student=submission.student.id,
        score=f"{submission.score:g}",
        most=f"{submission.max_score:g}",
        penalty=f"{penalty:g}" if penalty else "",
        exercises=exercises,
        body=body,
        style=style,
    )


def said(test):
    """The verdict that a test has put out."""
    for output in test.outputs:
        return output.evalue if output.output_type == "error" else output.text
    return ""


def code(source):
    if len(source) > LONG:
        return site.preformatted(escape(source))
    return site.python(source)


def shown(output):
    if output.output_type == "stream":
        return site.printed(GOES_ON.sub("Not attempted yet.", COLOURS.sub("", output.text)))
    if output.output_type == "error":
        return site.printed(COLOURS.sub("", f"{output.ename}: {output.evalue}"))
    if "text/html" in output.data:  # a figure of the course's, as `clean` has seen to
        return site.wide(output.data["text/html"])
    if "image/png" in output.data:
        png = output.data["image/png"].replace("\n", "")
        return f'<p><img alt="a figure" src="data:image/png;base64,{png}"></p>\n'
    return site.printed(output.data["text/plain"]) if "text/plain" in output.data else ""
