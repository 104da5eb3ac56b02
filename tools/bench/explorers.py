"""From key press to new picture: every explorer, in JupyterLab under headless Chromium.

    python -m tools.bench.explorers [LESSON ...] [--moves 30] [--soak 1000]

LESSON is the beginning of a name, such as 02; all by default. Each explorer's controls are moved
step by step from the keyboard, one after the other, and each picture is looked at for 0.3 seconds,
which is less than a reader takes. Below it, in the same page, stands the same figure under
`ipywidgets.interact` with `plt.show()`, and is moved in turn with it. The columns:

    first, ms   median time from the key press to the paint of the first new picture
    median, ms  the same for the last one: later than the first where a training is watched
    p95, ms     its 95th percentile
    cold, ms    the median when no picture is drawn ahead, as for a jump that nobody foresees;
                pictures of before are held still, which is all of a short row of values
    interact    median over interact's median
    slow, ms    95th percentile over a line of 100 ms (there and back) and 20 Mbit/s
    held, ms    from the end of a key held for two seconds to the paint of the last picture
    kB          what a move brings to the browser
    jumps       layout shift of the page in the moves over that line, when interact's picture,
                which may change its height, is not moved; blank: frames without a picture

A star marks what misses its goal. --soak says what so many moves of a lesson's first explorer add
to its kernel's memory (goal: below 10 MB in 1,000). An explorer that can't be measured is named,
and the others are. All lessons take about 30 minutes. Run it when the machine does nothing else.
"""

import argparse
import asyncio
import re
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from copy import copy
from itertools import cycle
from pathlib import Path
from statistics import StatisticsError, median

import nbformat
from playwright.sync_api import Error

from tools.browser import ROOT, Notebook, chromium, copy_course, jupyterlab
from tools.public import notebooks
from utils.explore.widget import QUICK

P95_GOAL = {"train_live": 150, "counting_live": 150, "live": 600, "lab": 600}
GOALS = {"median": 25, "p95": 40, "interact": 0.3, "slow": 160, "held": 300, "kB": 45}
GOALS |= {"jumps": 0, "blank": 0}
COLUMNS = ["first", "median", "p95", "cold", "interact", "slow", "held", "kB", "jumps", "blank"]
KEYS = {  # to the next value and back
    "range": ("ArrowRight", "ArrowLeft"),
    "select-one": ("ArrowDown", "ArrowUp"),
    "checkbox": ("Space", "Space"),
    "fieldset": ("ArrowRight", "ArrowLeft"),
}
LOOK = 300  # milliseconds at each picture
DELAY, RATE = 0.05, 20e6 / 8  # the slow line: seconds one way, bytes a second

# Appended to the course's explore/__init__.py: below each explorer, what there would be without it.
STOCK = """

_explore = explore


def explore(draw, *, size=(7.2, 3.2), name=None, **given):
    import ipywidgets
    import matplotlib.pyplot as plt
    from utils import plotting
    from utils.explore.controls import read

    _explore(draw, size=size, name=name, **given)

    def plain(**values):
        drawing = plotting.Drawing(draw, size)
        drawing.figure = plt.figure(figsize=size)
        drawing.sentence(**values)
        plt.show()

    def twin(widget):
        names = ("min", "max", "step", "base", "options", "value", "description")
        kind = type(widget)
        if kind in (ipywidgets.ToggleButtons, ipywidgets.RadioButtons):
            kind = ipywidgets.Dropdown  # can be stepped through from outside, as these can't
        return kind(**{n: getattr(widget, n) for n in names if widget.has_trait(n)})

    controls, _ = read(draw, given)
    ipywidgets.interact(plain, **{control.name: twin(control.widget) for control in controls})
"""

