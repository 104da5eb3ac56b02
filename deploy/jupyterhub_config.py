"""The course on The Littlest JupyterHub; README.md beside this file says where it goes."""

c = get_config()  # noqa: F821  JupyterHub provides it

# A whole class starts in the same minute. Beyond this many starts at a time the hub refuses
# (error 429), and thirty starts on few cores take longer than the half minute it would wait.
c.JupyterHub.concurrent_spawn_limit = 200
c.Spawner.start_timeout = 300
c.Spawner.http_timeout = 300

# Kernels are reached through files of their student. Through ports, which is Jupyter's way, two of
# thirty kernels that start at once may choose the same one, and the later is dead.
c.Spawner.args = ["--KernelManager.transport=ipc"]

c.Spawner.default_url = "/lab"
c.Spawner.environment = {  # as binder/start sets it
    # One thread a student: more only wait for each other, and take the others' processors.
    "OMP_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    # A quiet, repeatable TensorFlow.
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "TF_CPP_MIN_LOG_LEVEL": "2",
}
# Where those files lie. Their paths have 107 bytes at most, and Jupyter's own folder, in the home
# of a student with a long name, makes them longer. This one systemd makes, for that student alone.
c.Spawner.environment["JUPYTER_RUNTIME_DIR"] = lambda spawner: f"/run/{spawner.unit_name}"
