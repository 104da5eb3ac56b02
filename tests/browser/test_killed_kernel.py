"""A kernel dies under a learner: what is in the page stays there, and can be saved."""

import nbformat
import pytest
from nbformat import v4

browser = pytest.importorskip("tools.browser", reason="needs Playwright: tests/requirements.txt")

FIRST_CELL = "window.jupyterapp.shell.currentWidget.content.widgets[0].model.sharedModel"
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}


def test_a_killed_kernel_takes_nothing_with_it(window, url, folder):
    path = folder / "killed.ipynb"
    cells = [v4.new_code_cell(code) for code in ("1", "import os\nos._exit(1)")]
    nbformat.write(v4.new_notebook(cells=cells, metadata=KERNEL), path)
    notebook = browser.Notebook(window, url, path.name)
    notebook.page.evaluate(f"{FIRST_CELL}.setSource('my_own = 6 * 7\\nmy_own')")
    notebook.command("notebook:run-all-cells")
    notebook.page.get_by_role("dialog").get_by_role("button", name="Ok").click()
    notebook.command("docmanager:save")
    saved = nbformat.read(path, 4).cells
    assert saved[0].source.startswith("my_own") and saved[0].outputs[0].data["text/plain"] == "42"
    notebook.page.wait_for_function(f"{notebook.KERNEL}?.status === 'idle'")  # a new one
    notebook.close()
