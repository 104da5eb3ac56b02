"""What runs in the sandbox: a kernel for a submission, and the link to the grader outside.

The kernel's code reaches it as lines of JSON, and a line with the outputs goes back. The grader has
the kernel run `answers` for what the learner's function returns.
"""

import contextlib
import copy
import importlib
import io
import json
import os
import resource
import subprocess
import sys
import threading

MIME = "application/x-answers"
ROOM = 2_000_000  # characters that one cell may put out; what comes later is dropped
LONGEST = 1000  # characters of an exception's words


def main(limits):
    """Link standard input and output to a kernel that can't use more than the limits allow."""
    from jupyter_client.manager import start_new_kernel

    for name, most in json.loads(limits).items():
        resource.setrlimit(getattr(resource, name), (most, most))
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    options = ["--HistoryManager.enabled=False", "--IPKernelApp.exec_lines=del exit, quit"]
    manager, client = start_new_kernel(extra_arguments=options, **quiet)
    threading.Thread(target=end_with, args=[manager.provisioner.process], daemon=True).start()
    print("[]", flush=True)
    for line in sys.stdin:
        print(json.dumps(run(client, json.loads(line))), flush=True)


def end_with(process):
    process.wait()
    os._exit(1)


def run(client, code):
    """The outputs of `code`."""
    outputs, room = [], ROOM

    def keep(msg):
        nonlocal room
        room -= len(json.dumps(msg["content"]))
        if room > 0 and msg["msg_type"] in ("stream", "error", "display_data", "execute_result"):
            outputs.append({"output_type": msg["msg_type"]} | msg["content"])

    client.execute_interactive(code, allow_stdin=False, output_hook=keep)
    return outputs


def answers(lesson, name):
    """In the kernel: put out what the learner's function `name` is, and what it returns for the
    arguments of each probe, called twice."""
    checks, exercise = importlib.import_module("utils.checks"), importlib.import_module(lesson)
    exercise, function = getattr(exercise, name), get_ipython().user_ns.get(name)  # noqa: F821
    kind, calls = "nothing", []
    if function is exercise.reference:
        kind = "reference"  # which a check has put there
    elif callable(function):
        kind = "function" if checks.works(function) else "stub"
        calls = [[call(function, probe.args, checks) for _ in "12"] for probe in exercise.probes]
    get_ipython().display_pub.publish({MIME: json.dumps([kind, calls])})  # noqa: F821


def call(function, given, checks):
    """What came of one call, as JSON: the value or the error, and which arguments it changed."""
    args = copy.deepcopy(given)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            value = function(*args.values())
        changed = [not checks.unchanged(args[name], given[name]) for name in args]
        return json.dumps({"value": value, "changed": changed}, default=plain)
    except BaseException as error:
        return json.dumps({"error": [type(error).__name__, str(error)[:LONGEST]]})


def plain(value):
    """In JSON's terms what it has none for: an array as a list, all else as its kind."""
    if hasattr(value, "__array__"):
        array = value.__array__()
        return {"array": array.tolist()} if array.ndim else array.item()
    return {"thing": type(value).__name__}


if __name__ == "__main__":
    main(sys.argv[1])