# Notes when pictures in `root` have been painted, how far the page jumps, frames without a picture.
WATCH = """root => {
    const watch = (root.watch = { start: null, up: null, painted: [], jumps: 0, blank: 0 });
    const picture = () => root.querySelector("img");
    const note = () => setTimeout(() => watch.painted.push(performance.now()));
    let node = picture(), src = node?.src;
    root.addEventListener("keydown", (event) => (watch.start ??= event.timeStamp), true);
    root.addEventListener("keyup", (event) => (watch.up = event.timeStamp), true);
    new MutationObserver(async () => {
        const image = picture();
        if (!image || (image === node && image.src === src)) return;
        [node, src] = [image, image.src];
        if (!image.complete) await new Promise((loaded) => (image.onload = loaded));
        requestAnimationFrame(note);
    }).observe(root, { subtree: true, childList: true, attributeFilter: ["src"] });
    const inside = (node) => root.closest(".jp-Notebook").contains(node); // not JupyterLab's own
    const ours = ({ node, previousRect }) => inside(node) && previousRect.height; // nor a new cell
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries())
            if (entry.sources.some(ours)) watch.jumps += entry.value;
    }).observe({ type: "layout-shift" });
    const look = () => {
        const image = picture();
        if (!image?.complete || !image.naturalWidth) watch.blank += 1;
        requestAnimationFrame(look);
    };
    look();
}"""
STEP_LIST = """(list, key) => {
    list.closest(".widget-interact").watch.start = performance.now();
    list.selectedIndex += key === "ArrowDown" ? 1 : -1;
    list.dispatchEvent(new Event("change", { bubbles: true }));
}"""
# To the next picture, or to where none is to come any more: it would be the same as the last.
PICTURE_OR_NONE = """async (root) => {
    const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    const end = performance.now() + 2000;
    let worked = false, waited = 0;
    while (!root.watch.painted.length && waited < 60 && performance.now() < end) {
        await new Promise((wake) => setTimeout(wake, 5));
        worked ||= kernel.status === "busy";
        waited = worked && kernel.status === "idle" ? waited + 1 : 0;
    }
}"""
NEXT_PAINT = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 10)))"
RUN_IN_KERNEL = """async (code) => {
    const future = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel
        .requestExecute({ code });
    let said = "";
    future.onIOPub = (message) => (said += message.content.text ?? "");
    await future.done;
    return said;
}"""


class Ours:
    """One of the course's explorers: something to move, to wait for and to time."""

    def __init__(self, explorer):
        for control in explorer.controls:
            control.start = control.now()["position"]
        self.start(explorer.root, explorer.controls)
        self.explorer = explorer

    def start(self, root, controls):
        self.root, self.page, self.controls = root, root.page, controls
        self.first, self.last = [], []  # milliseconds to the first and last picture of each move
        self.ways = [cycle(keys_of(control)) for control in controls]
        root.scroll_into_view_if_needed()
        self.page.wait_for_timeout(LOOK)  # JupyterLab draws the cells that come into view
        root.evaluate(WATCH)

    def wait(self):
        self.explorer.settled()
        self.page.evaluate(NEXT_PAINT)

    def watch(self):
        return self.root.evaluate("root => root.watch")

    def press(self, control, key):
        self.page.keyboard.press(key)

    def move(self, which, count, look=LOOK):
        """Move a control on, so many times."""
        self.controls[which].focus()
        for _ in range(count):
            self.page.wait_for_timeout(look)
            self.root.evaluate("root => Object.assign(root.watch, { start: null, painted: [] })")
            self.press(self.controls[which], next(self.ways[which]))
            self.wait()
            watch = self.watch()
            if watch["painted"]:  # else it is the same picture
                self.first.append(watch["painted"][0] - watch["start"])
                self.last.append(watch["painted"][-1] - watch["start"])


class Stock(Ours):
    """The same figure under `interact`."""

    INPUTS = ".noUi-handle, select, input[type=checkbox]"

    def __init__(self, root, ours):
        inputs = root.locator(self.INPUTS)
        controls = [copy(control) for control in ours.controls]
        for k, control in enumerate(controls):
            control.input = inputs.nth(k)
            control.kind = "select-one" if control.kind == "fieldset" else control.kind
        self.start(root, controls)

    def press(self, control, key):
        if control.kind == "select-one":  # JupyterLab takes the arrows of a stock list for itself
            control.input.evaluate(STEP_LIST, key)
        else:
            super().press(control, key)

    def wait(self):
        self.root.evaluate(PICTURE_OR_NONE)


def shares(controls, count):
    """Which control, and how many of `count` moves it gets: one control after the other."""
    more, rest = divmod(count, len(controls))
    return [(which, more + (which < rest)) for which in range(len(controls))]


