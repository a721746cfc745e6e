"""Steps of other libraries' optimizers, timed where they run.

Started as `bandwidth.py KIND THREADS`, KIND one of torch-fused, torch-foreach, optax. Then one JSON object a
line: {"optimizer": "adam", "count": 10000} makes parameters, gradients and a state, and answers
{"title": ...}, or {"title": null} where the library has none; {"steps": 100} makes steps, and answers
{"seconds": ...} of all of them. An error is answered by {"error": ...}.
"""

import json
import os
import sys
import time

RATE, BETA1, BETA2, BETA3, EPSILON, MOMENTUM, DECAY = 1e-3, 0.9, 0.999, 0.99, 1e-8, 0.9, 0.01
kind, threads = sys.argv[1], int(sys.argv[2])


class TorchPeer:
    def __init__(self):
        import torch

        self.torch = torch
        torch.set_num_threads(threads)
        self.version = "torch " + torch.__version__

    def prepare(self, optimizer, count, gradients):
        torch = self.torch
        fused = kind == "torch-fused"
        parameter = torch.nn.Parameter(torch.ones(count))
        parameter.grad = torch.from_numpy(gradients.copy())
        way = {"fused": True} if fused else {"foreach": True}
        made = {
            "sgd": lambda: torch.optim.SGD([parameter], lr=RATE, momentum=MOMENTUM, **way),
            "adam": lambda: torch.optim.Adam([parameter], lr=RATE, **way),
            "adamw": lambda: torch.optim.AdamW([parameter], lr=RATE, weight_decay=DECAY, **way),
        }.get(optimizer)
        if made:
            step = made().step
            self.run = lambda steps: [step() for _ in range(steps)]
            return kind.replace("-", " ")
        if fused:
            return None
        self.run = self.amvt(parameter)
        return "torch foreach, written by hand"

    def amvt(self, parameter):
        torch = self.torch
        theta, g = [parameter.data], [parameter.grad]
        m, v, s = ([torch.zeros_like(parameter.data)] for _ in range(3))
        t = 0

        @torch.no_grad()
        def run(steps):
            nonlocal t
            for _ in range(steps):
                t += 1
                torch._foreach_lerp_(m, g, 1 - BETA1)
                torch._foreach_mul_(v, BETA2)
                torch._foreach_addcmul_(v, g, g, 1 - BETA2)
                apart = torch._foreach_sub(g, m)
                torch._foreach_mul_(s, BETA3)
                torch._foreach_addcmul_(s, apart, apart, 1 - BETA3)
                under = torch._foreach_mul(v, 1 / (1 - BETA2**t))
                torch._foreach_add_(under, s, alpha=1 / (1 - BETA3**t))
                torch._foreach_add_(under, EPSILON)
                torch._foreach_sqrt_(under)
                torch._foreach_addcdiv_(theta, m, under, -RATE / (1 - BETA1**t))

        return run


class OptaxPeer:
    def __init__(self):
        # The pool has as many threads as there are processors when the client starts.
        everywhere = os.sched_getaffinity(0)
        os.sched_setaffinity(0, set(sorted(everywhere)[:threads]))
        import jax
        import jax.numpy as jnp
        import optax

        jnp.zeros(3).block_until_ready()
        for task in os.listdir("/proc/self/task"):
            os.sched_setaffinity(int(task), everywhere)
        self.jax, self.jnp, self.optax = jax, jnp, optax
        self.version = f"optax {optax.__version__} on jax {jax.__version__}"

    def prepare(self, optimizer, count, gradients):
        jax, jnp, optax = self.jax, self.jnp, self.optax
        theta = jnp.ones(count, jnp.float32)
        g = jnp.asarray(gradients)
        made = {
            "sgd": lambda: optax.sgd(RATE, momentum=MOMENTUM),
            "adam": lambda: optax.adam(RATE),
            "adamw": lambda: optax.adamw(RATE, weight_decay=DECAY),
        }.get(optimizer)
        if made:
            rule = made()
            state = rule.init(theta)

            def advance(theta, state, g):
                updates, state = rule.update(g, state, theta)
                return optax.apply_updates(theta, updates), state

            title = "optax jit"
        else:
            zero = jnp.zeros(count, jnp.float32)
            state = (jnp.zeros((), jnp.int32), zero, zero + 0, zero * 1)

            def advance(theta, state, g):
                t, m, v, s = state
                t = t + 1
                m = BETA1 * m + (1 - BETA1) * g
                v = BETA2 * v + (1 - BETA2) * g * g
                s = BETA3 * s + (1 - BETA3) * (g - m) ** 2
                under = v / (1 - BETA2**t) + s / (1 - BETA3**t) + EPSILON
                return theta - RATE / (1 - BETA1**t) * m / jnp.sqrt(under), (t, m, v, s)

            title = "jnp jit, written by hand"
        compiled = jax.jit(advance, donate_argnums=(0, 1))

        def run(steps):
            nonlocal theta, state
            for _ in range(steps):
                theta, state = compiled(theta, state, g)
            theta.block_until_ready()

        self.run = run
        return title


peer = None
for line in sys.stdin:
    try:
        import numpy

        request = json.loads(line)
        if peer is None:
            peer = OptaxPeer() if kind == "optax" else TorchPeer()
        if "optimizer" in request:
            peer.run = None
            count = request["count"]
            gradients = ((numpy.arange(count) % 37) * 0.37 - 2.385).astype(numpy.float32)
            answer = {"title": peer.prepare(request["optimizer"], count, gradients)}
            answer["version"] = peer.version
        elif "release" in request:
            peer.run = None
            answer = {}
        else:
            peer.run(1)
            start = time.perf_counter()
            peer.run(request["steps"])
            answer = {"seconds": time.perf_counter() - start}
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"[:200]}
    print(json.dumps(answer), flush=True)
