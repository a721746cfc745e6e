import Foundation

/// As much of torch as the bridge touches: tensors that hold lists, and optimizers with torch's interface.
private let fakeTorch = #"""
  float64 = "float64"
  class Tensor:
      def __init__(self, values, shape):
          self.values, self.shape, self.grad = list(values), tuple(shape), None
      def requires_grad_(self, flag=True): return self
      def detach(self): return self
      def reshape(self, shape): return Tensor(self.values, [len(self.values)] if shape == -1 else shape)
      def tolist(self): return list(self.values)
  def tensor(values, dtype=None, requires_grad=False): return Tensor(values, [len(values)])
  from torch import optim
  """#

private let fakeOptim = #"""
  import copy
  class Optimizer:
      def __init__(self, params, defaults):
          self.defaults, self.state = defaults, {}
          params = list(params)
          groups = params if isinstance(params[0], dict) else [{"params": params}]
          self.param_groups = [{**copy.deepcopy(defaults), **group} for group in groups]
      def zero_grad(self): pass
      def tensors(self): return [t for group in self.param_groups for t in group["params"]]
      def state_dict(self):
          index = {id(t): i for i, t in enumerate(self.tensors())}
          groups = [{k: v for k, v in g.items() if k != "params"} for g in self.param_groups]
          return {"state": {index[k]: v for k, v in self.state.items()}, "param_groups": groups}
      def load_state_dict(self, saved):
          tensors = self.tensors()
          self.state = {id(tensors[i]): v for i, v in saved["state"].items()}
          for group, own in zip(self.param_groups, saved["param_groups"]): group.update(own)
  class SGD(Optimizer):
      def __init__(self, params, lr=1e-3, momentum=0.0, maximize=False):
          if lr < 0: raise ValueError(f"Invalid learning rate: {lr}")
          super().__init__(params, {"lr": lr, "momentum": momentum, "maximize": maximize})
      def step(self, closure=None):
          print("a line that is no answer")
          for group in self.param_groups:
              for tensor in group["params"]:
                  if tensor.grad is None: continue
                  sign = -1.0 if group["maximize"] else 1.0
                  old = self.state.get(id(tensor), {"b": None})["b"]
                  g = [sign * x for x in tensor.grad.values]
                  b = g if old is None else [group["momentum"] * x + y for x, y in zip(old, g)]
                  self.state[id(tensor)] = {"b": b}
                  tensor.values = [x - group["lr"] * y for x, y in zip(tensor.values, b)]
  class LBFGS(SGD):
      def step(self, closure): pass
  class SparseAdam(SGD):
      def step(self, closure=None): raise RuntimeError("SparseAdam does not support dense gradients")
  class Muon(SGD):
      def __init__(self, params, lr=1e-3):
          params = list(params)
          tensors = [t for g in params for t in g["params"]] if isinstance(params[0], dict) else params
          if any(len(t.shape) != 2 for t in tensors): raise ValueError("Muon only supports 2D parameters")
          super().__init__(params, lr)
  """#

private let plainClasses = #"""
  class InPlace:
      def __init__(self, rate=0.01): self.rate = rate
      def step(self, params, grads):
          for p, g in zip(params, grads):
              for i in range(len(p)): p[i] -= self.rate * g[i]
  class Returning:
      def __init__(self, lr=0.01, momentum=0.9): self.lr, self.momentum, self.b = lr, momentum, None
      def step(self, params, grads):
          self.b = grads if self.b is None else [[self.momentum * x + y for x, y in zip(b, g)] for b, g in zip(self.b, grads)]
          return [[x - self.lr * y for x, y in zip(p, b)] for p, b in zip(params, self.b)]
  class Climbing(InPlace):
      def step(self, params, grads):
          super().step(params, [[-x for x in g] for g in grads])
  class NeedsRate:
      def __init__(self, rate): self.rate = rate
      def step(self, params, grads): return params
  class Idle:
      pass
  """#

/// An environment in which Python finds the classes above.
let bridgeEnvironment: [String: String] = {
  let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
  let package = folder.appending(path: "torch")
  try? FileManager.default.createDirectory(at: package, withIntermediateDirectories: true)
  for (name, text) in [
    ("torch/__init__.py", fakeTorch), ("torch/optim.py", fakeOptim), ("mine.py", plainClasses),
  ] {
    try? text.write(to: folder.appending(path: name), atomically: true, encoding: .utf8)
  }
  var environment = ProcessInfo.processInfo.environment
  environment["PYTHONPATH"] = folder.path
  environment["PYTHONDONTWRITEBYTECODE"] = "1"
  return environment
}()