def keys_of(control):
    """From where a control starts to its end, to its beginning, and where it was."""
    on, back = KEYS[control.kind]
    end = control.last - control.start
    return [on] * end + [back] * control.last + [on] * control.start


def held(ours):
    """Milliseconds from the end of a key held for two seconds to the last picture."""
    control = max(ours.controls, key=lambda control: control.last)
    control.go(0)
    ours.wait()
    on, end = KEYS[control.kind][0], time.monotonic() + 2
    while time.monotonic() < end:
        ours.page.keyboard.down(on)
        ours.page.wait_for_timeout(30)
    ours.page.keyboard.up(on)
    ours.wait()
    watch = ours.watch()
    return max(0, watch["painted"][-1] - watch["up"])


def p95(times):
    return sorted(times)[round(0.95 * (len(times) - 1))]


@contextmanager
def slow_line(url):
    """The address of a proxy for `url` through which everything comes late, and not all at once."""
    loop, listening = asyncio.new_event_loop(), threading.Event()
    port = int(url.rpartition(":")[2])

    async def pipe(reader, writer):
        late = asyncio.Queue()
        passing = loop.create_task(let_pass(late, writer))
        data = True
        while data:
            data = await reader.read(65536)
            late.put_nowait((loop.time() + DELAY, data))
        await passing

    async def let_pass(late, writer):
        free = 0.0  # when the line will be
        while True:
            due, data = await late.get()
            free = max(free, due) + len(data) / RATE
            await asyncio.sleep(free - loop.time())
            if not data:
                return writer.close()
            writer.write(data)

    async def connect(reader, writer):
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        both = pipe(reader, far_writer), pipe(far_reader, writer)
        await asyncio.gather(*both, return_exceptions=True)

    async def serve():
        server = await asyncio.start_server(connect, "127.0.0.1", 0)
        listening.port = server.sockets[0].getsockname()[1]
        listening.set()

    loop.create_task(serve())
    threading.Thread(target=loop.run_forever, daemon=True).start()
    listening.wait()
    yield f"http://127.0.0.1:{listening.port}"
    loop.set_exception_handler(lambda *_: None)  # connections that are open still end with it
    loop.call_soon_threadsafe(loop.stop)


def names_of(path):
    """The drawing functions that a notebook gives to `explore`, in their order."""
    cells = nbformat.read(path, 4).cells
    sources = [cell.source for cell in cells if cell.cell_type == "code"]
    return [name for s in sources for name in re.findall(r"^explore\(\s*(\w+)", s, re.MULTILINE)]


