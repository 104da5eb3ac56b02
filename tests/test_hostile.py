"""What a hostile submission tries: each attempt by name, and that it gets nowhere.

Here somebody looks for the teacher's files, changes what is outside, or calls for help. What is
handed in or sent out with bad intent is in tests/test_forged.py.
"""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

if sys.platform != "linux":
    pytest.skip("the sandbox for submissions needs Linux", allow_module_level=True)

from tools.grading import sandbox

ROOT = Path(__file__).resolve().parent.parent
SECRET = "what only the teacher knows"
LIMITS = {"RLIMIT_AS": 4 << 30, "RLIMIT_CPU": 60}

# Runs in the kernel: evaluates LINES with what KNOWN says of the world outside.
PROGRAM = """
import ctypes, glob, json, os, resource, shutil, signal, socket, subprocess, time
from socket import *

libc = ctypes.CDLL(None, use_errno=True)

def c(name, *arguments):
    if getattr(libc, name)(*arguments) == -1:
        raise OSError(ctypes.get_errno(), name)

def read(path):
    return open(path, errors="replace").read(10**6)

def files(top, beside=()):  # with the beginnings of their contents
    found = []
    for root, folders, names in os.walk(top):
        folders[:] = [f for f in folders if os.path.join(root, f) not in beside]
        paths = [os.path.join(root, name) for name in names]
        found += [p for p in paths if p not in beside and not os.path.islink(p)]
    return {path: read(path)[:1000] for path in found[:500]}

def own():  # processes; with more than that, they are not ours alone
    found = [name for name in os.listdir("/proc") if name.isdigit()]
    assert len(found) < 20, found
    return found

def call(kind, how, address):
    with socket(*kind) as caller:
        caller.settimeout(2)
        getattr(caller, how)(*([b"hello", address] if how == "sendto" else [address]))

def attempt(line):
    try:
        return str(eval(line, globals() | KNOWN))
    except BaseException as error:
        return f"refused: {type(error).__name__}"

print(json.dumps({line: attempt(line) for line in LINES}))
"""


def attempts(box, lines, known):
    """What came of each line in a sandbox."""
    said = box.talk(f"LINES, KNOWN = {lines!r}, {known!r}{PROGRAM}", 60)
    text = "".join(output.get("text", "") for output in said)
    assert text, said
    return json.loads(text)


@contextlib.contextmanager
def started(source, unconfined=False):
    box = sandbox.Sandbox(source, LIMITS, unconfined)
    try:
        yield box
    finally:
        box.close()


