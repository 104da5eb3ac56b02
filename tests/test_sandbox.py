"""What a submission may see, ask and take: each promise of the guide, tried inside one sandbox.

Places, networks, forged answers and pages are tried in tests/test_hostile.py, marks in
tests/test_assignment.py.
"""

import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import nbformat
import pytest

if sys.platform != "linux":
    pytest.skip("the sandbox for submissions needs Linux", allow_module_level=True)

from tools.build_notebooks import ENVIRONMENT, ROOT
from tools.grading import assignment, confined, intake, sandbox
from utils import plotting

GIB = 1 << 30


@pytest.fixture(scope="module", autouse=True)
def possible():
    if why := sandbox.obstacle("/nowhere"):
        assert "CI" not in os.environ or shutil.which("bwrap"), why
        pytest.skip(why)


class Box:
    """A sandbox, and what its kernel prints or why it was lost."""

    def __init__(self, memory=4 * GIB):
        limits = {"RLIMIT_AS": memory, "RLIMIT_CPU": 120}
        self.sandbox = sandbox.Sandbox(ROOT, limits, unconfined=False)

    def says(self, code, seconds=40):
        try:
            outputs = self.sandbox.talk(textwrap.dedent(code), seconds)
        except sandbox.Lost as lost:
            return f"lost: {lost}"
        return "".join(o.get("text") or o.get("evalue") or "" for o in outputs)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sandbox.close()


@pytest.fixture(scope="module")
def box():
    with Box() as box:
        yield box


# What it may ask of the system -------------------------------------------------------------------


def number(name):
    import pyseccomp

    return pyseccomp.resolve_syscall(pyseccomp.system_arch(), name)


def test_requests_that_reach_through_the_walls_are_refused(box):
    numbers = {name: number(name) for name in sandbox.REFUSED}
    said = box.says(f"""
        import ctypes, errno
        libc = ctypes.CDLL(None, use_errno=True)
        for name, number in {numbers}.items():
            ctypes.set_errno(0)
            if libc.syscall(number, 0, 0, 0, 0, 0) != -1 or ctypes.get_errno() != errno.ENOSYS:
                print(name)
        print("tried")
    """)
    assert said == "tried\n"


def test_there_are_no_sockets_of_unusual_kinds(box):
    assert box.says("""
        import socket
        for family in (*range(3, 46), 2**31 - 1):
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW):
                try:
                    socket.socket(family, kind)
                    print("got", family)
                except (OSError, OverflowError):
                    pass
        print("tried", len(socket.socketpair()))
    """) == "tried 2\n"  # fmt: skip


KEYS = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
SEARCH, SESSION, USER, USER_SESSION = 10, -3, -4, -5
for ring in (SESSION, USER, USER_SESSION):
    if libc.syscall({keyctl}, SEARCH, ring, b"user", b"course-secret", 0) > 0:
        print("found")
try:
    print("secret" in open("/proc/keys").read())
except OSError:
    print(False)
"""


def plant_a_key():
    """A key in this process's own keyring, as the teacher's programs have them."""
    session, secret = -3, b"of the teacher's"
    libc = ctypes.CDLL(None)
    added = libc.syscall(number("add_key"), b"user", b"course-secret", secret, len(secret), session)
    if added <= 0:
        pytest.skip("this system holds no keys")


@pytest.mark.parametrize("taken_down", ["nothing", "the filter", "the new keyring"])
def test_no_key_of_the_teacher_s_is_found(monkeypatch, taken_down):
    """By two walls, each of which is enough."""
    sandbox.begin_new_keyring()  # this process's: the tests' own is left alone
    plant_a_key()
    if taken_down == "the filter":
        monkeypatch.setattr(sandbox, "REFUSED", ["ptrace"])
    if taken_down == "the new keyring":
        monkeypatch.setattr(sandbox, "begin_new_keyring", lambda: None)
    with Box() as box:
        assert box.says(KEYS.format(keyctl=number("keyctl"))) == "False\n"


def test_a_course_where_submissions_could_see_it_is_refused(tmp_path):
    assert "lies in /usr, which submissions see" in sandbox.obstacle("/usr/local/course")
    assert sys.prefix in sandbox.obstacle(f"{sys.prefix}/../{Path(sys.prefix).name}/course")
    (tmp_path / "course").symlink_to("/usr/share")
    assert "which submissions see" in sandbox.obstacle(tmp_path / "course")


# What it may take --------------------------------------------------------------------------------


def test_a_process_can_open_no_more_files_than_it_needs(box):
    """What waits in a socket is the kernel's memory, which nobody counts."""
    assert box.says("""
        import resource, socket
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
        except (ValueError, OSError):
            print("no more")
        pairs = []
        try:
            while len(pairs) < 2000:
                pairs.append(socket.socketpair())
        except OSError:
            print(len(pairs) < 64)
        del pairs
    """) == "no more\nTrue\n"  # fmt: skip


