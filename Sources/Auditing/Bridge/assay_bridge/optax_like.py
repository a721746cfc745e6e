"""Functions that return an optax gradient transformation."""

import base64
import inspect
import os
import pickle

from assay_bridge.refusal import missing, not_applicable, usage
from assay_bridge.target import like, signature_of

# The names that were asked for and given back to jax, as statements.
given_back = []
hooks = []

# Releases of optax use the names of the jax of their day.
OLD_NAMES = {
    "jax.core": {"Shape": "tuple"},
    "jax.numpy": {"DeviceArray": "jax.Array"},
    "jax.random": {"KeyArray": "jax.Array"},
    "jax": {
        "tree_map": "jax.tree_util.tree_map",
        "tree_multimap": "jax.tree_util.tree_map",
        "tree_leaves": "jax.tree_util.tree_leaves",
        "tree_flatten": "jax.tree_util.tree_flatten",
        "tree_unflatten": "jax.tree_util.tree_unflatten",
        "tree_structure": "jax.tree_util.tree_structure",
    },
    "jax.tree_util": {"tree_multimap": "jax.tree_util.tree_map"},
}


def give_back(jax, path, names):
    """Lets a module of jax answer to the names that it has no more; the module's own answer comes first."""
    module = eval(path, {"jax": jax})
    own = getattr(module, "__getattr__", None)

    def answer(name):
        if own is not None:
            try:
                return own(name)
            except AttributeError:
                pass
        if name not in names:
            raise AttributeError(f"module '{path}' has no attribute '{name}'")
        given_back.append(f"{path}.{name} = {names[name]}")
        exec(given_back[-1], {"jax": jax})
        return module.__dict__[name]

    module.__getattr__ = answer
    return answer


def prepare():
    """Double precision on the processor, which has to be chosen before the first array."""
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    os.environ["JAX_ENABLE_X64"] = "1"
    try:
        import jax
    except ModuleNotFoundError as error:
        raise missing("jax") from error
    jax.config.update("jax_enable_x64", True)
    for path, names in OLD_NAMES.items():
        if getattr(eval(path, {"jax": jax}), "__getattr__", None) not in hooks:
            hooks.append(give_back(jax, path, names))


