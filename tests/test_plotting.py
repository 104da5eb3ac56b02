"""How figures are made and shown: drawn, painted, put on a page, refused."""

import io
import re
import threading

import matplotlib as mpl
import numpy as np
import pytest
from PIL import Image

from tests.helpers.curve import SMALL, curve, picture_in
from utils import plotting
from utils.plotting import Drawing


def test_static_figure_is_one_image_with_its_sentence(shown):
    plotting.show(curve, w=0.5)
    (bundle,) = shown
    assert set(bundle) == {"text/html", "text/plain"}
    assert bundle["text/plain"] == "line: <w> is 0.5."
    page = bundle["text/html"]
    assert 'alt="line: &lt;w&gt; is 0.5."' in page
    assert "<figcaption" in page and page.count("&lt;w&gt;") == 2 and "<w>" not in page
    assert Image.open(io.BytesIO(picture_in(page))).size == (1440, 640)  # two for one of the page


def test_caption_and_alternative_part_ways(shown):
    def three(fig):
        plotting.panels(fig)
        return "The point.\nThe numbers: 1, 2.\nMore."

    def two(fig):
        plotting.panels(fig)
        return "The point.\nThe numbers: 1, 2."

    with pytest.raises(TypeError, match="three must return a line with the point.*got 3 lines"):
        plotting.show(three)
    plotting.show(two)
    (bundle,) = shown
    assert bundle["text/plain"] == "The point. The numbers: 1, 2." == Drawing(two).sentence()
    assert 'alt="The numbers: 1, 2."' in bundle["text/html"]
    assert re.search(">The point.</figcaption>", bundle["text/html"])
    assert bundle["text/html"].count("The ") == 2


def test_crowded_figure_stays_within_its_budget():
    def crowded(fig):
        for ax in plotting.panels(fig, 2):
            ax.plot(np.random.default_rng(0).standard_normal((60, 8)).cumsum(axis=0))
        return "16 lines."

    png, _ = Drawing(crowded).picture()
    assert len(png) < 45_000


def test_equal_values_give_equal_bytes_whatever_was_drawn_before():
    drawing = Drawing(curve, SMALL)
    first, _ = drawing.picture(w=0.5)

    def untidy(fig):
        (ax,) = plotting.panels(fig)
        ax.bar([1, 2], [3, 4], label="bars")
        ax.imshow([[0, 1]])
        ax.text(0, 0, "text"), fig.text(0.5, 0.5, "more"), fig.suptitle("title")
        ax.set_yscale("log"), ax.set_title("right", loc="right"), ax.legend(), fig.legend()
        ax.set(ylim=(9, 1), xticks=[1], xlabel="x", ylabel="y"), ax.margins(0.5), ax.axis("off")
        ax.twinx().plot([1, 2]), ax.inset_axes([0, 0, 0.2, 0.2])
        return "A mess of 2 bars."

    drawing.draw = untidy
    untidied, _ = drawing.picture()
    drawing.draw = curve
    again, _ = drawing.picture(w=0.5)
    fresh, _ = Drawing(curve, SMALL).picture(w=0.5)
    assert first == again == fresh != untidied


def restless(fig, low=0, scale="linear", ticks=None, below=None, hidden=False, label="x"):
    """Everything about its panels that may depend on the values drawn."""
    left, right = plotting.panels(fig, 2)
    right.plot([1, 2], [3, 4], "o", clip_on=False)
    left.plot([0.5, 2], [1, 20])
    left.set(xlim=(low, 3), ylim=(1, 1000), yscale=scale, xlabel=label, title=f"from {low}")
    if ticks is not None:
        left.set_xticks(range(1, 1 + len(ticks)), ticks)
    if below == "span":
        left.axvspan(1, 2, color="#ffcc00", zorder=0)
    if below == "picture":
        right.imshow([[0, 1], [2, 3]], aspect="equal")
    if hidden:
        right.set_axis_off()
    return f"From {low}."


RESTLESS = [
    {}, {}, {"low": -1}, {"low": -1, "label": "y"}, {"scale": "log"}, {"ticks": ["a", "b"]},
    {"ticks": ["a", "c"]}, {"below": "span"}, {}, {"below": "picture"}, {"hidden": True}, {},
]  # fmt: skip


def test_kept_frames_are_what_would_be_drawn_anew():
    drawing = Drawing(restless, (7, 3))
    for values in RESTLESS:
        kept, _ = drawing.picture(**values)
        canvas = drawing.figure.canvas
        seen = np.array(canvas.buffer_rgba())
        with plotting.style():
            canvas.draw()  # as Matplotlib does it, all at once
        np.testing.assert_array_equal(seen, canvas.buffer_rgba(), err_msg=str(values))
        assert kept == Drawing(restless, (7, 3)).picture(**values)[0], values


