"""Send a class of students through a lesson, on a JupyterHub started here, and measure.

    python tools/load_test.py --students 30 --lesson 02 --think 5 --runaway

deploy/README.md, Measuring, says what it needs beyond the course.

The hub runs with deploy/jupyterhub_config.py and its simple spawner, which limits nothing. Each
student has a server, a copy of the course and a kernel, and executes every code cell as JupyterLab
does; all start at the same moment. First one student goes alone, then the class and, with
--runaway, the class again while one of it runs an endless loop. Memory is proportional (PSS): what
students share is divided among them. Containers share less.
"""

import argparse
import asyncio
import contextlib
import importlib.util
import json
import os
import random
import secrets
import shutil
import signal
import socket
import sys
import tempfile
import time
import uuid
from pathlib import Path
from statistics import median, quantiles

import psutil
from tornado.httpclient import AsyncHTTPClient, HTTPError, HTTPRequest
from tornado.websocket import websocket_connect

ROOT = Path(__file__).resolve().parent.parent
TOKEN = secrets.token_hex(16)
PATIENCE = 600  # seconds for whatever is waited for
CONFIG = """
load_subconfig({deploy!r})
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub_port}"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_port}"
c.JupyterHub.spawner_class = "simple"
c.JupyterHub.authenticator_class = "dummy"
c.JupyterHub.log_level = "ERROR"
c.SimpleLocalProcessSpawner.home_dir_template = {homes!r} + "/{{username}}"
c.Spawner.args += ["--allow-root", "--log-level=ERROR"]
del c.Spawner.environment["JUPYTER_RUNTIME_DIR"]  # systemd makes it, and is not here
c.JupyterHub.services = [{{"name": "load", "api_token": {token!r}}}]
c.JupyterHub.load_roles = [
    {{"name": "load", "services": ["load"],
      "scopes": ["admin:users", "admin:servers", "access:servers"]}}
]
"""


def missing():
    """What the load test needs and does not find, in words, with how to get it; or nothing."""
    needed = []
    if not importlib.util.find_spec("jupyterhub"):
        needed.append(
            f"JupyterHub in this environment: {sys.executable} -m pip install jupyterhub==5.5.4"
        )
    if not shutil.which("configurable-http-proxy"):
        needed.append(
            "configurable-http-proxy on the PATH: npm install configurable-http-proxy@5.3.0"
        )
    return "\n".join(f"the load test needs {each}" for each in needed)


class HubEnded(Exception):
    """The hub is gone; its log, which is printed, says why."""


@contextlib.contextmanager
def hub(folder):
    """A JupyterHub that keeps everything in `folder`: its address and its process."""
    with contextlib.ExitStack() as free:
        sockets = [free.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(3)]
        port, hub_port, proxy_port = (s.getsockname()[1] for s in sockets)
    deploy, homes = str(ROOT / "deploy" / "jupyterhub_config.py"), str(folder / "homes")
    (folder / "config.py").write_text(CONFIG.format(token=TOKEN, **locals()))
    env = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    with open(folder / "log", "w") as log:
        command = [sys.executable, "-m", "jupyterhub", "-f", "config.py"]
        process = psutil.Popen(command, cwd=folder, env=env, stdout=log, stderr=log)
    try:
        yield f"http://127.0.0.1:{port}", process
    except BaseException:
        print((folder / "log").read_text()[-3000:], file=sys.stderr)
        raise
    finally:
        ours = [process]
        with contextlib.suppress(psutil.NoSuchProcess):
            ours += process.children(recursive=True)
            process.terminate()  # it ends its servers, they end their kernels
        for left in psutil.wait_procs(ours, timeout=60)[1]:
            left.kill()


def request(method, url, body=None):
    head = {"Authorization": f"token {TOKEN}"}
    return HTTPRequest(url, method, head, body, connect_timeout=PATIENCE, request_timeout=PATIENCE)


