"""Attacks on the sandbox that have worked once: memory of no process's, unwatched work."""

import os
import shutil
import sys
import textwrap
import time
import zipfile

import pytest

if sys.platform != "linux":
    pytest.skip("the sandbox for submissions needs Linux", allow_module_level=True)

from tools.build_notebooks import ROOT
from tools.grading import confined, intake, sandbox

GIB = 1 << 30
# A mapping that a child fills and its parent keeps is part of no process's memory.
SHARED = """
import mmap, os
for file in (None, "/dev/zero"):
    try:
        mmap.mmap(os.open(file, os.O_RDWR) if file else -1, 4096)
        print("got one")
    except OSError:
        pass
"""
# A process whose first thread has ended tells nobody of its memory.
LEADER = """
import ctypes, os, threading, time
if os.fork() == 0:
    threading.Thread(target=time.sleep, args=[60]).start()
    ctypes.CDLL(None).syscall(EXIT, 0)
time.sleep(20)
"""
THREADS = """
import _thread, time
_thread.stack_size(32768)
lock = _thread.allocate_lock()
lock.acquire()
for _ in range(4000):
    _thread.start_new_thread(lock.acquire, ())
time.sleep(20)
"""
# Who connects, sends and closes needs no file for what waits at a listener.
BACKLOG = """
import os, socket, time
address = ADDRESS
with socket.socket(FAMILY) as listener:
    listener.bind(address)
    listener.listen(4096)
    for _ in range(1500):
        with socket.socket(FAMILY) as sender:
            sender.connect(listener.getsockname())
            sender.setblocking(False)
            for _ in range(100):
                try:
                    sender.send(bytes(2**16))
                except BlockingIOError:
                    break
    time.sleep(20)
"""
UNIX = BACKLOG.replace("FAMILY", "socket.AF_UNIX").replace("ADDRESS", "'/tmp/listener'")
TCP = BACKLOG.replace("FAMILY", "socket.AF_INET").replace("ADDRESS", "('127.0.0.1', 0)")
LATER = """
import os, time
for _ in range(4):
    if os.fork() == 0:
        time.sleep(2)
        hoard = b"x" * 200_000_000
        time.sleep(60)
print("later")
"""


@pytest.fixture(scope="module", autouse=True)
def possible():
    if why := sandbox.obstacle("/nowhere"):
        assert "CI" not in os.environ or shutil.which("bwrap"), why
        pytest.skip(why)


@pytest.fixture
def box():
    limits = {"RLIMIT_AS": 4 * GIB, "RLIMIT_CPU": 120}
    box = sandbox.Sandbox(ROOT, limits, unconfined=False)
    box.memory = GIB // 2
    yield box
    box.close()


def says(box, code, seconds=40):
    try:
        outputs = box.talk(textwrap.dedent(code), seconds)
    except sandbox.Lost as lost:
        return f"lost: {lost}"
    return "".join(o.get("text") or o.get("evalue") or "" for o in outputs)


def test_no_room_can_be_written_but_those_that_are_counted(box):
    rooms = says(
        box,
        """
        import os
        for line in open("/proc/self/mounts"):
            _, place, kind, *_ = line.split()
            if kind == "tmpfs" and os.access(place, os.W_OK):
                print(place)
        """,
    )
    assert sorted(rooms.split()) == ["/dev/shm", "/tmp"]


def test_there_is_no_memory_of_nobody_s(box):
    assert says(box, SHARED) == ""


def test_pages_in_pipes_are_not_the_submission_s(box):
    assert "vmsplice" in sandbox.REFUSED


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (LEADER.replace("EXIT", str(60)), "leaves threads behind"),
        (THREADS, "can't start new thread" if os.geteuid() else "starts too many threads"),
        (UNIX, "takes too much memory"),
        (TCP, "takes too much memory"),
    ],
    ids=["leader", "threads", "unix", "tcp"],
)
def test_what_no_process_shows_is_counted(box, code, words):
    said = says(box, code)
    assert words in said


def test_a_sandbox_is_watched_while_nobody_asks_it_anything(box):
    """As while the judge takes its time."""
    assert says(box, LATER) == "later\n"
    time.sleep(5)
    assert box.process.poll() is not None
    assert says(box, "1") == "lost: takes too much memory"


def test_an_array_of_an_array_is_no_answer():
    """A thousand copies of an array of texts take a minute."""
    assert confined.restored({"array": [1, 2]}).tolist() == [1, 2]
    with pytest.raises(ValueError, match="array of an array"):
        confined.json.loads('{"array": {"array": [1]}}', object_hook=confined.restored)


def test_another_name_of_somebody_s_zipped_file_is_no_submission(tmp_path):
    for student in ("ada", "eve"):
        (tmp_path / student).mkdir()
    with zipfile.ZipFile(tmp_path / "ada" / "work.zip", "w") as packed:
        packed.write(ROOT / "notebooks" / "01_rnn_basics.ipynb", "01_rnn_basics.ipynb")
    os.link(tmp_path / "ada" / "work.zip", tmp_path / "eve" / "work.zip")
    with pytest.raises(intake.Unusable, match="no notebook of this lesson"):
        intake.take(tmp_path / "eve", "01_rnn_basics", [])