def test_frames_are_painted_once_for_equal_panels():
    drawing, kept = Drawing(restless, (7, 3)), []
    fig = drawing.figure
    for values in ({}, {"label": "x"}, {"low": 1}, {"low": 1}):
        drawing.picture(**values)
        kept.append(fig.course_frames[1])
    assert kept[0] is kept[1] is not kept[2] is kept[3]
    assert all(part.get_visible() for ax in fig.axes for part in (ax.patch, ax.xaxis, ax.yaxis))


def test_style_within_style_is_left_when_all_is():
    before = dict(mpl.rcParams)
    with pytest.raises(ZeroDivisionError), plotting.style():
        with plotting.style():
            pass
        assert mpl.rcParams["axes.grid"] and mpl.rcParams["font.size"] == 10.5
        raise ZeroDivisionError
    assert dict(mpl.rcParams) == before
    with plotting.style():
        assert mpl.rcParams["axes.grid"]


def test_threads_take_turns_and_leave_matplotlib_as_it_was():
    before, seen = dict(mpl.rcParams), []

    def draw_some():
        for _ in range(20):
            seen.append(Drawing(curve, SMALL).picture(w=0.5))

    threads = [threading.Thread(target=draw_some) for _ in range(2)]
    for act in (threading.Thread.start, threading.Thread.join):
        for thread in threads:
            act(thread)
    assert dict(mpl.rcParams) == before
    assert len(seen) == 40 and len(set(seen)) == 1


def test_panels_are_kept_for_the_same_grid_and_empty():
    fig = plotting.new_figure((7, 4))
    kept = plotting.panels(fig, 2)
    kept[0].plot([1, 2]), kept[0].set_title("title", loc="center"), kept[0].legend(["x"])
    again = plotting.panels(fig, 2)
    assert [id(ax) for ax in again] == [id(ax) for ax in kept]
    assert not again[0].lines and again[0].get_legend() is None
    assert again[0].get_title("center") == ""
    assert len(plotting.panels(fig, 3, 1, width_ratios=[1, 1, 2])) == 3
    assert len(fig.axes) == 3


def test_panels_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="no room for 4 x 1 panels"):
        plotting.panels(plotting.new_figure(SMALL), 4)


def test_labels_and_titles_are_inside_the_picture():
    def labelled(fig):
        for ax in plotting.panels(fig, 2):
            ax.set(title="Title", xlabel="time step t", ylabel="state h", ylim=(-1500, 1500))
        return "2 panels."

    png, _ = Drawing(labelled).picture()
    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))
    for edge in (pixels[:2], pixels[-2:], pixels[:, :2], pixels[:, -2:]):
        assert (edge == 255).all()


def test_a_figure_without_a_sentence_is_refused():
    for answer in (None, "", "  ", 3):
        with pytest.raises(TypeError, match="silent must return a sentence"):

            def silent(fig, answer=answer):
                return answer

            Drawing(silent, SMALL).picture()


@pytest.mark.parametrize("stage", ["half", (0, "none"), (1.5, "more"), (1, ""), (1, None), None])
def test_a_stage_that_makes_no_sense_is_refused(stage):
    def odd(fig):
        if stage is not None:
            yield stage

    with pytest.raises(TypeError, match="odd must "):
        Drawing(odd, SMALL).picture()


def test_names_of_lines_that_leave_the_panel_stay_within_it():
    fig = plotting.new_figure((7.2, 3.2))
    (ax,) = plotting.panels(fig)
    ax.set_ylim(0, 1)
    plotting.name_ends(ax, [7.0, -7.0, 0.5], ["high", "low", "middle"], ["black"] * 3)
    height = {text.get_text(): text.xy[1] for text in ax.texts}
    assert 0 < height["low"] < height["middle"] < height["high"] < 1


def test_a_running_median_has_as_many_neighbours_on_either_side():
    values = np.array([5.0, 1, 4, 2, 3])
    assert plotting.running_median(values, width=3).tolist() == [3, 4, 2, 3, 2.5]


def test_a_picture_is_as_wide_on_the_page_as_its_figure():
    page = Drawing(curve).html(b"picture", "A sentence.")
    assert 'alt="A sentence." width="720"' in page and "max-width:720px" in page


def test_the_name_of_a_guide_stands_within_the_panel():
    (ax,) = plotting.panels(plotting.new_figure((7.2, 3.2)))
    plotting.guide(ax, 0.5, "half")
    (name,) = ax.texts
    assert name.xy == (0.99, 0.5) and name.get_ha() == "right"  # and so ends inside
