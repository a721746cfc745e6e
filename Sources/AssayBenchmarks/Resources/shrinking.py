"""The shrinking problems on Hypothesis, counted as the Swift side counts them.

Prints one JSON object a problem: executions of the body from the first failure to the end of
shrinking, mean over the seeds, and the minima that were reached. The one run of the finished
counterexample with which Hypothesis prepares its report is not counted.
"""

import json
import random
import sys

from hypothesis import HealthCheck, Phase, assume, given, settings, strategies as st
from hypothesis import seed as with_seed

integers64 = st.integers(-(2**63), 2**63 - 1)
integers16 = st.integers(-(2**15), 2**15 - 1)


class Failed(Exception):
    pass


def expect(holds):
    if not holds:
        raise Failed()


def reverse(xs):
    expect(xs == xs[::-1])


def large_union(lists):
    expect(len({x for xs in lists for x in xs}) <= 4)


def length_list(xs):
    expect(max(xs) < 900)


def wrap16(x):
    return (x + 2**15) % 2**16 - 2**15


def bound5(lists):
    assume(all(wrap16(sum(xs)) < 256 for xs in lists))
    expect(wrap16(sum(x for xs in lists for x in xs)) < 5 * 256)


def divides_by_literal_zero(e):
    if isinstance(e, int):
        return False
    if e[0] == "/" and isinstance(e[2], int) and e[2] == 0:
        return True
    return divides_by_literal_zero(e[1]) or divides_by_literal_zero(e[2])


def evaluate(e):
    if isinstance(e, int):
        return e
    left, right = evaluate(e[1]), evaluate(e[2])
    if e[0] == "+":
        return left + right
    expect(right != 0)
    return int(left / right) if abs(left) < 2**52 and abs(right) < 2**52 else left // right


def calculator(e):
    assume(not divides_by_literal_zero(e))
    evaluate(e)


def distinct(xs):
    expect(len(set(xs)) < 3)


def coupling(xs):
    assume(all(x < len(xs) for x in xs))
    for i, j in enumerate(xs):
        expect(i == j or xs[j] != i)


def nested_lists(lists):
    expect(sum(len(xs) for xs in lists) <= 10)


def deletion(pair):
    xs, index = pair
    element = xs[index]
    rest = xs[:index] + xs[index + 1 :]
    expect(element not in rest)


def difference_zero(pair):
    x, y = pair
    expect(x < 10 or x != y)


def difference_small(pair):
    x, y = pair
    expect(x < 10 or not 1 <= abs(x - y) <= 4)


def difference_one(pair):
    x, y = pair
    expect(x < 10 or abs(x - y) != 1)


def merge(a, b):
    if a is None:
        return b
    if b is None:
        return a
    if a[0] <= b[0]:
        return (a[0], merge(a[2], b), a[1])
    return (b[0], merge(b[2], a), b[1])


def elements(heap):
    result, waiting = [], [heap]
    while waiting:
        h = waiting.pop()
        if h is not None:
            result.append(h[0])
            waiting += [h[2], h[1]]
    return result


def binary_heap(heap):
    if heap is None:
        return
    wrong = [heap[0]] + elements(merge(heap[1], heap[2]))
    expect(wrong == sorted(wrong))
    expect(sorted(elements(heap)) == wrong)


@st.composite
def heaps(draw, least=0, depth=0):
    if not draw(st.booleans()) or depth > 5:
        return None
    value = draw(st.integers(least, 1000))
    return (value, draw(heaps(value, depth + 1)), draw(heaps(value, depth + 1)))


def plateau(xs):
    expect(not any(a == b == c and a >= 7 for a, b, c in zip(xs, xs[1:], xs[2:])))


def rotation(pair):
    xs, k = pair
    expect(xs[k:] + xs[:k] == xs)


def absorption(x):
    expect(x + 1 != x)


expressions = st.recursive(
    st.integers(-1000, 1000),
    lambda inner: st.tuples(st.sampled_from(["+", "/"]), inner, inner),
    max_leaves=20,
)
whole = st.integers(0, 1_000_000)
PROBLEMS = {
    "reverse": (reverse, st.lists(integers64)),
    "large union": (large_union, st.lists(st.lists(integers64))),
    "length list": (
        length_list,
        st.integers(1, 100).flatmap(lambda n: st.lists(st.integers(0, 1000), min_size=n, max_size=n)),
    ),
    "bound5": (bound5, st.tuples(*[st.lists(integers16, max_size=10)] * 5)),
    "calculator": (calculator, expressions),
    "distinct": (distinct, st.lists(integers64)),
    "coupling": (coupling, st.lists(st.integers(0, 10))),
    "nested lists": (nested_lists, st.lists(st.lists(integers64))),
    "deletion": (
        deletion,
        st.lists(integers64, min_size=1).flatmap(
            lambda xs: st.tuples(st.just(xs), st.integers(0, len(xs) - 1))
        ),
    ),
    "difference zero": (difference_zero, st.tuples(whole, whole)),
    "difference small": (difference_small, st.tuples(whole, whole)),
    "difference one": (difference_one, st.tuples(whole, whole)),
    "binary heap": (binary_heap, heaps()),
    "plateau": (plateau, st.lists(st.integers(0, 1000))),
    "rotation": (
        rotation,
        st.lists(integers64, min_size=1, max_size=20).flatmap(
            lambda xs: st.tuples(st.just(xs), st.integers(0, len(xs) - 1))
        ),
    ),
    "absorption": (absorption, st.floats(min_value=0, allow_infinity=False)),
}


def shrink(body, strategy, seed):
    """The executions after the first failure and the minimum, or None where nothing failed."""
    calls = 0
    first = None
    smallest = None

    def counted(value):
        nonlocal calls, first, smallest
        calls += 1
        try:
            body(value)
        except Failed:
            if first is None:
                first = calls
            smallest = value
            raise

    test = settings(
        max_examples=100_000,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        print_blob=False,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )(with_seed(seed)(given(strategy)(counted)))
    try:
        test()
    except Failed:
        return calls - first - 1, smallest
    return None


def main():
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    names = sys.argv[2:] or list(PROBLEMS)
    for name in names:
        body, strategy = PROBLEMS[name]
        counts, minima, missed = [], {}, 0
        for seed in range(seeds):
            found = shrink(body, strategy, seed)
            if found is None:
                missed += 1
                continue
            counts.append(found[0])
            minima[repr(found[1])] = minima.get(repr(found[1]), 0) + 1
        mean = sum(counts) / len(counts) if counts else None
        top = max(minima, key=minima.get) if minima else None
        print(
            json.dumps(
                {"problem": name, "mean": mean, "minima": len(minima), "usual": top, "missed": missed}
            ),
            flush=True,
        )


if __name__ == "__main__":
    main()
