"""The wire protocol, version 1: an object a line in, an object a line out."""

import json
import math
import os
import sys

from assay_bridge.refusal import Refusal, usage
from assay_bridge.target import arguments, plain, resolve


def main(words):
    # What the audited code prints goes to standard error: standard output is the audit's.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)
    adapter, refusal = None, None
    try:
        adapter = adapter_for(words)
    except Refusal as found:
        refusal = found
    for line in sys.stdin.buffer:
        request = json.loads(line)
        try:
            if refusal:
                answer = {"error": refusal.message, "reason": refusal.reason, "install": refusal.install}
            else:
                answer = perform(adapter, request)
        except Exception as error:  # whatever the audited code throws is an answer in good order
            answer = {"error": f"{type(error).__name__}: {error}"}
        if "id" in request:
            answer["id"] = request["id"]
        answers.write(json.dumps(answer, allow_nan=False) + "\n")
        answers.flush()
    return 0


def adapter_for(words):
    """The adapter that fits the target, ready to open subjects."""
    if not words or words[0] in ("-h", "--help"):
        raise usage("name what to audit: python3 -m assay_bridge torch.optim.Adam lr=1e-3")
    dtype, matrices = "float64", False
    while words and words[0].startswith("--"):
        if words[0] == "--matrices":
            matrices, words = True, words[1:]
        elif words[0] == "--dtype":
            dtype, words = (words + ["", ""])[1], words[2:]
            if dtype not in ("float64", "float32", "bfloat16", "float16"):
                raise usage("--dtype takes float64, float32, bfloat16 or float16, and what to audit after it")
        else:
            raise usage(f"there is no option `{words[0]}`: --dtype and --matrices are those that there are")
    if not words:
        raise usage("name what to audit after the options")
    path, given = words[0], arguments(words[1:])
    adapter = adapter_of(path, given, dtype, matrices)
    adapter.path = path
    return adapter


def adapter_of(path, given, dtype, matrices):
    if path.startswith("optax"):
        from assay_bridge import optax_like

        optax_like.prepare()
    target = resolve(path)
    if isinstance(target, type) and all(hasattr(target, name) for name in ("load_state_dict", "zero_grad", "step")):
        from assay_bridge.torch_like import TorchLike

        return TorchLike(target, given, dtype, matrices)
    if isinstance(target, type) and hasattr(target, "step"):
        from assay_bridge.plain_class import PlainClass

        if matrices:
            raise usage("a plain class takes vectors: --matrices goes with torch and optax")
        return PlainClass(target, given, dtype)
    from assay_bridge.optax_like import OptaxLike

    if not hasattr(target, "__name__"):
        # One with arguments filled in is called as it was named.
        target.__name__ = path.replace(":", ".").rpartition(".")[2]
    return OptaxLike(target, given, dtype, matrices)


def perform(adapter, request):
    operation, number = request["op"], request.get("id")
    if operation == "hello":
        hyperparameters = {key: shown(value) for key, value in adapter.hyperparameters.items() if plain(value)}
        return {
            "name": adapter.name,
            "version": 1,
            "dtype": adapter.dtype,
            "hyperparameters": hyperparameters,
            "capabilities": adapter.capabilities,
            "python": {
                "framework": adapter.framework,
                "target": adapter.path,
                "arguments": {key: shown(value) for key, value in adapter.given.items() if plain(value)},
                "matrices": getattr(adapter, "matrices", False),
                "preparation": getattr(adapter, "preparation", []),
            },
        }
    if operation == "open":
        groups = [
            {
                "parameters": [[number_of(x) for x in tensor] for tensor in group["parameters"]],
                "shapes": group.get("shapes") or [shape_of(adapter, len(tensor)) for tensor in group["parameters"]],
                "hyperparameters": group.get("hyperparameters", {}),
            }
            for group in request["groups"]
        ]
        adapter.subjects[number] = adapter.open(groups)
        return {}
    if operation == "load":
        adapter.subjects[number] = adapter.load(request["state"])
        return {}
    if operation == "close":
        adapter.subjects.pop(number, None)
        return {}
    subject = adapter.subjects[number]
    if operation == "set":
        subject.set(request["group"], request["hyperparameters"])
        return {}
    if operation == "save":
        return {"state": subject.save()}
    if operation == "step":
        subject.step(gradients_of(request), loss_of(request))
        return {"parameters": shown(subject.parameters()), "gradients": shown(subject.gradients())}
    if operation == "run":
        trajectory = []
        for step in request["steps"]:
            for change in step.get("set") or []:
                subject.set(change["group"], change["hyperparameters"])
            subject.step(gradients_of(step), loss_of(step))
            trajectory.append(shown(subject.parameters()))
        return {"trajectory": trajectory}
    raise ValueError(f"unknown operation {operation}")


def shape_of(adapter, count):
    """The shape of a tensor that comes without: a vector, or a matrix of as many rows as divide its count."""
    if not getattr(adapter, "matrices", False):
        return [count]
    rows = max(rows for rows in range(1, math.isqrt(count) + 1) if count % rows == 0) if count else 1
    return [rows, count // rows]


def gradients_of(step):
    return [
        [None if tensor is None else [number_of(x) for x in tensor] for tensor in group]
        for group in step["gradients"]
    ]


def loss_of(step):
    loss = step.get("loss")
    return None if loss is None else number_of(loss)


def number_of(value):
    """A number from the wire: NaN and the infinities are text, which float() reads."""
    return float(value)


def shown(value):
    """A value for the wire: NaN and the infinities, which JSON lacks, as text."""
    if isinstance(value, (list, tuple)):
        return [shown(element) for element in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
    return value
