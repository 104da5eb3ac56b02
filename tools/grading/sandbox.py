"""The walls around a submission: what it sees, what it may ask of the system, what it may take.

bubblewrap gives it a file system, processes and a network of its own, with nothing in them that is
the teacher's. A filter (libseccomp) refuses those requests to the kernel that would reach through:
keys, which outlive a process; memory that is counted nowhere; sockets of kinds that Jupyter does
without; other programs' memory. Limits hold for each process, `Sandbox.watch` for all together.
"""

import contextlib
import ctypes
import errno
import glob
import json
import mmap
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import matplotlib
import psutil

from tools.build_notebooks import ENVIRONMENT

INSIDE = Path(__file__).with_name("inside.py")
START = 60  # seconds that a kernel has to start
LINE = 8_000_000  # bytes that may come out of the sandbox at once
PROCESSES = 32  # in one sandbox; four are there from the start
THREADS = 256  # of all of them together
FILES = 128  # that a process may hold open: what stands in a socket is memory that nobody counts
STORE = 2**28  # bytes that /tmp may hold in a sandbox, and /dev/shm
INODE = 2048  # bytes of memory that a file takes beside its content, about
SOCKET = 2**19  # bytes that may wait in a socket, about; in one of TCP more, which is told
PULSE = 0.25  # seconds between two looks at a sandbox
REFUSED = [
    *("add_key", "request_key", "keyctl"),
    *("memfd_create", "memfd_secret", "shmget", "shmat", "msgget", "semget", "mq_open"),
    *("ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd", "kcmp"),
    *("io_uring_setup", "userfaultfd", "perf_event_open", "bpf", "vmsplice"),
    *("unshare", "setns", "mount", "umount2", "pivot_root", "open_by_handle_at"),
]


class Lost(BaseException):
    """The kernel is gone. No `Exception`: checks take those for the learner's."""


def seen(source):
    """The paths of this machine that a submission sees, and can't change."""
    system = ["/usr", "/bin", "/lib", "/lib64", "/etc/alternatives", "/etc/fonts"]
    return [
        *system,
        "/etc/ld.so.cache",
        sys.base_prefix,
        sys.prefix,
        str(INSIDE),
        f"{source}/utils",
    ]


def walls(source, refusals):
    """The beginning of a command line: what follows sees next to nothing and can change nothing."""
    alone = "--unshare-user --disable-userns --unshare-all --uid 1000 --gid 1000 --cap-drop ALL"
    alone += f" --new-session --die-with-parent --seccomp {refusals}"
    rooms = f"--proc /proc --dev /dev --size {STORE} --tmpfs /dev/shm --size {STORE} --tmpfs /tmp"
    binds = [word for path in seen(source) for word in ("--ro-bind-try", path, path)]
    for fonts in known_fonts():
        binds += ["--ro-bind", fonts, f"/tmp/matplotlib/{os.path.basename(fonts)}"]
    if os.path.isdir("/usr/local/etc"):  # where IPython would look for settings
        binds += ["--tmpfs", "/usr/local/etc", "--remount-ro", "/usr/local/etc"]
    # Names of keys, for root outside; and memory that several processes map, and none counts.
    for device in ("/proc/keys", "/proc/key-users", "/dev/zero"):
        binds += ["--ro-bind-try", "/dev/null", device]
    # For root outside, the system's switches in /proc/sys would open.
    rest = "--remount-ro /proc --remount-ro /dev --remount-ro / --chdir /tmp"
    return ["bwrap", *alone.split(), *rooms.split(), *binds, *rest.split()]


