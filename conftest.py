"""What every test runs under, the kernels that execute the lessons included.

Set here, before anything else is imported, since TensorFlow reads its variables when it is imported
and the kernels inherit them.
"""

import os

os.environ.setdefault("COURSE_STATIC", "1")  # explorers show their stored figure, no widget
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # more only get in each other's way here
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # oneDNN changes the last digits
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # no start-up messages in the outputs
