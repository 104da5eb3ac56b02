"""The course in JupyterLab under headless Chromium: for the browser tests and for measurements.

    copy_course(folder)
    with jupyterlab(folder) as url, chromium() as window:
        lesson = Notebook(window, url, "notebooks/00_start_here.ipynb")
        lesson.run()
        smoothing = lesson.explorers()[0]
        smoothing.controls[0].go(3)
        print(smoothing.settled()["caption"])

JupyterLab is started as `make lab` starts it, with folders, a port and a token of its own.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
TOKEN = "course"
FOLDERS = {  # everything Jupyter keeps anywhere, so that neither the reader's nor ours is touched
    "JUPYTER_CONFIG_DIR": "config",
    "JUPYTER_RUNTIME_DIR": "runtime",
    "JUPYTER_DATA_DIR": "data",
    "JUPYTERLAB_SETTINGS_DIR": "settings",
    "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    "IPYTHONDIR": "ipython",
}
FLAGS = ["--no-first-run", "--disable-background-networking", "--disable-component-update"]
PATIENCE = 20  # seconds for a picture, on a machine that does other things as well
START = 180  # seconds for a server, a notebook with its kernel, on a slow machine


class NoBrowser(Exception):
    """Neither Chromium nor Chrome could be started."""


def copy_course(folder):
    """What a lesson needs, in `folder`: the notebooks as they are stored now, and utils."""
    unwanted = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", "*.yours*")
    for name in ("notebooks", "utils"):
        shutil.copytree(ROOT / name, Path(folder) / name, ignore=unwanted)


@contextlib.contextmanager
def jupyterlab(folder):
    """JupyterLab on the course in `folder`; its address."""
    own = Path(folder) / ".jupyter"
    own.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    told = [f"--port={port}", f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={folder}"]
    more = ["--no-browser", "--ServerApp.port_retries=0", "--expose-app-in-browser"]
    more += ["--JupyterNotebookApp.expose_app_in_browser=True"]
    command = [sys.executable, "-m", "tools.lab", *told, *more]
    ours = ("COURSE_STATIC", "PYTEST_CURRENT_TEST")  # the tests' own, which readers don't have
    env = {name: value for name, value in os.environ.items() if name not in ours}
    env |= {name: str(own / place) for name, place in FOLDERS.items()}
    with open(own / "log", "w") as log:
        server = subprocess.Popen(
            command, cwd=ROOT, env=env, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        _wait_for_server(server, f"http://127.0.0.1:{port}", own / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        _stop(server)


def _wait_for_server(server, url, log):
    end = time.monotonic() + START
    while time.monotonic() < end and server.poll() is None:
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            return urllib.request.urlopen(f"{url}/api?token={TOKEN}", timeout=5).close()
        time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-3000:]}")


def _stop(server):
    """End the server and whatever belongs to its process group; it ends the kernels itself."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(15)
            return


@contextlib.contextmanager
def chromium(width=1280, height=900):
    """A window of headless Chromium: the system's, Chrome, or the one that Playwright installs."""
    names = ("chromium", "chromium-browser")
    found = [{"executable_path": path} for path in map(shutil.which, names) if path]
    with sync_playwright() as play:
        for which in [*found, {"channel": "chrome"}, {}]:
            with contextlib.suppress(Error):
                browser = play.chromium.launch(args=FLAGS, **which)
                break
        else:
            raise NoBrowser("no Chromium and no Chrome here: install one of them")
        yield browser.new_context(viewport={"width": width, "height": height})
        browser.close()


class Notebook:
    """A notebook open in JupyterLab, or in Notebook 7, and all that went wrong on its page."""

    KERNEL = "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel"

    def __init__(self, window, url, path, place="lab/tree"):
        self.url, self.path, self.place, self.troubles = url, path, place, []
        self.page = page = window.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.on("pageerror", lambda error: self.troubles.append(f"page error: {error}"))
        page.on("console", self._on_console)
        page.on("request", self._on_request)
        self.open()

    def _on_console(self, message):
        if message.type == "error":
            self.troubles.append(f"console: {message.text[:400]}")

    def _on_request(self, request):
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.troubles.append(f"asks the network for {request.url[:200]}")

    def open(self):
        self.page.goto(f"{self.url}/{self.place}/{self.path}?token={TOKEN}&reset")
        self.page.wait_for_function(f"{self.KERNEL}?.status === 'idle'", timeout=START * 1000)

    def close(self):
        """End the kernel, for the memory it holds, and close the page."""
        self.page.evaluate(f"{self.KERNEL.replace('?.session?.kernel', '?.shutdown()')}")
        self.page.close()

    def command(self, name, **arguments):
        """Execute one of JupyterLab's commands, as its menu does, and wait until it is done."""
        self.page.evaluate(
            "([name, args]) => window.jupyterapp.commands.execute(name, args).then(() => null)",
            [name, arguments],
        )

    def run(self):
        """Run > Run All Cells. -> what went wrong in cells, one line each."""
        self.command("notebook:run-all-cells")
        for explorer in self.explorers():
            explorer.settled()
        return self.page.evaluate(CELL_TROUBLES)

    def explorers(self):
        found = self.page.locator(".course-explorer")
        return [Explorer(found.nth(k)) for k in range(found.count())]


