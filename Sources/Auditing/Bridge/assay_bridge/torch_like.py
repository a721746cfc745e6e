"""Classes with torch.optim's interface."""

import base64
import inspect
import pickle

from assay_bridge.refusal import not_applicable, usage
from assay_bridge.target import like, signature_of


class TorchLike:
    framework = "torch"
    capabilities = ["groups", "state", "missing-gradients", "maximize"]

    def __init__(self, target, given, dtype, matrices=False):
        import torch

        self.torch, self.dtype, self.matrices = torch, dtype, matrices
        if hasattr(torch, "set_num_threads"):
            torch.set_num_threads(1)
        self.target, self.given, self.name = target, given, target.__name__
        self.subjects = {}
        closure = inspect.signature(target.step).parameters.get("closure")
        if closure is not None and closure.default is inspect.Parameter.empty:
            raise not_applicable(f"{self.name} needs a closure that evaluates the loss again")
        first = next(iter(inspect.signature(target.__init__).parameters.values()), None)
        names = list(inspect.signature(target.__init__).parameters)
        signature_of(target.__init__, self.name, given, leaving_out=names[:2] if first else ())
        self.hyperparameters = dict(self._probe().defaults)

    def _probe(self):
        """An optimizer of one parameter, which has made a step: what it cannot do shows here."""
        try:
            optimizer, parameter = self._made([1, 1] if self.matrices else [1])
        except Exception as error:
            try:
                optimizer, parameter = self._made([1, 1])
            except Exception:
                raise usage(f"{self.name} refuses its arguments: {error}") from error
            # It takes matrices only, so that is what it gets.
            self.matrices = True
        parameter.grad = self.tensor([0.5], parameter.shape)
        try:
            optimizer.step()
        except Exception as error:
            if "dense" in str(error) or "sparse" in str(error):
                raise not_applicable(f"{self.name} takes sparse gradients only: {error}") from error
            if "closure" in str(error):
                raise not_applicable(f"{self.name} needs a closure: {error}") from error
        return self._made(parameter.shape)[0]

    def _made(self, shape):
        parameter = self.tensor([1.0], shape)
        parameter.requires_grad_(True)
        return self.target([parameter], **self.given), parameter

    def tensor(self, values, shape):
        tensor = self.torch.tensor(values, dtype=getattr(self.torch, self.dtype))
        return tensor if list(shape) == [len(values)] else tensor.reshape(shape)

    def open(self, groups):
        described = []
        for group in groups:
            tensors = [self.tensor(v, s) for v, s in zip(group["parameters"], group["shapes"])]
            for tensor in tensors:
                tensor.requires_grad_(True)
            described.append({"params": tensors, **self.values(group["hyperparameters"])})
        return TorchSubject(self, self.target(described, **self.given))

    def values(self, hyperparameters):
        return {key: like(value, self.hyperparameters.get(key)) for key, value in hyperparameters.items()}

    def load(self, state):
        saved = pickle.loads(base64.b64decode(state))
        groups = [
            {"parameters": [v for v, _ in group], "shapes": [s for _, s in group], "hyperparameters": {}}
            for group in saved["parameters"]
        ]
        subject = self.open(groups)
        subject.optimizer.load_state_dict(saved["state"])
        return subject


class TorchSubject:
    def __init__(self, adapter, optimizer):
        self.adapter, self.optimizer = adapter, optimizer

    def groups(self):
        return [group["params"] for group in self.optimizer.param_groups]

    def set(self, group, hyperparameters):
        self.optimizer.param_groups[group].update(self.adapter.values(hyperparameters))

    def step(self, gradients, loss):
        for parameters, own in zip(self.groups(), gradients):
            for parameter, gradient in zip(parameters, own):
                parameter.grad = None if gradient is None else self.adapter.tensor(gradient, parameter.shape)
        self.optimizer.step()

    def parameters(self):
        return [[tensor.detach().reshape(-1).tolist() for tensor in group] for group in self.groups()]

    def gradients(self):
        return [
            [None if t.grad is None else t.grad.detach().reshape(-1).tolist() for t in group]
            for group in self.groups()
        ]

    def save(self):
        parameters = [
            [(tensor.detach().reshape(-1).tolist(), list(tensor.shape)) for tensor in group]
            for group in self.groups()
        ]
        saved = {"state": self.optimizer.state_dict(), "parameters": parameters}
        return base64.b64encode(pickle.dumps(saved)).decode("ascii")