def refusals():
    """A file that holds the filter of REFUSED requests; to those, the kernel seems an old one."""
    import pyseccomp  # fails where there is no libseccomp

    filter = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    for name in REFUSED:
        filter.add_rule(pyseccomp.ERRNO(errno.ENOSYS), name)
    other = pyseccomp.Arg(0, pyseccomp.GT, socket.AF_INET)  # the kernel's own are below
    for name in ("socket", "socketpair"):  # ZeroMQ takes this error for "no such network"
        filter.add_rule(pyseccomp.ERRNO(errno.EINVAL), name, other)
    nobody_s = mmap.MAP_SHARED | mmap.MAP_ANONYMOUS  # memory of no process's once it is unmapped
    shared = pyseccomp.Arg(3, pyseccomp.MASKED_EQ, nobody_s, nobody_s)
    filter.add_rule(pyseccomp.ERRNO(errno.EPERM), "mmap", shared)
    file = open(os.memfd_create("refusals"), "w+b")
    filter.export_bpf(file)
    file.seek(0)
    return file


def begin_new_keyring():
    """Leave the keys of whoever marks: what is started from here on has a keyring of its own."""
    import pyseccomp

    keyctl = pyseccomp.resolve_syscall(pyseccomp.system_arch(), "keyctl")
    joins = 1  # KEYCTL_JOIN_SESSION_KEYRING; where the system has no keys, none can be reached
    ctypes.CDLL(None).syscall(ctypes.c_long(keyctl), ctypes.c_long(joins), None)


def known_fonts():
    """The files in which Matplotlib keeps what fonts there are: finding them takes seconds."""
    return glob.glob(f"{glob.escape(matplotlib.get_cachedir())}/fontlist*")


def obstacle(folder):
    """Why there can be no sandbox on this machine for a course in `folder`, or None."""
    if not shutil.which("bwrap"):
        return "bubblewrap is not installed (on Debian and Ubuntu: apt install bubblewrap)"
    for path in seen("")[:-1]:
        if Path(folder).resolve().is_relative_to(Path(path).resolve()):
            return f"{folder} lies in {path}, which submissions see: name another with --folder"
    try:
        file = refusals()
    except (ImportError, RuntimeError, OSError) as error:
        return f"libseccomp does not work here (on Debian: apt install libseccomp2): {error}"
    with file:
        command = [*walls("", file.fileno()), sys.executable, "-c", ""]
        trial = subprocess.run(command, capture_output=True, pass_fds=[file.fileno()])
    return f"bubblewrap does not work here: {trial.stderr.decode()}" if trial.returncode else None