async def ask(method, url, body=None):
    """What an address of the hub or of a student's server answers."""
    sent = json.dumps(body or {}) if method in ("POST", "PUT") else None
    answer = await AsyncHTTPClient().fetch(request(method, url, sent))
    return json.loads(answer.body or "null")


class Student:
    """One account: its server, its kernel, and how long each thing took, in seconds."""

    def __init__(self, hub, name, lesson):
        self.hub, self.name, self.path = hub, name, f"notebooks/{lesson}"
        self.at = f"{hub}/user/{name}/api"
        self.ready, self.kernel, self.cells, self.errors = None, None, [], []

    async def start(self):
        """Start the server."""
        begin = time.perf_counter()
        url = f"{self.hub}/hub/api/users/{self.name}"
        await ask("POST", url + "/server")
        while not (await ask("GET", url))["servers"].get("", {}).get("ready"):
            await asyncio.sleep(0.2)
        self.ready = time.perf_counter() - begin

    async def open(self):
        """Start a fresh kernel for the lesson and wait for its first answer."""
        begin = time.perf_counter()
        self.cells, self.errors = [], []
        kind = {"path": self.path, "type": "notebook", "name": "", "kernel": {"name": "python3"}}
        self.session = await ask("POST", self.at + "/sessions", kind)
        url = f"{self.at}/kernels/{self.session['kernel']['id']}/channels?session_id=load"
        asked = request("GET", url.replace("http", "ws", 1))
        self.socket = await websocket_connect(asked, max_message_size=1 << 28)
        await self.send("kernel_info_request", {})
        self.kernel = time.perf_counter() - begin

    async def send(self, kind, content):
        """Send a request to the kernel; its reply, once the kernel is idle again."""
        head = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "session": "load"}
        head |= {"username": self.name, "date": "", "version": "5.4"}
        message = {"header": head, "parent_header": {}, "metadata": {}, "content": content}
        await self.socket.write_message(json.dumps(message | {"channel": "shell"}))
        reply, idle = None, False
        while not (reply and idle):
            text = await asyncio.wait_for(self.socket.read_message(), PATIENCE)
            if text is None:
                raise ConnectionError("the kernel's socket was closed")
            if isinstance(text, bytes):  # a picture on its way to an explorer
                continue
            got = json.loads(text)
            if got["parent_header"].get("msg_id") == head["msg_id"]:
                if got["msg_type"].endswith("_reply"):
                    reply = got["content"]
                idle = idle or got["content"].get("execution_state") == "idle"
        return reply

    async def execute(self, code):
        return await self.send("execute_request", {"code": code, "allow_stdin": False})

    async def work(self, think):
        """Run the lesson's code cells, with a pause of about `think` seconds after each."""
        try:
            await self.open()
            page = await ask("GET", f"{self.at}/contents/{self.path}")
            chance = random.Random(self.name)
            for number, cell in enumerate(page["content"]["cells"], 1):
                if cell["cell_type"] == "code" and cell["source"]:
                    begin = time.perf_counter()
                    reply = await self.execute(cell["source"])
                    self.cells.append(time.perf_counter() - begin)
                    if reply["status"] != "ok":
                        self.errors.append(f"cell {number}: {reply.get('ename')}")
                    await asyncio.sleep(think * chance.uniform(0.5, 1.5))
            await ask("PUT", f"{self.at}/contents/{self.path}", page)
        except Exception as error:  # whatever it is, it belongs in the table
            self.errors.append(f"{type(error).__name__}: {error}")

    async def close(self):
        self.socket.close()
        with contextlib.suppress(HTTPError):  # it went with its kernel
            await ask("DELETE", f"{self.at}/sessions/{self.session['id']}")


def memory(hub):
    """MB of the median server and of the median kernel."""
    sizes = {"jupyterhub-singleuser": [], "ipykernel_launcher": []}
    for process in hub.children(recursive=True):
        for kind, found in sizes.items():
            if kind in " ".join(process.cmdline()):
                found.append(process.memory_full_info().pss / 1e6)
    return " + ".join(f"{median(found):.0f}" for found in sizes.values())


