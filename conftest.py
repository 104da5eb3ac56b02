"""What every test runs under, the kernels that execute the lessons included.

Set here, before anything else is imported, since TensorFlow reads its variables when it is imported
and the kernels inherit them.
"""

import os
from pathlib import Path

os.environ.setdefault("COURSE_STATIC", "1")  # explorers show their stored figure, no widget
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # more only get in each other's way here

import utils.keras_setup  # noqa: F401  the same TensorFlow for the tests as for the lessons


def pytest_collection_modifyitems(items):
    """Where the learner edition keeps an answer back, hold what its cell shows to the complete
    edition's."""
    items = [
        item for item in items if hasattr(item, "cell") and item.path.parent.name == "notebooks"
    ]
    if not items:
        return
    from tools.build_notebooks import is_kept_back, parse  # the learner edition's own maker

    complete = {}
    for item in items:
        cell = item.cell  # nbval's
        if cell.cell_type == "code" and is_kept_back(cell):
            source = Path(item.path).parent.parent / "solutions" / item.path.name
            if source not in complete:
                nb = parse(source.read_text("utf-8"))
                complete[source] = {cell.id: cell.get("outputs") for cell in nb.cells}
            cell.outputs = complete[source][cell.id]
