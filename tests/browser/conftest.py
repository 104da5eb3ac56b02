"""One JupyterLab and one Chromium for all browser tests: `make test-browser`.

Without a browser they are skipped, unless the environment says CI: then they fail.
"""

import os
from contextlib import contextmanager

import pytest

IN_CI = bool(os.environ.get("CI"))
if IN_CI:
    import tools.browser  # noqa: F401  at home the tests skip themselves where this fails


@pytest.fixture(scope="session")
def window():
    from tools import browser

    try:
        with browser.chromium() as window:
            yield window
    except browser.NoBrowser as error:
        (pytest.fail if IN_CI else pytest.skip)(str(error))


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    from tools import browser

    folder = tmp_path_factory.mktemp("course")
    browser.copy_course(folder)
    return folder


@pytest.fixture(scope="session")
def url(window, folder):  # the window first: without one there is nothing to serve
    from tools import browser

    with browser.jupyterlab(folder) as url:
        yield url


@pytest.fixture(scope="session")
def offline(window):
    """A function that opens a tab without a network and notes in `troubles` what goes wrong."""

    @contextmanager
    def open_tab(**context):
        context = window.browser.new_context(offline=True, **context)
        tab = context.new_page()
        tab.troubles = []
        tab.on("pageerror", lambda error: tab.troubles.append(f"page error: {error}"))
        tab.on("console", lambda message: tab.troubles.append(f"console: {message.text[:300]}"))
        tab.on("request", lambda request: tab.troubles.extend(elsewhere(request.url)))
        yield tab
        context.close()

    return open_tab


def elsewhere(url):
    return [] if url.startswith(("file:", "data:")) else [f"asks for {url[:200]}"]