@pytest.mark.parametrize(
    "hoards",
    [
        """
        import subprocess, sys
        program = "import time; kept = b'1' * 100_000_000; time.sleep(60)"
        some = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(5)]
        some[0].wait()
        """,
        """
        for k in range(5_000_000):
            open(f"/tmp/{k}", "w").close()
        """,
        """
        import time
        for room in ("/tmp", "/dev/shm"):
            with open(f"{room}/full", "wb") as file:
                for _ in range(250):
                    file.write(bytes(1_000_000))
        time.sleep(60)
        """,
    ],
    ids=["processes", "empty files", "files"],
)
def test_all_together_take_no_more_than_they_may(hoards):
    with Box() as box:
        box.sandbox.memory = GIB // 2
        assert box.says("print('half of it')") == "half of it\n"
        assert box.says(hoards, 60) == "lost: takes too much memory"


def test_nothing_lives_on_when_a_sandbox_is_closed():
    mark = f"course-{time.time()}"
    with Box() as box:
        box.says(f"""
            import subprocess, sys
            hidden = "import os, time; os.setsid(); os.fork() and os._exit(0); time.sleep(300)"
            subprocess.Popen([sys.executable, "-c", hidden, {mark!r}])
        """)
        folder = box.sandbox.folder.name
        assert comes_true(lambda: mark in everything_that_runs())
    assert comes_true(lambda: mark not in everything_that_runs())
    assert not os.path.exists(folder)


def comes_true(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.1)
    return condition()


def everything_that_runs():
    return subprocess.run(["ps", "-eww", "-o", "args"], capture_output=True, text=True).stdout


class Clock:
    """Stands for the sandbox and for the time: a cell takes its time, or all that it is given."""

    now, given = 0, []

    def __init__(self, *_):
        self.talk(None, 1)

    def talk(self, code, seconds):
        Clock.given.append(seconds)
        Clock.now += min(seconds, {"slow": 9, "hangs": 1e9}.get(code, 0.1))
        if code == "hangs":
            raise confined.Lost("did not come to an end")
        return []

    def close(self):
        pass

    @classmethod
    def monotonic(cls):
        return cls.now


def test_cells_that_are_run_once_more_have_what_is_left_of_the_time(monkeypatch):
    monkeypatch.setattr(confined, "Sandbox", Clock)
    monkeypatch.setattr(confined, "time", Clock)
    marker = confined.Confined(cell_seconds=10, total_seconds=40)
    marker.source, marker.end, marker.sandbox, marker.done = None, 40, None, []
    for code in ["slow", "slow", "hangs", "next"]:
        try:
            marker.ask(code)
            marker.done.append(code)
        except confined.Lost as lost:
            assert "did not come" in str(lost) or "time for the notebook was up" in str(lost)
    assert Clock.now <= 41  # 28 for three cells, and 12 more to begin anew for the fourth
    assert min(Clock.given) > 0


# What its answers may do to the judge ------------------------------------------------------------


def judged(value):
    """The verdict on a function that returned `value`, given as it comes out of the sandbox."""
    exercise = confined.importlib.import_module("utils.checks.lesson01").count_parameters
    text = confined.json.dumps({"value": value, "changed": [False] * len(exercise.probes[0].args)})
    calls = [[text, text] for _ in exercise.probes]
    return exercise.judge(confined.Answer(exercise, "function", calls))


@pytest.mark.parametrize("wrap", [lambda some: some, lambda some: {"array": some}])
def test_texts_are_not_padded_to_the_longest(wrap):
    """NumPy would make 16 GB of this one, which has 1.7 MB."""
    texts = ["x" * 20_000, *[""] * 200_000]
    verdict = assignment.in_child(lambda: judged(wrap(texts)), 60, GIB)
    assert "texts as long as that are no answer" in verdict
    assert "where one number is asked for" in judged(wrap(["a", "b"]))


def test_work_in_a_child_has_limits_of_memory_and_time():
    assert assignment.in_child(lambda: 7, 60, GIB) == 7
    with pytest.raises(intake.Unusable, match="too much memory"):
        assignment.in_child(lambda: len(bytes(3 * GIB)), 60, GIB)
    with pytest.raises(TimeoutError):
        assignment.in_child(lambda: time.sleep(60), 0.5, GIB)
    with pytest.raises(ChildProcessError, match="ValueError: invalid literal"):
        assignment.in_child(lambda: int("?"), 60, GIB)


# What a page and a terminal show -----------------------------------------------------------------


