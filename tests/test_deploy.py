"""What deploy/ says to a hub, and the links for students."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, urlparse
from uuid import uuid4

import pytest
import yaml
from jupyter_server.serverapp import ServerApp
from jupyter_server.services.kernels.kernelmanager import ServerKernelManager
from traitlets.config import Config

from deploy import link
from tools import load_test, public

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
# The versions that README.md names, and the settings that were looked up in them: the chart's in
# its values.schema.yaml, the hub's in its tljh/configurer.py. For other versions look them up anew.
CHART, LITTLEST = "4.4.0", "2.0.0"
SETTINGS = {
    "auth.type",
    "https.enabled",
    "https.letsencrypt.domains",
    "https.letsencrypt.email",
    "https.tls.cert",
    "https.tls.key",
    "limits.cpu",
    "limits.memory",
    "services.cull.timeout",
    "users.allowed",
}
KEYS = {
    "cull.enabled",
    "cull.every",
    "cull.timeout",
    "hub.concurrentSpawnLimit",
    "hub.config",  # classes of JupyterHub's, and their traits
    "proxy.https.enabled",
    "proxy.https.hosts",
    "proxy.https.letsencrypt.contactEmail",
    "singleuser.cpu.guarantee",
    "singleuser.cpu.limit",
    "singleuser.defaultUrl",
    "singleuser.extraEnv",  # names of one's own
    "singleuser.image.name",
    "singleuser.image.tag",
    "singleuser.lifecycleHooks",  # as Kubernetes has them
    "singleuser.memory.guarantee",
    "singleuser.memory.limit",
    "singleuser.startTimeout",
    "singleuser.storage.capacity",
}
LESSONS = [path.name for path in public.notebooks(ROOT)]


def littlest():
    """The configuration that The Littlest JupyterHub reads."""
    c = Config()
    path = DEPLOY / "jupyterhub_config.py"
    exec(compile(path.read_text(encoding="utf-8"), path, "exec"), {"get_config": lambda: c})
    return c


def values():
    return yaml.safe_load((DEPLOY / "values.yaml").read_text(encoding="utf-8"))


def test_every_place_sets_the_same_variables():
    start = (ROOT / "binder" / "start").read_text(encoding="utf-8")
    exported = " ".join(re.findall(r"^export (.*)", start, re.MULTILINE))
    binder = dict(pair.split("=") for pair in exported.split())
    hub = littlest().Spawner.environment
    del hub["JUPYTER_RUNTIME_DIR"]  # where students share a machine
    assert hub == binder == values()["singleuser"]["extraEnv"]
    assert all(isinstance(value, str) for value in binder.values())


def test_a_whole_class_may_start_at_once():
    c = littlest()
    assert c.JupyterHub.concurrent_spawn_limit == values()["hub"]["concurrentSpawnLimit"] >= 100
    assert min(c.Spawner.start_timeout, c.Spawner.http_timeout) >= 120


def test_kernels_that_start_at_once_have_no_ports_to_quarrel_about():
    app = ServerApp()
    app.parse_command_line(littlest().Spawner.args)
    assert ServerKernelManager(config=app.config).transport == "ipc"


def test_a_long_name_leaves_room_for_the_files_that_reach_a_kernel():
    unit = "jupyter-maria.gonzalez-lopez@students.example.edu"
    folder = littlest().Spawner.environment["JUPYTER_RUNTIME_DIR"](SimpleNamespace(unit_name=unit))
    assert unit in folder and len(f"{folder}/kernel-{uuid4()}-ipc-5") <= 107


def readme():
    return (DEPLOY / "README.md").read_text(encoding="utf-8")


def keys(tree, path=""):
    """The settings of a file of values, down to where the chart leaves the names to others."""
    if path in KEYS or not isinstance(tree, dict):
        return {path}
    return set().union(*(keys(tree[key], f"{path}.{key}".lstrip(".")) for key in tree))


def test_the_chart_has_the_settings_that_are_given_to_it():
    assert keys(values()) == KEYS
    assert set(re.findall(r"helm.* --version (\S+)", readme())) == {CHART}


def test_the_littlest_jupyterhub_has_the_settings_that_are_given_to_it():
    named = re.findall(r"tljh-config (?:set|add-item) (\S+)", readme())
    named += re.findall(r"`((?:auth|https|limits|services|users)\.\S+)`", readme())
    assert set(named) == SETTINGS
    assert re.findall(r"`--version (\S+)`", readme()) == [LITTLEST]


def test_nobody_gets_into_the_cluster_before_its_owner_chose_how():
    """Who signs in, over what, and what each may store."""
    hub, proxy = values()["hub"]["config"], values()["proxy"]
    assert hub["JupyterHub"]["authenticator_class"].startswith("YOUR-")
    assert set(hub["Authenticator"]) == {"admin_users", "allowed_users"}  # and no allow_all
    names = sum(hub["Authenticator"].values(), proxy["https"]["hosts"])
    assert names and all(name.startswith("YOUR-") for name in names)
    assert proxy["https"]["enabled"] is True
    assert values()["singleuser"]["image"]["name"].startswith("YOUR-")
    assert re.fullmatch(r"[1-9]\d*[MGT]i", values()["singleuser"]["storage"]["capacity"])


def test_a_teacher_reads_of_certificates_names_and_quotas_where_it_matters():
    one, _, rest = readme().partition("## Links for the students")
    cluster = rest.partition("## More students")[2].partition("## Measuring")[0]
    before = one.partition("### Before anybody signs in")[2]
    assert before and "YOUR-NAME:YOUR-PASSWORD" in one
    for part in (before, cluster):
        assert "TLS" in part and "certificate" in part and "sign in" in part
    assert "quota" in before and "xfs_quota" in before and "Never use `dummy`" in before
    text = (DEPLOY / "values.yaml").read_text(encoding="utf-8")
    for key, word in (("authenticator_class:", "`dummy`"), ("allowed_users:", "`allow_all: true`")):
        assert word in text.partition(key)[0].rpartition(":\n")[2]
    assert "TLS" in text.partition("  https:\n")[0].rpartition("proxy:\n")[2]
    assert "quota" in text.partition("  storage:\n")[0].rpartition("limit:")[2]


@pytest.mark.skipif(os.name != "posix", reason="what runs in the student's container")
def test_a_start_on_the_cluster_brings_what_is_missing_and_keeps_what_is_there(tmp_path):
    image, home = tmp_path / "image", tmp_path / "home"
    written = {"notebooks/01.ipynb": "1", "notebooks/02.ipynb": "2", "utils/a.py": "new"}
    for name, text in written.items():
        (image / name).parent.mkdir(parents=True, exist_ok=True)
        (image / name).write_text(text)
    *shell, script = values()["singleuser"]["lifecycleHooks"]["postStart"]["exec"]["command"]
    command = [*shell, script.replace("/srv/course", str(image))]
    for changed in ("notebooks/01.ipynb", "utils/a.py"):
        subprocess.run(command, env=os.environ | {"HOME": str(home)}, check=True)
        (home / "course" / changed).write_text("mine")
    (home / "course" / "notebooks" / "02.ipynb").unlink()
    subprocess.run(command, env=os.environ | {"HOME": str(home)}, check=True)
    found = {name: (home / "course" / name).read_text() for name in written}
    assert found == written | {"notebooks/01.ipynb": "mine"}


# Links -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "cloned"),
    [
        ("https://git.example.org/me/course.git", "https://git.example.org/me/course"),
        ("https://name:token@git.example.org/me/course/", "https://git.example.org/me/course"),
        ("https://git.example.org:8443/a/b/course", "https://git.example.org:8443/a/b/course"),
        ("git@git.example.org:me/my.course.git", "https://git.example.org/me/my.course"),
        ("ssh://git@git.example.org:2222/me/course.git", "https://git.example.org/me/course"),
    ],
)
def test_any_git_host_and_never_a_password(address, cloned):
    assert link.repository(address) == cloned


@pytest.mark.parametrize("address", ["", "/home/me/course", "file:///srv/course", "https://host"])
def test_what_a_hub_cannot_clone_is_refused(address):
    with pytest.raises(ValueError, match="origin must be a repository on a git host, got"):
        link.repository(address)


def test_a_link_pulls_the_course_and_opens_the_lesson():
    hub = link.hub_address("https://hub.example.org/")
    made = urlparse(link.link(hub, "https://host/a/b", "main", LESSONS[0]))
    assert made.netloc + made.path == "hub.example.org/hub/user-redirect/git-pull"
    asked = {name: value for name, (value,) in parse_qs(made.query).items()}
    opened = f"lab/tree/course/notebooks/{LESSONS[0]}"
    assert asked.pop("urlpath") == opened
    assert asked == {"repo": "https://host/a/b", "branch": "main", "targetpath": "course"}


@pytest.mark.parametrize("text", ["hub.example.org", "", "https://", "ftp://hub", "https://a b"])
def test_an_address_that_no_browser_opens_is_refused(text):
    with pytest.raises(ValueError, match="hub must be the address that students type, such as"):
        link.hub_address(text)


@pytest.mark.parametrize("more", ["", "/", "/hub", "/hub/home", "/hub/spawn/"])
def test_a_hub_may_be_named_by_any_of_its_pages(more):
    assert link.hub_address(f"https://host:8000/courses{more}") == "https://host:8000/courses"


@pytest.mark.skipif(not shutil.which("git"), reason="no git here")
def test_the_command_reads_the_checkout(tmp_path):
    for name in ("deploy", "notebooks", "tools"):
        shutil.copytree(ROOT / name, tmp_path / name)
    table = (ROOT / "lessons.toml").read_text("utf-8")
    (tmp_path / "lessons.toml").write_text(table, "utf-8")

    def say(*arguments):
        command = [sys.executable, "deploy/link.py", "https://hub.example.org", *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)

    subprocess.run(["git", "init", "-q", "-b", "class"], cwd=tmp_path, check=True)
    assert "got none. Set it: git remote add origin" in say().stderr
    origin = ["git", "remote", "add", "origin", "git@host.example.org:me/course.git"]
    subprocess.run(origin, cwd=tmp_path, check=True)
    printed = say().stdout.splitlines()
    assert sum(line.startswith("https://") for line in printed) == len(LESSONS)
    assert sum("·" in line for line in printed) == len(LESSONS) - 1  # lesson 0 is "Start here"
    assert say("--lesson", "2").stdout == say("--lesson", "02").stdout
    name, line, _ = say("--lesson", "2").stdout.split("\n", 2)
    assert name.startswith("2 · ")
    assert "branch=class" in line and "02_" in line and "host.example.org%2Fme%2Fcourse" in line
    assert "no lesson 77" in say("--lesson", "77").stderr
    subprocess.run(["git", "remote", "set-url", "origin", "/srv/course"], cwd=tmp_path, check=True)
    assert "got /srv/course. Set it: git remote set-url origin" in say().stderr
    drafted = table.replace('file = "02_', 'draft = true\nfile = "02_')
    (tmp_path / "lessons.toml").write_text(drafted, "utf-8")
    assert "02_" not in say().stdout and "no lesson 2; there are 00" in say("--lesson", "2").stderr
    shutil.rmtree(tmp_path / "notebooks")
    assert "there are none in" in say().stderr


# The commands of README.md -----------------------------------------------------------------------

RECORD = """#!/bin/sh
echo "$(basename "$0") $*" >> "$RECORD"
ls >> "$RECORD"
"""


def blocks():
    """The shell commands of each block, in order."""
    parts = re.findall(r"(?:^(?: {4}| {6})\S.*\n)+", readme(), re.MULTILINE)
    return [re.sub(r"(?m)^ +", "", part) for part in parts]


def git(folder, *command):
    identity = ["-c", "user.name=someone", "-c", "user.email=someone@example.org"]
    done = subprocess.run(
        ["git", *identity, *command], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Runs a block as on a teacher's machine, where what isn't here is only written down."""
    if os.name != "posix" or not shutil.which("git"):
        pytest.skip("no shell or no git here")
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("sudo", "repo2docker", "docker", "helm", "npm"):
        (programs / name).write_text(RECORD)
        (programs / name).chmod(0o755)
    (programs / "python").symlink_to(sys.executable)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setenv("RECORD", str(tmp_path / "record"))
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "someone")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "someone@example.org")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    course, hub = tmp_path / "made", tmp_path / "hub.git"
    unwanted = shutil.ignore_patterns("__pycache__")
    for name in ("deploy", "notebooks", "solutions"):
        shutil.copytree(ROOT / name, course / name, ignore=unwanted)
    (course / "tools").mkdir()
    for name in (".gitattributes", "lessons.toml", "tools/public.py"):
        shutil.copy(ROOT / name, course / name)
    git(course, "init", "-q", "-b", "main")
    git(course, "add", "-A")
    git(course, "commit", "-qm", "The course")
    git(tmp_path, "clone", "-q", "--bare", str(course), str(hub))

    def run(block, folder="course"):
        block = block.replace("YOUR-REPOSITORY", str(hub))
        block = block.replace("YOUR-HUB", "hub.example.org")
        done = subprocess.run(
            ["sh", "-ec", block], cwd=tmp_path / folder, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    run.hub, run.record = hub, tmp_path / "record"
    return run


def test_each_command_of_the_readme_runs(machine, tmp_path):
    littlest_hub, sign_in, quota, links, class_branch, image, image_of_class, measuring = blocks()
    machine(littlest_hub, ".")
    course = tmp_path / "course"
    done = machine.record.read_text()
    assert (course / "deploy" / "jupyterhub_config.py").exists()
    for word in re.findall(r"deploy/\S+|constraints.txt", littlest_hub):
        assert (ROOT / word).exists()
    assert done.count("tljh-config") == 4
    machine.record.unlink()
    machine(sign_in + quota)
    done = machine.record.read_text()
    assert done.index("https.enabled true") < done.index("users.allowed")
    assert done.index("reload proxy") > done.index("letsencrypt.domains") and "bhard=1g" in done
    git(course, "remote", "set-url", "--push", "origin", str(machine.hub))
    git(course, "remote", "set-url", "origin", "https://git.example.org/me/course.git")
    assert machine(links).count("https://hub.example.org/") == len(LESSONS)

    assert machine(class_branch).count("branch=class") == len(LESSONS)
    assert git(course, "branch", "--show-current") == "main"
    assert (course / "solutions").exists()
    assert "solutions" not in git(machine.hub, "ls-tree", "--name-only", "class").split()

    machine.record.unlink()
    machine(image.replace("deploy/values.yaml", str(DEPLOY / "values.yaml")))
    assert "\nsolutions\n" in machine.record.read_text()
    machine.record.unlink()
    machine(image_of_class)
    text = machine.record.read_text()
    assert "repo2docker" in text and "\nnotebooks\n" in text and "\nsolutions\n" not in text
    assert git(course, "branch", "--show-current") == "main" and (course / "solutions").exists()

    source = (ROOT / "tools" / "load_test.py").read_text(encoding="utf-8")
    for needed in re.findall(r"(?:pip|npm) install \S+", measuring):
        assert needed in source
    assert "jupyterhub==" in measuring and "tools/load_test.py" in measuring


def test_the_branch_for_students_is_renewed_as_often_as_the_course_changes(machine, tmp_path):
    """A student's copy follows without a conflict, and what the student changed stays."""
    machine("git clone -q YOUR-REPOSITORY course", ".")
    course, student = tmp_path / "course", tmp_path / "student"
    renew = "python deploy/branch.py class; git push -q origin class"
    machine(renew)
    git(tmp_path, "clone", "-q", "-b", "class", str(machine.hub), "student")
    theirs = student / "notebooks" / LESSONS[1]
    theirs.write_text("what a student wrote")
    table = course / "lessons.toml"
    table.write_text(table.read_text().replace('file = "04_', 'draft = true\nfile = "04_'))
    for change in ("one", "two"):
        for folder in ("notebooks", "solutions"):
            for name in LESSONS[1:3]:
                path = course / folder / name
                path.write_text(path.read_text("utf-8").replace("# ", f"# {change} ", 3), "utf-8")
        git(course, "commit", "-qam", change)
        (course / "solutions" / "draft.txt").write_text("not committed")
        assert "class is renewed" in machine(renew)
        assert "has all of it already" in machine(renew)
        assert (course / "solutions" / "draft.txt").exists()
        git(student, "fetch", "-q")
        git(student, "commit", "-qam", "as nbgitpuller does", "--allow-empty")
        git(student, "merge", "-q", "-Xours", "origin/class")
        assert theirs.read_text() == "what a student wrote"
        assert f"# {change} " in (student / "notebooks" / LESSONS[2]).read_text("utf-8")
        assert not (student / "solutions").exists()
        assert not [*student.glob("notebooks/04_*")] and [*course.glob("notebooks/04_*")]
    assert "solutions" not in git(machine.hub, "log", "--name-only", "--format=", "class")


@pytest.mark.parametrize(
    ("before", "branch", "words"),
    [
        ("true", "main", "main is checked out"),
        ("git switch -qc other", "main", "main has solutions/: name another branch"),
        ("git rm -rq solutions; git commit -qm none", "class", "has no solutions/"),
        ("true", "a b", "check-ref-format"),
    ],
)
def test_what_no_branch_can_be_made_of_is_told(machine, tmp_path, before, branch, words):
    machine("git clone -q YOUR-REPOSITORY course", ".")
    machine(before)
    done = subprocess.run(
        [sys.executable, "deploy/branch.py", branch],
        cwd=tmp_path / "course",
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1 and words in done.stderr and "Traceback" not in done.stderr


# The rest ----------------------------------------------------------------------------------------


def test_the_readme_names_what_there_is():
    text = readme()
    linked = re.findall(r"\]\((?!https?:|#)([^)]+)\)", text)
    named = re.findall(r"(?:deploy|tools)/\w+\.\w+|\w+\.txt", text)
    assert all((DEPLOY / name).exists() for name in linked), linked
    assert named and all((ROOT / name).exists() for name in named), named


class Dead:
    """A process that has ended."""

    def poll(self):
        return 1


def test_a_hub_that_dies_at_its_start_is_told_at_once():
    begin = time.monotonic()
    with pytest.raises(load_test.HubEnded, match="the hub ended as it started"):
        asyncio.run(load_test.answers("http://127.0.0.1:1", Dead()))
    assert time.monotonic() - begin < 10


@pytest.mark.skipif(os.name != "posix", reason="a program is put in the place of the hub's")
def test_the_load_test_says_what_it_lacks_and_shows_why_its_hub_died(tmp_path):
    def run(*arguments, **variables):
        command = [sys.executable, "tools/load_test.py", "--students", "1", *arguments]
        env = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"} | variables
        return subprocess.run(
            command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120
        )

    if load_test.missing():
        done = run()
        assert done.returncode and "the load test needs" in done.stderr
        assert "Traceback" not in done.stderr
    proxy, module = tmp_path / "configurable-http-proxy", tmp_path / "jupyterhub.py"
    proxy.write_text("#!/bin/sh\n")
    proxy.chmod(0o755)
    module.write_text("import sys; sys.exit('no such option: rainbow')\n")
    done = run("--lesson", "1", PYTHONPATH=str(tmp_path))
    assert done.returncode and "no such option: rainbow" in done.stderr
    assert "the hub ended as it started" in done.stderr and "Traceback" not in done.stderr
    assert "no lesson 77; there are 00, 01" in run("--lesson", "77").stderr


def test_the_load_test_prints_a_table():
    students = [load_test.Student("http://127.0.0.1:1", f"s{k}", LESSONS[0]) for k in range(3)]
    for number, student in enumerate(students):
        student.ready, student.kernel, student.cells = 2.0 + number, 1.0, [0.1, 0.2, 9.0]
    students[0].errors = ["cell 3: NameError"]
    line = load_test.row("3 students", students, "130 + 170")
    assert line.startswith("| 3 students | 3.0, 4.0 | 1.0, 1.0 | 0.20, ")
    assert line.endswith(" | 9, 9 | 130 + 170 | 1 |")
