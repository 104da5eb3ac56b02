"""A drawing function with the figure that it draws on."""

import inspect

from utils.arguments import shown
from utils.plotting.frames import new_figure, render, static_html
from utils.plotting.theme import CSS_DPI, DPI, SHARP, style


class Drawing:
    """What `draw(fig, **values)` draws on a figure of its own, of `size` (width, height) in inches.

    The figure is used again for each drawing: `draw` empties it, by `panels`.
    """

    def __init__(self, draw, size=(7.2, 3.2)):
        self.draw, self.figure, self.size = draw, new_figure(size), tuple(size)

    @property
    def pixels(self):
        """Width and height on the page."""
        return [round(inches * CSS_DPI) for inches in self.size]

    def stages(self, **values):
        """Draw, and yield (share done, what it says) whenever the figure is worth a picture: once,
        with a share of 1, unless `draw` yields as it goes."""
        with style():
            drawn = self.draw(self.figure, **values)
        if not inspect.isgenerator(drawn):
            yield 1, self._checked(drawn)
            return
        while True:
            with style():  # not across a yield: whatever is drawn meanwhile has its own style
                stage = next(drawn, None)
            if stage is None:
                return
            if not isinstance(stage, tuple) or len(stage) != 2 or not 0 < stage[0] <= 1:
                raise TypeError(
                    f"{self.draw.__name__} must yield (share done, above 0 and at most 1; "
                    f"sentence), got {shown(stage)}"
                )
            yield stage[0], self._checked(stage[1])

    def sentence(self, **values):
        """Draw to the end. -> what it says, in one line"""
        return in_one_line(self.said(**values))

    def picture(self, **values):
        """Draw to the end. -> the PNG's bytes and what it says"""
        said = self.said(**values)
        return self.png(), said

    def said(self, **values):
        """Draw to the end. -> what it says, in its one or two lines"""
        *_, (_, said) = (0, None), *self.stages(**values)
        return self._checked(said)

    def png(self, sharp=False):
        """The bytes of the figure as it has been drawn; `sharp` is for pictures that stay."""
        if not sharp:
            return render(self.figure)
        self.figure.set_dpi(SHARP)
        try:
            return render(self.figure)
        finally:
            self.figure.set_dpi(DPI)

    def html(self, png, said):
        """A picture of it, for pages without widgets."""
        return static_html(png, said, self.pixels[0])

    def _checked(self, said):
        if not isinstance(said, str) or not said.strip():
            raise TypeError(
                f"{self.draw.__name__} must return a sentence that says what the figure shows, "
                f"got {shown(said)}"
            )
        lines = [" ".join(line.split()) for line in said.split("\n")]
        if len(lines) > 2:
            raise TypeError(
                f"{self.draw.__name__} must return a line with the point, and one with the "
                f"numbers, got {len(lines)} lines"
            )
        return "\n".join(lines)


def in_one_line(said):
    """What a figure says, as its text output has it."""
    return said.replace("\n", " ")


def show(draw, *, size=(7.2, 3.2), **values):
    """Display the static figure that `draw(fig, **values)` draws, `size` in inches."""
    from IPython.display import display

    drawing = Drawing(draw, size)
    said = drawing.said(**values)
    page = drawing.html(drawing.png(sharp=True), said)
    mimebundle = {"text/html": page, "text/plain": in_one_line(said)}
    display(mimebundle, raw=True)
