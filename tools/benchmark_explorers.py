"""From key press to new picture: every explorer, in JupyterLab under headless Chromium.

    python tools/benchmark_explorers.py [LESSON ...] [--moves 30] [--soak 1000]

LESSON is the beginning of a name, such as 02; all by default. Each explorer's controls are moved
step by step from the keyboard. Below it, in the same page, stands the same figure under
`ipywidgets.interact` with `plt.show()`, and is moved alike. The columns:

    first, ms   median time from the key press to the paint of the first new picture
    median, ms  the same for the last one: later than the first where a training is watched
    p95, ms     its 95th percentile
    interact    median over interact's median
    slow, ms    95th percentile over a line of 100 ms (there and back) and 20 Mbit/s
    held, ms    from the end of a key held for two seconds to the paint of the last picture
    kB          what a move brings to the browser
    jumps       layout shift of the page in all moves; blank: frames in which no picture stood

A star marks what misses its goal. At last, what 1,000 moves of the first explorer add to its
kernel's memory. Run it when the machine has nothing else to do.
"""

import argparse
import asyncio
import re
import statistics
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path

import nbformat
from playwright.sync_api import TimeoutError as Late

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.browser import ROOT, Control, Notebook, chromium, copy_course, jupyterlab

P95_GOAL = {"train_live": 150, "counting_live": 150, "sums_live": 150, "forecast_live": 600}
GOALS = {"p95": 100, "interact": 0.4, "slow": 160, "held": 300, "kB": 45, "jumps": 0, "blank": 0}
MB_GOAL = 10
DELAY, RATE = 0.05, 20e6 / 8  # the slow line: seconds one way, bytes a second

# Appended to the course's explore.py: below each explorer, what there would be without it.
STOCK = """

_explore = explore


def explore(draw, *, size=(7.2, 3.2), **controls):
    import ipywidgets
    import matplotlib.pyplot as plt

    _explore(draw, size=size, **controls)

    def plain(**values):
        for _ in plotting.stages(draw, plt.figure(figsize=size), values):
            pass
        plt.show()

    def widget(kind, label, values, texts, start):
        if kind == "switch":
            return ipywidgets.Checkbox(values[start], description=label)
        make = ipywidgets.SelectionSlider if kind == "slider" else ipywidgets.Dropdown
        return make(options=list(zip(texts, values)), index=start, description=label)

    ipywidgets.interact(plain, **{name: widget(*control) for name, control in controls.items()})
"""

# Notes when pictures in `root` have been painted, how far the page jumps, frames without a picture.
WATCH = """root => {
    const watch = (root.watch = { start: null, up: null, painted: [], jumps: 0, blank: 0 });
    const picture = () => root.querySelector("img");
    let node = picture(), src = node?.src;
    root.addEventListener("keydown", (event) => (watch.start ??= event.timeStamp), true);
    root.addEventListener("keyup", (event) => (watch.up = event.timeStamp), true);
    new MutationObserver(async () => {
        const image = picture();
        if (!image || (image === node && image.src === src)) return;
        [node, src] = [image, image.src];
        await image.decode().catch(() => {});
        requestAnimationFrame(() => setTimeout(() => watch.painted.push(performance.now())));
    }).observe(root, { subtree: true, childList: true, attributeFilter: ["src"] });
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) watch.jumps += entry.value;
    }).observe({ type: "layout-shift" });
    const look = () => {
        const image = picture();
        if (!image?.complete || !image.naturalWidth) watch.blank += 1;
        requestAnimationFrame(look);
    };
    look();
}"""
NEXT_PAINT = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 20)))"
RUN_IN_KERNEL = """async (code) => {
    const future = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel
        .requestExecute({ code });
    let said = "";
    future.onIOPub = (message) => (said += message.content.text ?? "");
    await future.done;
    return said;
}"""


class Ours:
    """One of the course's explorers, seen as something to move and to wait for."""

    def __init__(self, explorer):
        self.root, self.explorer = explorer.root, explorer
        self.controls = explorer.controls

    def wait(self):
        self.explorer.settled()
        self.root.page.evaluate(NEXT_PAINT)