def shown(html):
    output = {"output_type": "display_data", "data": {"text/html": html, "text/plain": "x"}}
    return confined.clean(output).data.get("text/html")


def test_figures_are_shown_with_the_course_s_own_styles_alone():
    png = plotting.render(plotting.new_figure((1, 1)))
    own = plotting.static_html(png, 'a < b & "c" isn\'t 10⁻⁵, ε > 0.', 720)
    assert shown(own) == own
    for ours, theirs in {
        "margin:6px 0;": "position:fixed;top:0;",
        "max-width:100%": "position:fixed;width:9999px;max-width:100%",
        "margin-top:4px": "margin-top:-900px",
        'width="720"': 'width="72000"',
        "isn&#x27;t": "&#36;&#92;href{x}{y}&#36;",
        "a &lt; b": "&#x24;a&#x24; &dollar;b&dollar; &bsol;",
        "&quot;c&quot;": '" onload="alert(1)',
        "data:image/png": "http:image/png",
    }.items():
        assert ours in own
        assert shown(own.replace(ours, theirs)) is None, theirs
    huge = png[:16] + (30_000).to_bytes(4) + png[20:]
    assert shown(plotting.static_html(huge, "small", 720)) is None


def test_a_line_is_a_line_whatever_the_names(capsys):
    assignment.say("eve\x1b[2J\r\nada: 4 of 4\u202e\x9b\u2028")
    assert capsys.readouterr().out == r"eve\x1b[2J\r\nada: 4 of 4\u202e\x9b\u2028" + "\n"


# As somebody else --------------------------------------------------------------------------------

MARK = """
import shutil, sys
from pathlib import Path
from tools.grading.assignment import main

folder, name = Path(sys.argv[1], "course"), "01_rnn_basics"
main(["make", "01", "--folder", str(folder)])
for student in ("ada", "eve\\x1b[2J\\nada: 4 of 4"):
    place = folder / "submitted" / student / name
    place.mkdir(parents=True)
    shutil.copy(Path(sys.argv[1], "handed_in.ipynb"), place / f"{name}.ipynb")
sys.exit(main(["autograde", "01", "--folder", str(folder)]))
"""


def as_another_user(command, user, folder):
    """A command line that runs as a user who is not root, who can read the course and its Python.

    Where these lie below a folder that only root can enter, that user sees them there alone.
    """
    needed, closed = {ROOT, Path(sys.prefix), Path(sys.base_prefix)}, {}
    for path in needed:
        shut = [above for above in path.parents if not above.stat().st_mode & 1]
        if shut:
            closed.setdefault(shut[-1], []).append(path)
    rooms = ["--dev-bind", "/", "/"]
    for top, paths in closed.items():
        rooms += ["--tmpfs", str(top)]
        for path in sorted(paths):
            between = [above for above in path.parents if above.is_relative_to(top)][:-1]
            for above in reversed(between):
                rooms += ["--perms", "0755", "--dir", str(above)]
            rooms += ["--ro-bind", str(path), str(path)]
    become = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--inh-caps=-all"]
    return ["bwrap", "--cap-add", "ALL", *rooms, "--chdir", folder, *become, *command]


@pytest.mark.skipif(os.geteuid() != 0, reason="whoever runs this is not root already")
def test_a_user_who_is_not_root_marks_as_well():
    """As the guide recommends; and a name with a line break in it prints one line."""
    lesson = nbformat.read(ROOT / "solutions" / "01_rnn_basics.ipynb", 4)
    first, *_ = [cell for cell in lesson.cells if cell.cell_type == "code"]
    (step,) = [cell for cell in lesson.cells if "def rnn_step(" in cell.source]
    look = "import os; os.getuid(), os.listdir('/tmp')\nrnn_step = check.rnn_step(rnn_step)"
    cells = [first, step, nbformat.v4.new_code_cell(look)]
    user = 61234
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        nbformat.write(nbformat.v4.new_notebook(cells=cells), f"{folder}/handed_in.ipynb")
        os.chmod(folder, 0o755)
        os.chown(folder, user, user)
        env = {"PATH": os.environ["PATH"], "HOME": folder, "PYTHONPATH": str(ROOT)}
        command = as_another_user([sys.executable, "-c", MARK, folder], user, folder)
        done = subprocess.run(command, env=env | ENVIRONMENT, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (1, "")
        _, ada, eve, end = done.stdout.split("\n")
        assert ada == "ada: 1 of 4" and not end
        assert eve.startswith(
            r"eve\x1b[2J\nada: 4 of 4: not marked: its folder's name holds a line"
        )
        assert (Path(folder) / "course" / "gradebook.db").stat().st_uid == user
