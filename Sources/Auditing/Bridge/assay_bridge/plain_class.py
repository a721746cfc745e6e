"""Plain classes with `step(params, grads)`."""

import base64
import inspect
import pickle
import sys

from assay_bridge.refusal import usage
from assay_bridge.target import like, signature_of


class PlainClass:
    def __init__(self, target, given, dtype):
        if dtype != "float64":
            raise usage("plain classes compute in float64")
        self.dtype = dtype
        self.target, self.given, self.name = target, given, target.__name__
        self.subjects = {}
        own = list(inspect.signature(target.__init__).parameters)[:1]
        self.hyperparameters = (
            signature_of(target.__init__, self.name, given, leaving_out=own)
            if target.__init__ is not object.__init__
            else {}
        )
        try:
            probe = target(**given)
        except Exception as error:
            raise usage(f"{self.name} refuses its arguments: {error}") from error
        self.takes_loss = "loss" in inspect.signature(probe.step).parameters
        self.capabilities = ["groups", "state"] + (["loss"] if self.takes_loss else [])
        module = sys.modules.get(target.__module__)
        uses_numpy = any(getattr(value, "__name__", None) == "numpy" for value in vars(module).values())
        self.framework = "plain-numpy" if uses_numpy else "plain"
        self.numpy = sys.modules.get("numpy") if uses_numpy else None

    def vector(self, values):
        return list(values) if self.numpy is None else self.numpy.array(values, dtype="float64")

    def open(self, groups):
        return PlainSubject(
            self,
            [self.target(**{**self.given, **self.values(group["hyperparameters"])}) for group in groups],
            [[self.vector(tensor) for tensor in group["parameters"]] for group in groups],
        )

    def values(self, hyperparameters):
        return {key: like(value, self.hyperparameters.get(key)) for key, value in hyperparameters.items()}

    def load(self, state):
        optimizers, parameters = pickle.loads(base64.b64decode(state))
        return PlainSubject(self, optimizers, parameters)


class PlainSubject:
    """One optimizer for each group."""

    def __init__(self, adapter, optimizers, tensors):
        self.adapter, self.optimizers, self.tensors = adapter, optimizers, tensors
        self.left = []

    def set(self, group, hyperparameters):
        for key, value in self.adapter.values(hyperparameters).items():
            if not hasattr(self.optimizers[group], key):
                raise AttributeError(f"{self.adapter.name} has no attribute {key} to set")
            setattr(self.optimizers[group], key, value)

    def step(self, gradients, loss):
        self.left = []
        for index, own in enumerate(gradients):
            if any(gradient is None for gradient in own):
                raise ValueError("a plain class takes a gradient for every tensor")
            given = [self.adapter.vector(gradient) for gradient in own]
            arguments = {"loss": loss} if self.adapter.takes_loss else {}
            result = self.optimizers[index].step(self.tensors[index], given, **arguments)
            if result is not None:
                self.tensors[index] = list(result)
            self.left.append(given)

    def parameters(self):
        return [[[float(x) for x in tensor] for tensor in group] for group in self.tensors]

    def gradients(self):
        return [[[float(x) for x in tensor] for tensor in group] for group in self.left]

    def save(self):
        return base64.b64encode(pickle.dumps((self.optimizers, self.tensors))).decode("ascii")