class Stock:
    """The same figure under `interact`."""

    INPUTS = ".noUi-handle, select, input[type=checkbox]"

    def __init__(self, root, controls):
        self.root = root
        inputs = root.locator(self.INPUTS)
        self.controls = [_Like(inputs.nth(k), control) for k, control in enumerate(controls)]

    def wait(self):
        try:
            self.root.page.wait_for_function(
                "root => root.watch.painted.length", arg=self.root.element_handle(), timeout=3000
            )
        except Late:  # the same picture again
            pass


class _Like(Control):
    """A stock widget that stands where `control` stands, and has as many positions."""

    def __init__(self, input, control):
        self.input, self.kind = input, control.kind
        self.last, self.start = control.last, control.start


def steps(control):
    """Keys that move a control there and back again, a step each, for ever."""
    forward, back = {
        "checkbox": ("Space", "Space"),
        "select-one": ("ArrowDown", "ArrowUp"),
    }.get(control.kind, ("ArrowRight", "ArrowLeft"))
    there, all_the_way = [forward] * (control.last - control.start), [back] * control.last
    return cycle([*there, *all_the_way, *[forward] * control.start])


def moves(controls, count):
    """`count` moves (control, key), shared out among the controls, one control after the other."""
    for k, control in enumerate(controls):
        share = count // len(controls) + (k < count % len(controls))
        yield from ((control, key) for key in islice(steps(control), share))
    return


def measure(what, count):
    """Milliseconds to the first and to the last picture of each move that changes the picture."""
    what.root.scroll_into_view_if_needed()
    what.root.evaluate(WATCH)
    first, last = [], []
    for control, key in moves(what.controls, count):
        control.input.focus()
        what.root.evaluate("root => Object.assign(root.watch, { start: null, painted: [] })")
        control.input.page.keyboard.press(key)
        what.wait()
        watch = what.root.evaluate("root => root.watch")
        if watch["painted"]:
            first.append(watch["painted"][0] - watch["start"])
            last.append(watch["painted"][-1] - watch["start"])
    return first, last, watch


def held(ours):
    """Milliseconds from the end of a key held for two seconds to the last picture."""
    control = max(ours.controls, key=lambda control: control.last)
    control.go(0)
    ours.wait()
    end = time.monotonic() + 2
    while time.monotonic() < end:
        control.input.page.keyboard.down(
            "ArrowDown" if control.kind == "select-one" else "ArrowRight"
        )
        control.input.page.wait_for_timeout(30)
    control.input.page.keyboard.up("ArrowRight")
    ours.wait()
    watch = ours.root.evaluate("root => root.watch")
    return max(0, watch["painted"][-1] - watch["up"])


def p95(times):
    return sorted(times)[int(0.95 * (len(times) - 1) + 0.5)]


@contextmanager
def slow_line(url):
    """The address of a proxy for `url` that delays what passes it, and lets little pass at once."""
    port, ready, loop = int(url.rpartition(":")[2]), threading.Event(), asyncio.new_event_loop()
    address = []

    async def pipe(reader, writer):
        queue, sent = asyncio.Queue(), 0.0

        async def send():
            nonlocal sent
            while True:
                due, data = await queue.get()
                sent = max(sent, due) + len(data) / RATE
                await asyncio.sleep(sent - loop.time())
                writer.write(data)
                if not data:
                    return writer.close()

        sending = loop.create_task(send())
        data = b"-"
        while data:
            try:
                data = await reader.read(65536)
            except ConnectionError:
                data = b""
            queue.put_nowait((loop.time() + DELAY, data))
        await sending

    async def connect(reader, writer):
        there = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pipe(reader, there[1]), pipe(there[0], writer), return_exceptions=True)

    async def serve():
        server = await asyncio.start_server(connect, "127.0.0.1", 0)
        address.append(server.sockets[0].getsockname()[1])
        ready.set()

    loop.create_task(serve())
    threading.Thread(target=loop.run_forever, daemon=True).start()
    ready.wait()
    yield f"http://127.0.0.1:{address[0]}"
    loop.call_soon_threadsafe(loop.stop)


def names_of(path):
    """The drawing functions that a notebook gives to `explore`, in their order."""
    cells = nbformat.read(path, 4).cells
    sources = [cell.source for cell in cells if cell.cell_type == "code"]
    return [name for s in sources for name in re.findall(r"^explore\(\s*(\w+)", s, re.MULTILINE)]


