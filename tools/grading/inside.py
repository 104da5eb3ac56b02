"""What runs in the sandbox: a kernel for a submission, and the link to the grader outside.

The kernel's code reaches it as lines of JSON, and a line with the outputs goes back. What the
learner's functions return comes as outputs of a kind of its own.
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
import warnings

MIME = "application/x-answers"
ROOM = 2_000_000  # characters that one cell may put out; what comes later is dropped
LONGEST = 1000  # characters of an exception's words
STATE = {}  # of the kernel: how to look at a function, and those that were looked at


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


def listen(lesson, crossing):
    """In the kernel: from here on, tell the grader of what the lesson's checks are called with.

    `crossing` are the exercises whose answers are data; of the others, it is told the verdict.
    """
    import numpy as np

    checks, exercises = importlib.import_module("utils.checks"), importlib.import_module(lesson)
    judge, works = checks.Exercise.judge, checks.works

    def heard(exercise, answer):
        verdict = judge(exercise, answer)
        if exercise is getattr(exercises, exercise.name, None):
            tell(exercise, answer, verdict)
        return verdict

    def tell(exercise, function, verdict=""):
        kind, calls = "nothing", []
        if function is exercise.reference:
            kind = "reference"  # which a check has put there
            verdict = "Not attempted yet"
        elif callable(function) and not isinstance(function, checks.Exercise):
            kind = "function" if works(function) else "stub"
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                if exercise.name in crossing:
                    given = [probe.args for probe in exercise.probes]
                    calls = [[call(function, args, checks) for _ in "12"] for args in given]
                else:
                    verdict = verdict or judge(exercise, function)
        told = json.dumps([exercise.name, kind, calls, verdict])
        get_ipython().display_pub.publish({MIME: told})  # noqa: F821

    def look(name, function):
        tell(getattr(exercises, name), function)

    checks.Exercise.judge = heard
    STATE.update(look=look, held={})


def answers(name):
    """In the kernel: tell of what stands under an exercise's name."""
    function = get_ipython().user_ns.get(name)  # noqa: F821
    STATE["held"][name] = function
    STATE["look"](name, function)


def once_more(name):
    """In the kernel: tell of what stood there, now that all the rest is defined."""
    STATE["look"](name, STATE["held"].get(name))


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
    """In JSON's terms what it has none for: arrays and slices as lists, all else as its kind."""
    if hasattr(value, "__array__"):
        array = value.__array__()
        return {"array": array.tolist()} if array.ndim else array.item()
    if isinstance(value, (slice, range)):
        return {type(value).__name__: [value.start, value.stop, value.step]}
    return {"thing": type(value).__name__}


if __name__ == "__main__":
    main(sys.argv[1])