class Sandbox:
    """A fresh kernel behind walls, or without them if `unconfined`."""

    def __init__(self, source, limits, unconfined, seconds=START):
        self.memory, self.lost, self.unconfined = limits["RLIMIT_AS"], None, unconfined
        limits = limits | {"RLIMIT_FSIZE": STORE, "RLIMIT_CORE": 0, "RLIMIT_NOFILE": FILES}
        self.folder = tempfile.TemporaryDirectory()
        if unconfined:
            home, file, begin = self.folder.name, contextlib.nullcontext(), []
            for fonts in known_fonts():
                os.makedirs(f"{home}/matplotlib", exist_ok=True)
                shutil.copy(fonts, f"{home}/matplotlib")
        else:
            home, file = "/tmp", refusals()
            begin = walls(source, file.fileno())
            begin_new_keyring()
            limits["RLIMIT_NPROC"] = THREADS  # outside, all that the teacher runs would count
        # The system lets root have more, and counts memory by the process: `watch` holds for all.
        self.headless = set()  # processes whose first thread has ended before the others
        self.socket, theirs = socket.socketpair()
        with theirs, file:
            self.process = subprocess.Popen(
                [*begin, sys.executable, str(INSIDE), json.dumps(limits)],
                stdin=theirs,
                stdout=theirs,
                stderr=subprocess.DEVNULL,
                env=environment(source, home),
                cwd=self.folder.name,
                start_new_session=True,
                pass_fds=[] if unconfined else [file.fileno()],
            )
        self.closed = threading.Event()
        self.guardian = threading.Thread(target=self.guard, daemon=True)
        self.guardian.start()
        try:
            self.talk(None, min(START, seconds))
        except Lost as lost:
            self.close()
            raise RuntimeError(f"the sandbox {lost}") from None

    def talk(self, code, seconds):
        """What comes out for `code`; for None, the sign that the kernel is ready."""
        end, line = time.monotonic() + seconds, bytearray()
        try:
            self.socket.settimeout(seconds)
            if code is not None:
                self.socket.sendall(json.dumps(code).encode() + b"\n")
            while not line.endswith(b"\n"):
                line += (piece := self.heard(end))
                if len(line) > LINE:
                    raise Lost("puts out too much")
                if not piece:
                    raise ConnectionError
            return [output for output in json.loads(line) if isinstance(output, dict)]
        except TimeoutError:
            raise Lost(f"did not come to an end within {seconds:.0f} seconds") from None
        except OSError:
            raise self.lost or Lost("ended the kernel") from None
        except (ValueError, TypeError, RecursionError):
            raise Lost("put out what can't be read") from None

    def heard(self, end):
        """The next bytes from the sandbox."""
        if (left := end - time.monotonic()) <= 0:
            raise TimeoutError
        self.socket.settimeout(left)
        return self.socket.recv(2**16)

    def guard(self):
        """Watch the sandbox as long as it lives: it works on while nobody asks it anything."""
        while not self.closed.wait(PULSE):
            try:
                self.watch()
            except BaseException as lost:
                self.lost = lost if isinstance(lost, Lost) else Lost("can't be watched")
                self.end()
                break

    def watch(self):
        """Raise Lost if there are more processes, threads or memory than there may be."""
        family, memory, threads, headless = [], 0, 0, set()
        with contextlib.suppress(psutil.NoSuchProcess):
            family = psutil.Process(self.process.pid).children(recursive=True)
        if len(family) > PROCESSES:
            raise Lost("starts too many processes")
        for each in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                threads += (its := each.num_threads())
                if its > 1 and each.status() == psutil.STATUS_ZOMBIE:
                    headless.add(each.pid)
                memory += each.memory_info().rss
        if headless & self.headless:  # or it is just ending; of these, no memory is told
            raise Lost("leaves threads behind")
        self.headless = headless
        if threads > THREADS:
            raise Lost("starts too many threads")
        if family and not self.unconfined:
            memory += waiting(family[0].pid) + sum(
                taken(f"/proc/{family[0].pid}/root/{room}") for room in ("tmp", "dev/shm")
            )
        if memory > self.memory:
            raise Lost("takes too much memory")

    def end(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, 9)

    def close(self):
        self.closed.set()
        self.end()
        self.guardian.join()
        self.process.wait()
        self.socket.close()
        self.folder.cleanup()


def taken(room):
    """The memory that the files in a room of a sandbox's take."""
    with contextlib.suppress(OSError):  # it has just ended
        now = os.statvfs(room)
        if now.f_blocks * now.f_frsize == STORE:  # else the walls do not stand yet
            content = (now.f_blocks - now.f_bfree) * now.f_frsize
            return content + (now.f_files - now.f_ffree) * INODE
    return 0


def waiting(pid):
    """The memory that waits in a sandbox's sockets, at most; of TCP's, what they say."""
    with contextlib.suppress(OSError):
        used = re.search(r"used (\d+)", Path(f"/proc/{pid}/net/sockstat").read_text())
        rows = [row.split() for row in Path(f"/proc/{pid}/net/tcp").read_text().split("\n")[1:-1]]
        queues = [int(number, 16) for row in rows for number in row[4].split(":")]
        return int(used[1]) * SOCKET + 2 * sum(queues)
    return 0


def environment(source, home):
    """The variables in a sandbox. None is the teacher's: a mark depends on the answer alone."""
    return ENVIRONMENT | {
        "PYTHONPATH": f"{source}:{INSIDE.parent}",
        "PYTHONNOUSERSITE": "1",
        "PATH": "/usr/bin:/bin",
        "HOME": home,
        "TMPDIR": home,
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "MPLBACKEND": "agg",
        "MPLCONFIGDIR": f"{home}/matplotlib",
    }