def row_of(explorer, stock, count):
    """Measure an explorer, and the same figure under `interact` in turn with it."""
    ours = Ours(explorer)
    stock = Stock(stock, ours)
    for which, share in shares(ours.controls, count):
        ours.move(which, share)
        stock.move(which, share)
    watch, cold = ours.watch(), Ours(explorer)
    cold.page.evaluate(RUN_IN_KERNEL, "import utils.explore.widget as w; w.QUICK = 0")
    for which, share in shares(cold.controls, count // 2):
        cold.move(which, share, look=0)
    cold.page.evaluate(RUN_IN_KERNEL, f"w.QUICK = {QUICK}")
    return {
        "first": median(ours.first),
        "median": median(ours.last),
        "p95": p95(ours.last),
        "cold": median(cold.last),
        "interact": median(ours.last) / median(stock.last),
        "blank": watch["blank"],
        "held": held(ours),
    }


def over_slow_line(explorer, received, count):
    ours, before = Ours(explorer), received["bytes"]
    for which, share in shares(ours.controls, count):
        ours.move(which, share)
    kB = (received["bytes"] - before) / count / 1000
    return {"slow": p95(ours.last), "kB": kB, "jumps": ours.watch()["jumps"]}


def goal_of(name, column):
    """What a column must not exceed; the explorers that train have goals of their own."""
    goal = GOALS.get(column)
    if name[3:] in P95_GOAL:
        late = P95_GOAL[name[3:]]
        return {"median": None, "p95": late, "slow": late + 60, "interact": 0.4}.get(column, goal)
    return goal


def cells_of(row):
    """A row's texts, with a star at each number that misses its goal."""
    yield row["explorer"]
    for column in COLUMNS:
        text = f"{row[column]:.2f}" if column in ("interact", "jumps") else f"{row[column]:.0f}"
        goal = goal_of(row["explorer"], column)
        yield text + ("*" if goal is not None and float(text) > goal else " ")


def print_line(cells):
    name, *numbers = cells
    print(f"{name:20}" + "".join(f"{number:>9}" for number in numbers), flush=True)


def soak(explorer, count):
    """What `count` moves add to the kernel's memory, in MB."""
    code = "import gc, psutil; gc.collect(); print(psutil.Process().memory_info().rss)"
    ours, used = Ours(explorer), []
    for some in (50, count):  # the first fifty fill caches
        for which, share in shares(ours.controls, some):
            ours.move(which, share, look=0)
        used.append(int(explorer.root.page.evaluate(RUN_IN_KERNEL, code)))
    return (used[1] - used[0]) / 1e6


def measured(measure, name, *arguments):
    """What `measure` returns, or {} and a word about why that could not be had."""
    try:
        return measure(*arguments)
    except (Error, TimeoutError, StatisticsError, IndexError) as error:
        print(f"{name} could not be measured: {error}", file=sys.stderr)
        return {}


def report(lesson, url, slow_url, window, received, told):
    """Run a lesson and print the row of each of its explorers. -> the rows."""
    page = Notebook(window, url, f"notebooks/{lesson.name}")
    if wrong := page.run():
        sys.exit("\n".join(wrong))
    explorers, stock = page.explorers(), page.page.locator(".widget-interact")
    names = [f"{lesson.name[:2]} {name}" for name in names_of(lesson)]
    rows = [
        {"explorer": name} | measured(row_of, name, explorer, stock.nth(k), told.moves)
        for k, (name, explorer) in enumerate(zip(names, explorers, strict=True))
    ]
    if told.soak:
        print(f"{told.soak} moves of {names[0]} add {soak(explorers[0], told.soak):.1f} MB.")
    page.command("docmanager:save")
    page.page.close()
    far = Notebook(window, slow_url, page.path)  # the same page and kernel, from far away
    far.page.wait_for_function(
        "count => document.querySelectorAll('.course-explorer').length === count", arg=len(rows)
    )
    for row, explorer in zip(rows, far.explorers(), strict=True):
        row |= measured(over_slow_line, row["explorer"], explorer, received, told.moves)
        if len(row) > len(COLUMNS):
            print_line(cells_of(row))
    far.close()
    return rows


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("lessons", nargs="*", default=[""])
    parser.add_argument("--moves", type=int, default=30)
    parser.add_argument("--soak", type=int, default=0)
    told = parser.parse_args()
    lessons = notebooks(ROOT)
    for beginning in told.lessons:
        if not any(path.name.startswith(beginning) for path in lessons):
            parser.error(f"no lesson {beginning}; there are {[p.stem for p in lessons] or 'none'}")
    received = {"bytes": 0}

    def count_bytes(frame):
        received["bytes"] += len(frame)

    def listen(page):
        page.on("websocket", lambda socket: socket.on("framereceived", count_bytes))

    with tempfile.TemporaryDirectory() as folder:
        copy_course(folder)
        with open(Path(folder, "utils", "explore", "__init__.py"), "a") as file:
            file.write(STOCK)
        with jupyterlab(folder) as url, slow_line(url) as slow_url, chromium() as window:
            window.on("page", listen)
            print_line(["", *(f"{column} " for column in COLUMNS)])
            rows = [
                row
                for lesson in lessons
                if lesson.name.startswith(tuple(told.lessons))
                for row in report(lesson, url, slow_url, window, received, told)
            ]
    whole = [row for row in rows if len(row) > len(COLUMNS)]
    slowest = max(whole, key=lambda row: row["p95"] / goal_of(row["explorer"], "p95"))
    print(f"\nThe slowest for its kind is {slowest['explorer']}: {slowest['p95']:.0f} ms.")
    return len(rows) - len(whole)


if __name__ == "__main__":
    sys.exit(main())
