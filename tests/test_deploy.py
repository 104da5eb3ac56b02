"""What deploy/ says to a hub, and the links for students."""

import os
import re
import shutil
import subprocess
import sys
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
from tools import load_test

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
LESSONS = sorted(path.name for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))


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


def test_nobody_gets_into_the_cluster_before_its_owner_chose_how():
    assert values()["hub"]["config"]["JupyterHub"]["authenticator_class"].startswith("YOUR-")
    assert values()["singleuser"]["image"]["name"].startswith("YOUR-")


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
    made = urlparse(link.link("https://hub.example.org/", "https://host/a/b", "main", LESSONS[0]))
    assert made.netloc + made.path == "hub.example.org/hub/user-redirect/git-pull"
    asked = {name: value for name, (value,) in parse_qs(made.query).items()}
    opened = f"lab/tree/course/notebooks/{LESSONS[0]}"
    assert asked.pop("urlpath") == opened
    assert asked == {"repo": "https://host/a/b", "branch": "main", "targetpath": "course"}


@pytest.mark.skipif(not shutil.which("git"), reason="no git here")
def test_the_command_reads_the_checkout(tmp_path):
    for name in ("deploy", "notebooks"):
        shutil.copytree(ROOT / name, tmp_path / name)

    def say(*arguments):
        command = [sys.executable, "deploy/link.py", "https://hub.example.org", *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)

    subprocess.run(["git", "init", "-q", "-b", "class"], cwd=tmp_path, check=True)
    assert "got none" in say().stderr
    origin = ["git", "remote", "add", "origin", "git@host.example.org:me/course.git"]
    subprocess.run(origin, cwd=tmp_path, check=True)
    assert len(say().stdout.split()) == len(LESSONS)
    (line,) = say("--lesson", "02").stdout.split()
    assert "branch=class" in line and "02_" in line and "host.example.org%2Fme%2Fcourse" in line
    assert "no lesson 77" in say("--lesson", "77").stderr


# The rest ----------------------------------------------------------------------------------------


def test_the_readme_names_what_there_is():
    text = (DEPLOY / "README.md").read_text(encoding="utf-8")
    linked = re.findall(r"\]\((?!https?:)([^)]+)\)", text)
    named = re.findall(r"(?:deploy|tools)/\w+\.\w+|\w+\.txt", text)
    assert all((DEPLOY / name).exists() for name in linked), linked
    assert named and all((ROOT / name).exists() for name in named), named


def test_the_load_test_prints_a_table():
    students = [load_test.Student("http://127.0.0.1:1", f"s{k}", LESSONS[0]) for k in range(3)]
    for number, student in enumerate(students):
        student.ready, student.kernel, student.cells = 2.0 + number, 1.0, [0.1, 0.2, 9.0]
    students[0].errors = ["cell 3: NameError"]
    line = load_test.row("3 students", students, "130 + 170")
    assert line.startswith("| 3 students | 3.0, 4.0 | 1.0, 1.0 | 0.20, ")
    assert line.endswith(" | 9, 9 | 130 + 170 | 1 |")