CELL_TROUBLES = """() => {
    const cells = window.jupyterapp.shell.currentWidget.content.widgets;
    return cells.flatMap(({ model }, k) => {
        if (model.type !== "code" || !model.sharedModel.getSource().trim()) return [];
        const outputs = model.outputs.toJSON();
        const errors = outputs.filter((o) => o.output_type === "error");
        const loud = outputs.filter((o) => o.name === "stderr");
        return [
            ...errors.map((o) => `cell ${k}: ${o.ename}: ${o.evalue}`),
            ...loud.map((o) => `cell ${k} says to stderr: ${[o.text].flat().join("")}`),
            ...(model.executionCount ? [] : [`cell ${k} was not run to its end`]),
        ];
    });
}"""


class Explorer:
    """An explorer on the page: its controls, its picture and what it says."""

    def __init__(self, root):
        self.root = root
        inputs = root.locator(".course-controls :is(input:not([type=radio]), select, fieldset)")
        self.controls = [Control(inputs.nth(k)) for k in range(inputs.count())]
        self.again = root.get_by_role("button", name="Start again")

    def settled(self, patience=PATIENCE):
        """The explorer as a dict, once the picture it was asked for last is on the page."""
        state = self.root.evaluate(STATE, patience * 1000)
        if state["busy"]:
            raise TimeoutError(f"no picture within {patience} s; the page says {state!r}")
        return state

    def now(self):
        """The explorer as it is at this moment, also amid a training."""
        return self.root.evaluate(STATE, 0)


STATE = """async (root, patience) => {
    const status = root.querySelector("[role=status]");
    const busy = () => status.getAttribute("aria-busy") !== "false";
    const end = performance.now() + patience;
    while (busy() && performance.now() < end) await new Promise((wake) => setTimeout(wake, 5));
    const image = root.querySelector("img"), progress = root.querySelector("progress");
    const state = {
        busy: busy(), alt: image.alt, caption: status.textContent,
        problem: root.querySelector("[role=alert]").textContent,
        progress: progress.hidden ? null : progress.value,
    };
    const bytes = await (await fetch(image.src)).arrayBuffer();
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-1", bytes));
    return { ...state, bytes: bytes.byteLength, picture: digest.slice(0, 8).join(".") };
}"""


class Control:
    """A slider, a list, radio buttons or a tick box, moved by keyboard alone."""

    def __init__(self, input):
        self.input = input
        known = input.evaluate(CONTROL)
        self.kind, self.label, self.last = (known[name] for name in ("kind", "label", "last"))

    def now(self):
        """Its position, the text beside it and the text that is announced."""
        return self.input.evaluate(CONTROL)

    def focus(self):
        radios = self.kind == "fieldset"
        (self.input.locator("input:checked") if radios else self.input).focus()

    def go(self, position):
        self.focus()
        press = self.input.page.keyboard.press
        if self.kind == "fieldset":
            away = position - self.now()["position"]
            for _ in range(abs(away)):
                press("ArrowRight" if away > 0 else "ArrowLeft")
        elif self.kind == "checkbox":
            if self.now()["position"] != position:
                press("Space")
        elif position == self.last:
            press("End")
        else:
            press("Home")
            for _ in range(position):
                press("ArrowDown" if self.kind == "select-one" else "ArrowRight")


CONTROL = """input => {
    const output = input.parentElement.querySelector("output");
    const radios = [...input.querySelectorAll("input[type=radio]")];
    const checked = radios.findIndex((radio) => radio.checked);
    const option = input.selectedOptions?.[0] ?? radios[checked]?.labels[0];
    const text = option?.textContent ?? null;
    const label = input.querySelector("legend") ?? input.labels?.[0];
    return {
        kind: input.type, label: label?.textContent ?? "",
        last: input.type === "range" ? Number(input.max)
            : (input.options?.length || radios.length || 2) - 1,
        position: input.type === "range" ? Number(input.value)
            : radios.length ? checked : option ? input.selectedIndex : Number(input.checked),
        shown: output?.textContent ?? text,
        announced: input.getAttribute("aria-valuetext") ?? option?.label ?? text,
    };
}"""
