"""A scoreboard as a table of HTML, for wide pages, slides and telephones.

Colours come from the page, so it is legible in any theme. Where a narrow page lets the table be
moved sideways, the names of its rows stay in sight.
"""

from html import escape

FIGURE_SPACE, POINT_SPACE = "\N{FIGURE SPACE}", "\N{PUNCTUATION SPACE}"  # as wide as 0, as a point

# Behind the page's own text colour, light or dark. The words say the same.
SHADES = {
    "beats": "padding: 0 0.3em; background: rgba(0, 158, 115, 0.3); font-weight: bold",
    "loses": "padding: 0 0.3em; background: rgba(213, 94, 0, 0.25); font-weight: normal",
    "ties": "padding: 0 0.3em; background: rgba(128, 128, 128, 0.2); font-weight: normal",
}
LEFT, RIGHT = "text-align: left; vertical-align: top", "text-align: right; vertical-align: top"
STAYS = (
    f"{LEFT}; position: sticky; left: 0; background: var(--jp-layout-color0, var(--paper, Canvas))"
)
SMALL = "font-size: 85%; opacity: 0.75; white-space: nowrap"
WHOLE = "white-space: nowrap; font-variant-numeric: tabular-nums"


def board_html(head, rows, note):
    """`rows` are (name, verdicts, [(number, range), ...], contender): texts, `range` "" where there
    is one run alone. `head` names their columns but for the verdicts, which stand below the names.
    """
    columns = list(zip(*(numbers for _, _, numbers, _ in rows), strict=True))
    aligned = [_aligned([number for number, _ in column]) for column in columns]
    names = "".join(f'<th scope="col" style="{RIGHT}">{escape(name)}</th>' for name in head[1:])
    body = ""
    for k, (name, verdicts, numbers, contender) in enumerate(rows):
        words = "".join(f"<br>{_verdict(words)}" for words in verdicts)
        kind = "" if contender else "; font-style: italic; font-weight: normal"
        body += f'<tr style="background: none"><th scope="row" style="{STAYS}{kind}">'
        body += f"{escape(name)}{words}</th>"
        for column, (_, spread) in zip(aligned, numbers, strict=True):
            small = f'<br><span style="{SMALL}">{spread}</span>' if spread else ""
            body += f'<td style="{RIGHT}; {WHOLE}">{column[k]}{small}</td>'
        body += "</tr>"
    return (
        f'<table class="course-board"><thead><tr><th scope="col" style="{STAYS}">{escape(head[0])}'
        f"</th>{names}</tr></thead><tbody>{body}</tbody></table><p>{escape(note)}</p>"
    )


def _verdict(words):
    shade = SHADES.get(words.split()[0])
    look = f"font-size: 90%; white-space: nowrap; {shade or 'font-weight: normal'}"
    return f'<span style="{look}">{escape(words)}</span>'


def _aligned(numbers):
    """The numbers with spaces behind them, so that their points stand below one another."""
    ends = [len(number.partition(".")[2]) for number in numbers]
    most = max(ends)
    return [
        number + POINT_SPACE * (most > 0 and "." not in number) + FIGURE_SPACE * (most - end)
        for number, end in zip(numbers, ends, strict=True)
    ]
