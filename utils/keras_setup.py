"""A quiet and repeatable TensorFlow. Import this before Keras, then say `import keras`."""

import os
import sys
from pathlib import Path
from weakref import WeakKeyDictionary

from utils.arguments import having, shown, whole_number

SETTINGS = {
    "KERAS_BACKEND": "tensorflow",
    # Not the reader's own keras.json, where another kind of float may be set.
    "KERAS_HOME": str(Path(__file__).resolve().parent / "keras_home"),
    "TF_ENABLE_ONEDNN_OPTS": "0",  # oneDNN changes the last digits from one machine to the next
    "TF_CPP_MIN_LOG_LEVEL": "2",  # no start-up messages
}

if "tensorflow" in sys.modules and any(os.environ.get(k) != v for k, v in SETTINGS.items()):
    raise RuntimeError(
        "utils.keras_setup must be imported before Keras and TensorFlow: restart the kernel "
        "(menu Kernel) and run the cells from the top"
    )
os.environ.update(SETTINGS)
for name in [name for name in os.environ if name.startswith("KERAS_") and name not in SETTINGS]:
    del os.environ[name]  # somebody's KERAS_MAX_EPOCHS would end each training early


def start_anew(model, seed):
    """Give a compiled model the state of a new one, always the same one for the same seed.

    That is weights, whatever else its layers keep (moving averages, the random numbers of
    Dropout, the states of stateful layers), metrics, and all that the optimiser knows. Weights that
    were loaded or frozen are new as well; what a layer has learnt by `adapt` stays. A second model
    would cost a second or two of tracing and some ten megabytes; this costs next to nothing.

    The learning rate is again what it was when the optimiser was started anew for the first time:
    callbacks may have changed it since. To train with another rate, set it after this.
    """
    seed = whole_number("seed", seed)
    import keras

    new_model = new_one(model, seed)
    optimizer = new_optimizer(model, new_model.trainable_variables)
    if shapes(model.optimizer) != shapes(optimizer):
        raise ValueError(
            "model must be compiled again, since other layers are trainable than when it was, got "
            f"{shown(model)}"
        )
    layers = list(model._flatten_layers())
    adapted = {id(v) for layer in layers if hasattr(layer, "adapt") for v in layer.variables}
    for old, new in ((model, new_model), (model.optimizer, optimizer)):
        for variable, value in zip(old.variables, new.variables, strict=True):
            if id(variable) not in adapted:
                variable.assign(value)
    for layer in layers:
        if not getattr(layer, "stateful", False):
            continue
        if isinstance(layer, keras.layers.RNN):  # its states are in no list of variables
            for state in keras.tree.flatten(layer.states or []):  # reset_state knows one cell only
                state.assign(keras.ops.zeros_like(state))
        elif hasattr(layer, "reset_state"):
            layer.reset_state()
    model.reset_metrics()


def new_one(model, seed):
    """A model as this one was at first."""
    having("model", model, "get_weights", "compile", "built")
    if not getattr(model, "optimizer", None):
        raise ValueError(f"model must be compiled: call its compile(...) first, got {shown(model)}")
    if not model.built:
        raise ValueError(
            "model must have its weights, or nobody knows when they are drawn: begin it with "
            f"keras.Input((timesteps, features)), got {shown(model)}"
        )
    import keras

    keras.utils.set_random_seed(seed)
    new = reason = None
    try:
        new = keras.models.clone_model(model)
    except Exception as error:  # whatever a class of your own does when it is made again
        reason = error
    if new is None or shapes(new) != shapes(model):
        raise TypeError(
            "model must be one that Keras can make a second time, Sequential or of "
            f"keras.Model(inputs, outputs), got {shown(model)}"
        ) from reason
    return new


def shapes(owner):
    return [tuple(variable.shape) for variable in owner.variables]


_first_rates = WeakKeyDictionary()  # of each optimiser: Keras writes them down nowhere


def new_optimizer(model, weights):
    """An optimiser as that of the model was at first, for `weights` that are new too."""
    used = model.optimizer
    new = type(used).from_config(used.get_config())
    if used.built:
        new.build(weights)
    rates = [variable for variable in new.variables if variable.name == "learning_rate"]
    if used not in _first_rates:
        # Callbacks that change the rate log what it was.
        logs = model.history.history if getattr(model, "history", None) else {}
        logged = logs.get("learning_rate", []) if len(rates) == 1 else []
        _first_rates[used] = logged[:1] or [float(rate.numpy()) for rate in rates]
    for rate, first in zip(rates, _first_rates[used], strict=True):
        rate.assign(first)
    return new
