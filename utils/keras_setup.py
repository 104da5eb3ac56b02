"""A quiet and repeatable TensorFlow. Import this before Keras, then say `import keras`."""

import os
import sys

from utils.arguments import having, whole_number

SETTINGS = {
    "KERAS_BACKEND": "tensorflow",
    "TF_ENABLE_ONEDNN_OPTS": "0",  # oneDNN changes the last digits from one machine to the next
    "TF_CPP_MIN_LOG_LEVEL": "2",  # no start-up messages
}

if "tensorflow" in sys.modules and any(os.environ.get(k) != v for k, v in SETTINGS.items()):
    raise RuntimeError(
        "utils.keras_setup must be imported before Keras and TensorFlow: restart the kernel "
        "(menu Kernel) and run the cells from the top"
    )
os.environ.update(SETTINGS)


def start_anew(model, seed):
    """Give a compiled model the weights that a new one would draw with this seed.

    The optimiser forgets its moments. A second model would cost a second or two of tracing and
    some ten megabytes; this costs next to nothing.
    """
    having("model", model, "get_weights", "set_weights", "optimizer")
    whole_number("seed", seed)
    import keras

    keras.utils.set_random_seed(seed)
    model.set_weights(keras.models.clone_model(model).get_weights())
    for variable in model.optimizer.variables:
        if "learning_rate" not in variable.path:
            variable.assign(variable * 0)
