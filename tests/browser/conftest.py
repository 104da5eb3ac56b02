"""One JupyterLab and one Chromium for all browser tests: `make test-browser`.

Without a browser they are skipped, unless the environment says CI: then they fail.
"""

import os

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