def rows_of(lesson, received, count):
    """Measure every explorer of a lesson that has been run, and the same under `interact`."""
    names = names_of(ROOT / lesson.path)
    for k, (name, explorer) in enumerate(zip(names, lesson.explorers(), strict=True)):
        ours = Ours(explorer)
        before = received["bytes"]
        first, last, watch = measure(ours, count)
        row = {
            "explorer": f"{Path(lesson.path).stem[:2]} {name}",
            "first": statistics.median(first),
            "median": statistics.median(last),
            "p95": p95(last),
            "kB": (received["bytes"] - before) / count / 1000,
            "jumps": watch["jumps"],
            "blank": watch["blank"],
            "held": held(ours),
        }
        stock = Stock(lesson.page.locator(".widget-interact").nth(k), ours.controls)
        row["interact"] = row["median"] / statistics.median(measure(stock, count)[1])
        yield row


def starred(row, column):
    goal = GOALS.get(column)
    if column in ("p95", "slow") and row["explorer"][3:] in P95_GOAL:
        goal = P95_GOAL[row["explorer"][3:]] + (GOALS["slow"] - GOALS["p95"]) * (column == "slow")
    text = f"{row[column]:.2f}" if column in ("interact", "jumps") else f"{row[column]:.0f}"
    return text + ("*" if goal is not None and float(text) > goal else " ")


def soak(lesson, count):
    """What `count` moves of the first explorer add to its kernel's memory, in MB."""
    code = "import gc, psutil; gc.collect(); print(psutil.Process().memory_info().rss)"
    explorer = lesson.explorers()[0]
    used = []
    for some in (50, count):  # the first fifty fill caches
        for control, key in moves(explorer.controls, some):
            control.input.press(key)
            explorer.settled()
        used.append(int(lesson.page.evaluate(RUN_IN_KERNEL, code)))
    return (used[1] - used[0]) / 1e6


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("lessons", nargs="*", default=[""])
    parser.add_argument("--moves", type=int, default=30)
    parser.add_argument("--soak", type=int, default=1000)
    told = parser.parse_args()
    paths = sorted(
        path
        for path in (ROOT / "notebooks").glob("*.ipynb")
        if path.name.startswith(tuple(told.lessons))
    )
    columns = ["first", "median", "p95", "interact", "slow", "held", "kB", "jumps", "blank"]
    rows, received, added = [], {"bytes": 0}, None

    def count_bytes(frame):
        received["bytes"] += len(frame)

    with tempfile.TemporaryDirectory() as folder:
        copy_course(folder)
        with open(Path(folder, "utils", "explore.py"), "a") as file:
            file.write(STOCK)
        with jupyterlab(folder) as url, slow_line(url) as slow_url, chromium() as window:
            window.on(
                "page",
                lambda page: page.on(
                    "websocket", lambda socket: socket.on("framereceived", count_bytes)
                ),
            )
            print(f"{'':21}" + "".join(f"{column:>10}" for column in columns), flush=True)
            for path in paths:
                lesson = Notebook(window, url, f"notebooks/{path.name}")
                wrong = lesson.run()
                if wrong:
                    sys.exit("\n".join(wrong))
                of_lesson = list(rows_of(lesson, received, told.moves))
                if added is None and told.soak:
                    added = soak(lesson, told.soak)
                lesson.command("docmanager:save")
                lesson.page.close()
                # The same page and kernel once more, from far away.
                lesson = Notebook(window, slow_url, lesson.path)
                lesson.page.wait_for_function(
                    "count => document.querySelectorAll('.course-explorer').length === count",
                    arg=len(of_lesson),
                )
                for row, explorer in zip(of_lesson, lesson.explorers(), strict=True):
                    row["slow"] = p95(measure(Ours(explorer), told.moves)[1])
                    print(
                        f"{row['explorer']:21}"
                        + "".join(f"{starred(row, c):>10}" for c in columns),
                        flush=True,
                    )
                rows += of_lesson
                lesson.close()
    slowest = max(rows, key=lambda row: row["p95"])
    print(f"\nThe slowest is {slowest['explorer']}, {slowest['p95']:.0f} ms.")
    if added is not None:
        print(f"{told.soak} moves of {rows[0]['explorer']} add {added:.1f} MB (goal: {MB_GOAL}).")


if __name__ == "__main__":
    main()
