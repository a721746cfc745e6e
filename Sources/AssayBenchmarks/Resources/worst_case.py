"""Worst cases by PEPit, a JSON object a line: name, value, seconds. Names: METHOD/N, as in the Swift list."""
import json
import sys
import time
from math import sqrt

from PEPit import PEP
from PEPit.functions import (
    ConvexFunction, ConvexLipschitzFunction, SmoothConvexFunction, SmoothFunction,
    SmoothStronglyConvexFunction)
from PEPit.primitive_steps import proximal_step


def smooth(problem):
    return problem.declare_function(SmoothConvexFunction, L=1.0)


def start(problem, function):
    minimiser = function.stationary_point()
    x = problem.set_initial_point()
    problem.set_initial_condition((x - minimiser) ** 2 <= 1)
    return minimiser, x


def momentum(problem, function, n, rate, decay, convex=False):
    minimiser, x = start(problem, function)
    velocity = 0 * x
    for _ in range(n):
        velocity = decay * velocity + function.gradient(x)
        x = x - rate * velocity
    problem.set_performance_metric(function(x) - function(minimiser))


def gradient_descent(problem, n):
    momentum(problem, smooth(problem), n, 1.0, 0.0)


def average(problem, n):
    momentum(problem, smooth(problem), n, 0.1, 0.9)


def heavy_ball(problem, n):
    function = problem.declare_function(SmoothStronglyConvexFunction, mu=1 / 25, L=1.0)
    momentum(problem, function, n, 25 / 9, 4 / 9)


def strongly_convex(problem, n):
    function = problem.declare_function(SmoothStronglyConvexFunction, mu=0.1, L=1.0)
    minimiser, x = start(problem, function)
    for _ in range(n):
        x = x - function.gradient(x)
    problem.set_performance_metric((x - minimiser) ** 2)


def nesterov(problem, n):
    function = smooth(problem)
    minimiser, x = start(problem, function)
    y, t = x, 1.0
    for _ in range(n):
        following = (1 + sqrt(1 + 4 * t * t)) / 2
        ahead = y - function.gradient(y)
        y = ahead + (t - 1) / following * (ahead - x)
        x, t = ahead, following
    problem.set_performance_metric(function(x) - function(minimiser))


def ogm(problem, n):
    function = smooth(problem)
    minimiser, x = start(problem, function)
    y, theta = x, 1.0
    for step in range(n):
        ahead = x - function.gradient(x)
        following = (1 + sqrt(1 + (8 if step == n - 1 else 4) * theta * theta)) / 2
        x = ahead + (theta - 1) / following * (ahead - y) + theta / following * (ahead - x)
        y, theta = ahead, following
    problem.set_performance_metric(function(x) - function(minimiser))


def lookahead(problem, n):
    function = smooth(problem)
    minimiser, x = start(problem, function)
    slow = x
    for step in range(n):
        x = x - function.gradient(x)
        if (step + 1) % 5 == 0:
            slow = slow + 0.5 * (x - slow)
            x = slow
    problem.set_performance_metric(function(x) - function(minimiser))


def subgradient(problem, n):
    function = problem.declare_function(ConvexLipschitzFunction, M=1.0)
    minimiser, x = start(problem, function)
    for step in range(n + 1):
        g, value = function.oracle(x)
        problem.set_performance_metric(value - function(minimiser))
        x = x - g / sqrt(n + 1)


def proximal(problem, n):
    function = problem.declare_function(ConvexFunction)
    minimiser, x = start(problem, function)
    for _ in range(n):
        x, _, value = proximal_step(x, function, 1.0)
    problem.set_performance_metric(value - function(minimiser))


def nonconvex(problem, n):
    function = problem.declare_function(SmoothFunction, L=1.0)
    x = problem.set_initial_point()
    minimiser, _, least = function.stationary_point(return_gradient_and_function_value=True)
    g, value = function.oracle(x)
    problem.set_initial_condition(value - least <= 1)
    problem.set_performance_metric(g ** 2)
    problem.add_constraint(value - least >= g ** 2 / 2)
    for _ in range(n):
        x = x - g
        g, value = function.oracle(x)
        problem.add_constraint(value - least >= g ** 2 / 2)
        problem.set_performance_metric(g ** 2)


METHODS = {
    "gradient descent": gradient_descent, "strongly convex": strongly_convex,
    "nesterov": nesterov, "ogm": ogm, "heavy ball": heavy_ball, "average 0.9": average,
    "lookahead": lookahead, "subgradient": subgradient, "proximal": proximal,
    "non-convex": nonconvex}

for name in sys.argv[1:]:
    method, steps = name.split("/")
    before = time.perf_counter()
    problem = PEP()
    METHODS[method](problem, int(steps))
    value = problem.solve(verbose=0, solver="CLARABEL")
    print(json.dumps({"name": name, "value": value, "seconds": time.perf_counter() - before}), flush=True)
