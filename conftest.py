"""What every test runs under, the kernels that execute the lessons included.

Set here, before anything else is imported, since TensorFlow reads its variables when it is imported
and the kernels inherit them.
"""

import os

os.environ.setdefault("COURSE_STATIC", "1")  # explorers show their stored figure, no widget
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # more only get in each other's way here

import utils.keras_setup  # noqa: F401  the same TensorFlow for the tests as for the lessons