def copy_of_utils(folder):
    shutil.copytree(ROOT / "utils", folder / "utils", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture(scope="module")
def outside(tmp_path_factory):
    """The teacher's world: files, a process, and the secret in each of them."""
    folder, here = tmp_path_factory.mktemp("teacher"), pytest.MonkeyPatch()
    for name in ("gradebook.db", "submitted/ada/work.ipynb", ".ssh/id"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(SECRET)
    shared = Path(f"/dev/shm/held-{os.getpid()}")
    shared.write_text(SECRET)
    file = os.open(folder / "gradebook.db", os.O_RDONLY)
    os.set_inheritable(file, True)
    for variable in ("NOTE", "SSH_AUTH_SOCK", "DBUS_SESSION_BUS_ADDRESS", "DISPLAY"):
        here.setenv(variable, SECRET)
    process = subprocess.Popen(
        ["sh", "-c", "sleep 600; :", SECRET], cwd=folder, pass_fds=[file], start_new_session=True
    )
    known = {"folder": str(folder), "shared": str(shared), "pid": process.pid, "fd": file}
    known["source"] = str(copy_of_utils(folder / "source"))
    known["place"] = f"{folder}/source/utils"
    known["there"] = f"{folder}/source/utils/__init__.py"
    known["seen"] = sandbox.seen(folder / "source")
    yield SimpleNamespace(folder=folder, process=process, known=known, source=folder / "source")
    os.killpg(process.pid, 9)
    process.wait()
    here.undo()
    os.close(file)
    shared.unlink()


@pytest.fixture(scope="module")
def box(outside):
    if why := sandbox.obstacle(outside.folder):
        assert "CI" not in os.environ or shutil.which("bwrap"), why
        pytest.skip(why)
    with started(outside.source) as box:
        yield box


# Looking -----------------------------------------------------------------------------------------

FINDS = [  # the secret, where there are no walls
    "read(f'{folder}/gradebook.db')",
    "read(f'{folder}/.ssh/id')",
    "files(folder)",
    "files(f'{folder}/submitted')",
    "read(shared)",
    "read(f'/proc/{pid}/cmdline')",
    "read(f'/proc/{pid}/environ')",
    "read(f'/proc/{pid}/cwd/gradebook.db')",
    "read(f'/proc/{pid}/root/{folder}/gradebook.db')",
    "read(f'/proc/{pid}/fd/{fd}')",
    "subprocess.run(['cat', f'{folder}/gradebook.db'], capture_output=True, check=True)",
]
FINDS_NOTHING = [
    "files('/', [*seen, '/proc', '/dev', '/tmp'])",
    "[name for name in os.listdir('/dev') if os.path.isfile(f'/dev/{name}')]",
    "files('/dev/shm')",
    "[name for name in os.listdir(folder) if name != 'source']",  # which is shown to it
    "[p for p in own() if not os.path.samefile(f'/proc/{p}/root', '/')]",
    "[f for p in own() for f in glob.glob(f'/proc/{p}/fd/*') if folder in os.path.realpath(f)]",
    "[v for p in own() for v in read(f'/proc/{p}/environ').split(chr(0)) if 'only the' in v]",
    "[p for p in own() if not read(f'/proc/{p}/comm').startswith(('bwrap', 'python'))]",
    "[name for name in os.environ if name.startswith(('SSH', 'DBUS', 'DISPLAY', 'NOTE'))]",
    "[key for key in os.environ if key.startswith('XDG')]",
]
REFUSED = [
    *("read('/etc/passwd')", "read('/etc/shadow')", "read('/etc/resolv.conf')"),
    *("os.listdir('/run')", "os.listdir('/sys')", "os.listdir('/var')", "os.listdir('/mnt')"),
    *("read('/dev/mem')", "read('/dev/kmsg')", "read('/proc/kmsg')", "os.listdir('/dev/disk')"),
    *("read('/proc/1/root/etc/passwd')", "os.open('/proc/1/fd/0', os.O_RDWR)"),
]


def test_who_looks_for_the_teacher_s_files_finds_nothing(outside, box):
    found = attempts(box, FINDS + FINDS_NOTHING + REFUSED, outside.known)
    for line, what in found.items():
        assert SECRET not in what, line
    assert {line: found[line] for line in FINDS_NOTHING if found[line] not in ("[]", "{}")} == {}
    assert {line: found[line] for line in REFUSED if "refused: " not in found[line]} == {}


def test_the_same_looks_find_all_of_it_without_walls(outside):
    with started(outside.source, unconfined=True) as box:
        found = attempts(box, FINDS, outside.known)
    assert [line for line in FINDS if SECRET not in found[line]] == []


# Changing ----------------------------------------------------------------------------------------

WRITES = [  # to files, which works where there are no walls
    "open(there, 'a').write('mine')",
    "open(f'{place}/new.py', 'w')",
    "os.truncate(there, 1)",
    "os.chmod(there, 0o777)",
    "os.utime(there, (0, 0))",
    "os.link(there, f'{place}/linked.py')",
    "os.symlink('/etc', f'{place}/link')",
    "os.mkdir(f'{place}/folder')",
    "os.mkfifo(f'{place}/pipe')",
    "os.rename(there, f'{place}/old.py')",
    "os.remove(f'{place}/arguments.py')",
    "shutil.rmtree(f'{place}/checks')",
    "subprocess.run(['touch', f'{place}/touched'], check=True)",
    "open(f'{folder}/submitted/ada/work.ipynb', 'w').write('mine')",
    "os.replace(shared, f'{shared}-2') or os.replace(f'{shared}-2', shared)",
]
CHANGES = [  # none of which harms anybody, should it work
    "open('/held', 'x')",
    "os.symlink('/', '/held')",
    "os.chmod('/', 0o755)",
    "[open(f'{p}/held' if os.path.isdir(p) else p, 'a') for p in seen[:1]]",
    "[open(f'{p}/held' if os.path.isdir(p) else p, 'a') for p in seen[-3:-2]]",
    "open(seen[-2], 'a')",
    "open(glob.glob('/tmp/matplotlib/fontlist*')[0], 'a')",
    "os.link(there, '/tmp/linked')",
    "open('/proc/sys/kernel/core_pattern', 'a')",
    "open('/proc/sys/kernel/hostname', 'a')",
    "open('/proc/sys/vm/overcommit_memory', 'a')",
    "os.open('/proc/sysrq-trigger', os.O_WRONLY)",
    "open(f'/proc/{pid}/oom_score_adj', 'w').write('500')",
    "open('/proc/1/oom_score_adj', 'w').write('500')",
    "os.kill(pid, signal.SIGTERM)",
    "os.killpg(pid, signal.SIGTERM)",
    "os.setpriority(os.PRIO_PROCESS, pid, 19)",
    "os.setpriority(os.PRIO_PROCESS, 0, -5)",
    "os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))",
    "resource.prlimit(pid, resource.RLIMIT_NOFILE, (8, 8))",
    "os.pidfd_open(pid)",
    "c('ptrace', 16, pid, None, None)",
    "c('setns', os.open('/proc/1/ns/mnt', os.O_RDONLY), 0)",
    "c('unshare', 0x10000000)",
    "c('mount', b'none', b'/tmp', b'tmpfs', 0, None)",
    "c('mount', None, place.encode(), None, 4096 | 32, None)",
    "os.mknod('/tmp/disk', 0o60600, os.makedev(7, 0))",
    "os.mknod('/tmp/memory', 0o20600, os.makedev(1, 1))",
    "os.setuid(0)",
    "os.setgid(0)",
    "os.setgroups([0])",
    "os.chown('/tmp', 0, 0)",
    "sethostname(gethostname())",
    "time.clock_settime(time.CLOCK_REALTIME, time.time())",
    *(f"resource.setrlimit(resource.RLIMIT_{n}, (-1, -1))" for n in ("AS", "FSIZE", "NPROC")),
    *(f"resource.setrlimit(resource.RLIMIT_{n}, (999, 999))" for n in ("NOFILE", "CPU", "CORE")),
    "os.chroot('/tmp')",
]
STAYS = [  # inside
    "open('/tmp/held', 'x').write('mine')",
    "open('/dev/shm/held', 'x').write('mine')",
    "[os.nice(1), 'done'][1]",
]
LEFT = [Path(place, "held") for place in ("/", "/usr", sys.prefix, "/tmp", "/dev/shm")]


def state(outside):
    """All that the attempts would change."""
    paths = sorted(outside.folder.rglob("*"))
    files = {p: (p.lstat().st_mode, p.is_file() and p.read_bytes()) for p in paths}
    fonts = [Path(path).read_bytes() for path in sandbox.known_fonts()]
    process = psutil.Process(outside.process.pid)
    with process.oneshot():
        how = process.nice(), process.cpu_affinity(), process.rlimit(psutil.RLIMIT_NOFILE)
        how += process.status() == psutil.STATUS_SLEEPING, socket.gethostname()
    score = Path(f"/proc/{process.pid}/oom_score_adj").read_text()
    return files, fonts, how, score, [path for path in LEFT if os.path.lexists(path)]


def test_who_changes_what_is_outside_changes_nothing(outside, box):
    before = state(outside)
    try:
        done = attempts(box, [*STAYS, *WRITES, *CHANGES], outside.known)
        after = state(outside)
    finally:
        for path in LEFT:
            path.unlink(missing_ok=True)
    assert after == before
    assert {line: done[line] for line in WRITES + CHANGES if "refused: " not in done[line]} == {}
    assert [done[line] for line in STAYS] == ["4", "4", "done"]
    status = attempts(box, ["read('/proc/self/status')"], {})["read('/proc/self/status')"]
    held = dict(line.split(":\t", 1) for line in status.splitlines())
    assert {int(held[name], 16) for name in held if name.startswith("Cap")} == {0}
    assert held["NoNewPrivs"] == "1"


def test_the_same_writes_work_without_walls(outside, tmp_path):
    here = str(copy_of_utils(tmp_path) / "utils")
    (tmp_path / "submitted" / "ada").mkdir(parents=True)
    known = outside.known | {"place": here, "there": f"{here}/__init__.py", "folder": str(tmp_path)}
    with started(outside.source, unconfined=True) as box:
        done = attempts(box, WRITES, known)
    assert {line: done[line] for line in WRITES if done[line].startswith("refused: ")} == {}


# Calling for help --------------------------------------------------------------------------------

REACHES = {  # whom, where there are no walls
    "call((AF_INET, SOCK_STREAM), 'connect', ('127.0.0.1', tcp))": "tcp",
    "call((AF_INET, SOCK_STREAM, 262), 'connect', ('127.0.0.1', tcp))": "",  # MPTCP, if there
    "create_connection(('localhost', tcp), 2).close()": "tcp",
    "call((AF_INET, SOCK_DGRAM), 'sendto', ('127.0.0.1', udp))": "udp",
    "call((AF_UNIX, SOCK_STREAM), 'connect', path)": "path",
    "call((AF_UNIX, SOCK_STREAM), 'connect', chr(0) + name)": "name",
    "call((AF_UNIX, SOCK_DGRAM), 'sendto', chr(0) + name + '-2')": "datagrams",
}
CALLS = [
    "create_connection(('192.0.2.1', 80), 2)",
    "create_connection(('2001:db8::1', 80), 2)",
    "call((AF_INET, SOCK_DGRAM), 'sendto', ('192.0.2.1', 53))",
    "call((AF_INET, SOCK_DGRAM), 'sendto', ('224.0.0.1', 5353))",
    "call((AF_INET, SOCK_DGRAM), 'sendto', ('255.255.255.255', 67))",
    "getaddrinfo('example.org', 80)",
    "gethostbyname('localhost.localdomain')",
    "socket(AF_INET, SOCK_RAW, 1)",
    "socket(AF_INET6, SOCK_STREAM)",
    *(f"socket({kind}, SOCK_RAW)" for kind in ("AF_PACKET", "AF_NETLINK", "AF_CAN")),
    *(f"socket({kind}, SOCK_STREAM)" for kind in ("AF_VSOCK", "AF_BLUETOOTH", "AF_TIPC")),
    "socket(AF_ALG, SOCK_SEQPACKET)",
    "os.open('/dev/net/tun', os.O_RDWR)",
    "os.listdir('/run/dbus')",
    "os.listdir('/tmp/.X11-unix')",
]


@pytest.fixture
def listeners(tmp_path):
    """Somebody outside who would take a call, of each kind."""
    name, path = f"held-{os.getpid()}", str(tmp_path / "agent")
    tcp, udp = socket.create_server(("127.0.0.1", 0)), socket.socket(type=socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", 0))
    listening = {"tcp": tcp, "udp": udp}
    for kind, address in {"path": path, "name": f"\0{name}", "datagrams": f"\0{name}-2"}.items():
        how = socket.SOCK_DGRAM if kind == "datagrams" else socket.SOCK_STREAM
        listening[kind] = socket.socket(socket.AF_UNIX, how)
        listening[kind].bind(address)
    for kind in ("path", "name"):
        listening[kind].listen()
    known = {"tcp": tcp.getsockname()[1], "udp": udp.getsockname()[1], "path": path, "name": name}
    with contextlib.ExitStack() as stack:
        for each in listening.values():
            stack.enter_context(each).settimeout(0.1)
        yield listening, known


def reached(listening):
    """Those listeners that were called."""
    heard = set()
    for kind, each in listening.items():
        with contextlib.suppress(TimeoutError):
            each.recv(9) if each.type == socket.SOCK_DGRAM else each.accept()[0].close()
            heard.add(kind)
    return heard


def test_who_calls_for_help_reaches_nobody(outside, box, listeners):
    listening, known = listeners
    done = attempts(box, [*REACHES, *CALLS, "read('/proc/net/dev')"], known)
    assert reached(listening) == set()
    assert {line: done[line] for line in CALLS if not done[line].startswith("refused: ")} == {}
    networks = done["read('/proc/net/dev')"].splitlines()[2:]
    assert [line.split(":")[0].strip() for line in networks] == ["lo"]


def test_the_same_calls_are_heard_without_walls(outside, listeners):
    listening, known = listeners
    with started(outside.source, unconfined=True) as box:
        attempts(box, list(REACHES), known)
    assert reached(listening) == set(REACHES.values()) - {""}
