"""`explore(draw, **controls)`: a figure that is drawn anew as the reader moves its controls.

Controls are what `ipywidgets.interact` takes. `controls` reads them, `shelf` holds pictures,
`ahead` foresees moves, and `widget` answers the page, which is explore.js.
"""

from utils.explore.widget import Explorer, explore

__all__ = ["Explorer", "explore"]