class OptaxLike:
    framework = "optax"

    def __init__(self, target, given, dtype, matrices=False):
        self.dtype, self.matrices = dtype, matrices
        self.target, self.given = target, given
        self.name = getattr(target, "__name__", type(target).__name__)
        self.subjects = {}
        self.hyperparameters = signature_of(target, self.name, given)
        try:
            probe = target(**given)
        except Exception as error:
            raise usage(f"{self.name} refuses its arguments: {error}") from error
        if not (hasattr(probe, "init") and hasattr(probe, "update")):
            raise usage(f"{self.name} is neither an optimizer class nor makes a gradient transformation")
        prepare()
        self.preparation = given_back
        import jax
        import numpy
        import optax

        self.jax, self.numpy, self.optax = jax, numpy, optax
        update = inspect.signature(probe.update).parameters
        self.takes_loss = "value" in update
        self.capabilities = ["groups", "state"] + (["loss"] if self.takes_loss else [])
        # Numbers become part of the state, so that a compiled step serves all their values.
        self.injected = {
            key
            for key, value in self.hyperparameters.items()
            if isinstance(value, (int, float)) and not isinstance(value, bool)
        }
        self.update = None
        self.choose_update()

    def choose_update(self):
        """A compiled step with the numbers as state; where that fails, a plain step of fixed numbers."""
        try:
            static = [key for key in self.hyperparameters if key not in self.injected]
            settings = {"static_args": static, "hyperparam_dtype": self.jax.numpy.float64}
            takes = inspect.signature(self.optax.inject_hyperparams).parameters
            self.inject = self.optax.inject_hyperparams(
                self.target, **{key: value for key, value in settings.items() if key in takes}
            )
            self.transformation = self.inject(**self.hyperparameters)
            self.update = self.jax.jit(self.stepped)
            self.step_once()
        except Exception:
            self.injected, self.inject = set(), None
            self.transformation = self.target(**self.given)
            self.update = self.jax.jit(self.stepped)
            try:
                self.step_once()
            except Exception:
                self.update = self.stepped
                self.probe()

    def step_once(self):
        """A step of two tensors."""
        self.open([{"parameters": [[1.0], [1.0, 2.0]], "hyperparameters": {}}]).step([[[0.5], [0.5, -1.0]]], 0.5)

    def probe(self):
        """A step, which shows what the transformation needs beyond gradients."""
        try:
            self.step_once()
        except TypeError as error:
            text = str(error)
            if "value_fn" in text or "hessian" in text or "'grad'" in text or "obj_fn" in text:
                raise not_applicable(f"{self.name} needs more than gradients: {error}") from error
            if "'value'" in text and not self.takes_loss:
                self.takes_loss = True
                self.capabilities.append("loss")
                self.choose_update()
        except Exception as error:
            raise not_applicable(f"{self.name} makes no step on vectors: {error}") from error

    def stepped(self, tensors, gradients, state, loss):
        extra = {"value": loss} if self.takes_loss else {}
        updates, state = self.transformation.update(gradients, state, tensors, **extra)
        return self.optax.apply_updates(tensors, updates), state

    def numbers(self, tensor):
        return self.numpy.asarray(tensor.astype("float64")).reshape(-1).tolist()

    def array(self, values, shape=None):
        array = self.jax.numpy.asarray(values, dtype=self.dtype)
        return array if shape is None else array.reshape(shape)

    def shapes(self, group):
        plain = (lambda count: [1, count]) if self.matrices else (lambda count: [count])
        return group.get("shapes") or [plain(len(tensor)) for tensor in group["parameters"]]

    def open(self, groups):
        subject = OptaxSubject(
            self,
            [
                [self.array(tensor, shape) for tensor, shape in zip(group["parameters"], self.shapes(group))]
                for group in groups
            ],
        )
        for tensors, group in zip(subject.tensors, groups):
            subject.states.append(self.made(group["hyperparameters"]).init(tensors))
        return subject

    def made(self, hyperparameters):
        """The transformation with a group's values, on which its first state may depend."""
        if not hyperparameters:
            return self.transformation
        values = {
            key: like(value, self.hyperparameters.get(key)) for key, value in hyperparameters.items()
        }
        for key in values:
            if key not in self.injected:
                raise ValueError(f"{self.name}: {key} is the same for all groups")
        return self.inject(**{**self.hyperparameters, **values})

    def load(self, state):
        tensors, states = pickle.loads(base64.b64decode(state))
        subject = OptaxSubject(self, [[self.array(tensor) for tensor in group] for group in tensors])
        subject.states = self.jax.tree_util.tree_map(self.jax.numpy.asarray, states)
        return subject


class OptaxSubject:
    """The state of the transformation for each group."""

    def __init__(self, adapter, tensors):
        self.adapter, self.tensors, self.states = adapter, tensors, []
        self.left = []

    def set(self, group, hyperparameters):
        for key, value in hyperparameters.items():
            if key not in self.adapter.injected:
                raise ValueError(f"{self.adapter.name}: {key} cannot be changed after the start")
            number = like(value, float(self.adapter.hyperparameters[key]))
            own = dict(self.states[group].hyperparams)
            own[key] = self.adapter.jax.numpy.asarray(number, dtype="float64")
            self.states[group] = self.states[group]._replace(hyperparams=own)

    def step(self, gradients, loss):
        self.left = []
        for index, own in enumerate(gradients):
            if any(gradient is None for gradient in own):
                raise ValueError("a gradient transformation takes a gradient for every tensor")
            given = [self.adapter.array(g, t.shape) for g, t in zip(own, self.tensors[index])]
            value = self.adapter.array(0.0 if loss is None else loss)
            self.tensors[index], self.states[index] = self.adapter.update(
                self.tensors[index], given, self.states[index], value
            )
            self.left.append(given)

    def parameters(self):
        return [[self.adapter.numbers(t) for t in group] for group in self.tensors]

    def gradients(self):
        return [[self.adapter.numbers(t) for t in group] for group in self.left]

    def save(self):
        saved = self.adapter.jax.device_get((self.tensors, self.states))
        return base64.b64encode(pickle.dumps(saved)).decode("ascii")
