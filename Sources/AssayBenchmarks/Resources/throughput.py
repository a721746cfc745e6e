"""Generated cases a second on Hypothesis: a property of one number, and one of 20 numbers.

Prints one JSON object a line: the name, the cases, the seconds of each run.
"""

import json
import sys
import time

from hypothesis import HealthCheck, Phase, given, settings, strategies as st
from hypothesis import seed as with_seed

number = st.floats(-1, 1)
vector = st.lists(number, min_size=20, max_size=20)


def rate(strategy, cases, seed):
    calls = 0

    def body(value):
        nonlocal calls
        calls += 1

    test = settings(
        max_examples=cases,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )(with_seed(seed)(given(strategy)(body)))
    start = time.perf_counter()
    test()
    return calls / (time.perf_counter() - start)


runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
for name, strategy, cases in [("one number", number, 3000), ("20 numbers", vector, 1000)]:
    print(json.dumps({"name": name, "rates": [rate(strategy, cases, s) for s in range(runs)]}), flush=True)