def row(what, students, sizes):
    """A line of the table."""
    cells, whole = [t for s in students for t in s.cells], [sum(s.cells) for s in students]
    ready, kernel = [s.ready for s in students], [s.kernel or PATIENCE for s in students]
    errors = sum(len(s.errors) for s in students)
    return (
        f"| {what} | {median(ready):.1f}, {max(ready):.1f} | {median(kernel):.1f}, "
        f"{max(kernel):.1f} | {median(cells):.2f}, {quantiles(cells, n=20)[-1]:.2f} | "
        f"{median(whole):.0f}, {max(whole):.0f} | {sizes} | {errors} |"
    )


async def answers(url, process, patience=300):
    """Wait until the hub answers: five minutes at most, for a busy machine."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if process.poll() is not None:
            raise HubEnded("the hub ended as it started; its log is above")
        with contextlib.suppress(OSError, HTTPError):
            return await ask("GET", url + "/hub/api/")
        await asyncio.sleep(0.3)
    raise HubEnded(f"the hub did not answer within {patience} seconds; its log is above")


async def measure(url, process, options):
    await answers(url, process)
    names = [f"s{number:02}" for number in range(options.students + 1)]
    await ask("POST", url + "/hub/api/users", {"usernames": names})
    first, *students = [Student(url, name, options.notebook.name) for name in names]
    print(
        "\n| | server, s | kernel, s | a cell, s | all cells, s | MB: server + kernel | errors |"
        "\n|---|---|---|---|---|---|---|\n"
        "| | median, slowest | median, slowest | median, p95 | median, slowest | median | |"
    )

    async def lesson(what, group, think=options.think):
        await asyncio.gather(*(student.work(think) for student in group))
        for error in sorted({error for student in group for error in student.errors}):
            print(error, file=sys.stderr)
        print(row(what, group, memory(process)), flush=True)

    await first.start()
    await lesson("one student", [first], think=0)
    await first.close()
    await ask("DELETE", f"{url}/hub/api/users/{first.name}/server")
    await asyncio.gather(*(student.start() for student in students))
    await lesson(f"{len(students)} students", students)
    if options.runaway:
        await asyncio.gather(*(student.close() for student in students))
        wild, *rest = students
        await wild.open()
        loop = asyncio.create_task(wild.execute("while True: pass"))
        await lesson(f"{len(rest)}, and an endless loop", rest)
        print(f"\nAt the end the endless loop was {'over' if loop.done() else 'still running'}.")
        loop.cancel()


@contextlib.contextmanager
def exiting(error):
    """End the program with the words of such an error, and no traceback."""
    try:
        yield
    except error as words:
        sys.exit(str(words))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--students", type=int, default=30)
    parser.add_argument("--lesson", default="02", help="its number (default 02)")
    parser.add_argument("--think", type=float, default=0, help="seconds of pause after a cell")
    parser.add_argument("--runaway", action="store_true", help="again, with an endless loop")
    options = parser.parse_args()
    found = list((ROOT / "notebooks").glob(f"{options.lesson.zfill(2)}_*.ipynb"))
    if len(found) != 1:
        there = ", ".join(p.name[:2] for p in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")))
        parser.error(f"no lesson {options.lesson}; there are {there or 'none'}")
    (options.notebook,) = found
    if needed := missing():
        sys.exit(needed)
    AsyncHTTPClient.configure(None, max_clients=1000)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # and the hub with it
    with tempfile.TemporaryDirectory() as folder:
        for number in range(options.students + 1):
            for name in ("notebooks", "utils"):
                shutil.copytree(ROOT / name, Path(folder) / "homes" / f"s{number:02}" / name)
        with exiting(HubEnded), hub(Path(folder)) as (url, process):
            load = f"{os.cpu_count()} cores, load before {os.getloadavg()[0]:.1f}"
            print(f"{options.notebook.stem}, {load}")
            asyncio.run(measure(url, process, options))


if __name__ == "__main__":
    main()
