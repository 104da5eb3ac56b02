"""`make lab`: kernels that nobody else on the machine can listen to."""

import contextlib
import json
import os
import shutil
import socket
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import psutil
import pytest
from jupyter_client import BlockingKernelClient

from tools.lab.__main__ import can_hold_sockets, options

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kernels have ports here")
IPC = "--KernelManager.transport=ipc"


@pytest.fixture
def short():
    """A folder with a short path, as a reader's home has: pytest's own is too long for sockets."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def log(short):
    return short / ".jupyter" / "log"


@pytest.fixture
def ask(short):
    """JupyterLab as `make lab` starts it: a function that asks its REST interface."""
    browser = pytest.importorskip(
        "tools.browser", reason="needs Playwright: tests/requirements.txt"
    )

    def ask(method, path, **body):
        data = json.dumps(body).encode() if method == "POST" else None
        token = {"Authorization": f"token {browser.TOKEN}"}
        request = urllib.request.Request(f"{url}/api/{path}", data, token, method=method)
        with urllib.request.urlopen(request, timeout=60) as reply:
            return json.loads(reply.read() or "null")

    with browser.jupyterlab(short) as url:
        yield ask


@contextlib.contextmanager
def client(short, kernel):
    (path,) = short.glob(f".jupyter/runtime/kernel-{kernel['id']}.json")
    client = BlockingKernelClient(connection_file=str(path))
    client.load_connection_file()
    client.start_channels()
    wait_for(client)
    yield client
    client.stop_channels()


def wait_for(client):
    end = time.monotonic() + 60
    while True:
        try:
            return client.wait_for_ready(timeout=10)
        except RuntimeError:  # to the client a kernel that is slow to start is dead
            if time.monotonic() > end:
                raise


def said(client, code):
    """What a cell prints."""
    words = []
    client.execute_interactive(
        code,
        timeout=60,
        output_hook=lambda message: words.append(message["content"].get("text", "")),
    )
    return "".join(words).strip()


def ports(pid):
    """Of a kernel over TCP: its five channels, and one by which its child processes print."""
    connections = psutil.Process(pid).net_connections("inet")
    return [c.laddr.port for c in connections if c.status == psutil.CONN_LISTEN]


def test_no_channel_of_a_kernel_has_a_port(ask, short, log):
    kernels = [ask("POST", "kernels", name="python3") for _ in range(2)]
    with client(short, kernels[0]) as one, client(short, kernels[1]) as two:
        pids = [int(said(each, "import os; print(os.getpid())")) for each in (one, two)]
        assert pids[0] != pids[1]
        for pid in pids:
            assert len(ports(pid)) <= 1  # into which one can only write, and only with a password
        assert said(one, "x = 1; print(x)") == "1"
        assert said(two, "print('x' in dir())") == "False"
    assert "IPKernelApp" not in log.read_text()  # the kernels have nothing to say there


def test_a_kernel_reached_by_files_is_interrupted_restarted_and_ended(ask, short):
    kernel = ask("POST", "kernels", name="python3")
    with client(short, kernel) as before:
        old = int(said(before, "import os; print(os.getpid())"))
        before.execute("import time\ntime.sleep(60)")
        time.sleep(1)
        ask("POST", f"kernels/{kernel['id']}/interrupt")
        reply = before.get_shell_msg(timeout=20)
        assert reply["content"]["ename"] == "KeyboardInterrupt"
        assert said(before, "print(2)") == "2"
    ask("POST", f"kernels/{kernel['id']}/restart")
    with client(short, kernel) as after:
        assert int(said(after, "import os; print(os.getpid())")) != old
        assert not psutil.pid_exists(old)
    ask("DELETE", f"kernels/{kernel['id']}")
    assert not list(short.glob(f".jupyter/runtime/kernel-{kernel['id']}*"))


def test_where_no_file_can_be_a_socket_kernels_have_ports(short, monkeypatch):
    longest = 107 if sys.platform == "linux" else 103
    name = len("/kernel-00000000-0000-0000-0000-000000000000-ipc-10")
    room = longest - name - len(str(short)) - 1
    for folder, can in ((short / ("a" * room), True), (short / ("a" * (room + 1)), False)):
        assert can_hold_sockets(folder) == can
        assert not list(folder.iterdir()) and folder.stat().st_mode & 0o77 == 0
        monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(folder))
        assert (IPC in options()) == can
    (short / "file").touch()
    assert not can_hold_sockets(short / "file" / "runtime")
    monkeypatch.delattr(socket, "AF_UNIX")  # as on Windows
    assert not can_hold_sockets(short)
