"""Finds the class or function that a command names, and its arguments."""

import ast
import importlib
import inspect

from assay_bridge.refusal import missing, suggestion, usage


def resolve(path):
    """The object of a dotted path, or of `module:name`."""
    if ":" in path:
        module_name, _, attributes = path.partition(":")
        return _attribute(_import(module_name), module_name, attributes.split("."))
    parts = path.split(".")
    if len(parts) < 2 or not all(part.isidentifier() for part in parts):
        raise usage(f"`{path}` names nothing: `package.Class` or `module:Class` would")
    module, count = _import(parts[0]), 1
    while count < len(parts) - 1:
        name = ".".join(parts[: count + 1])
        if hasattr(module, parts[count]) and inspect.ismodule(getattr(module, parts[count])):
            module = getattr(module, parts[count])
        else:
            try:
                module = importlib.import_module(name)
            except ModuleNotFoundError:
                break
        count += 1
    return _attribute(module, ".".join(parts[:count]), parts[count:])


def _import(name):
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        # A package that the target itself needs may be the one that is missing.
        raise missing((error.name or name).split(".")[0]) from error
    except Exception as error:
        raise usage(f"the module {name} cannot be imported: {error}") from error


def _attribute(found, place, names):
    for name in names:
        if not hasattr(found, name):
            known = [other for other in dir(found) if not other.startswith("_")]
            raise usage(f"{place} has no `{name}`{suggestion(name, known)}")
        found = getattr(found, name)
        place = f"{place}.{name}"
    if not callable(found):
        raise usage(f"{place} is neither a class nor a function")
    return found


def arguments(texts):
    """`key=value` arguments as a dictionary."""
    values = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key.isidentifier():
            raise usage(f"`{text}` is no argument: `key=value` would be one")
        values[key] = literal(value)
    return values


def literal(text):
    words = {"true": True, "false": False, "none": None, "null": None}
    if text.lower() in words:
        return words[text.lower()]
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def signature_of(function, name, given, leaving_out=()):
    """The function's own defaults with the given values, after a check that it takes them."""
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return dict(given)
    takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    known = [
        key
        for key, p in parameters.items()
        if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY) and key not in leaving_out
    ]
    for key in given:
        if key not in known and not takes_any:
            raise usage(
                f"{name} takes no argument `{key}`{suggestion(key, known)} (it takes {', '.join(known)})"
            )
    values = {}
    for key in known:
        if key in given:
            values[key] = given[key]
        elif parameters[key].default is not inspect.Parameter.empty:
            values[key] = parameters[key].default
        else:
            raise usage(f"{name} needs a value of `{key}`: {key}=...")
    for key in given:
        values.setdefault(key, given[key])
    return values


def plain(value):
    """Whether a hyper-parameter can travel: a number, a flag, text, none, or a list of them."""
    if isinstance(value, (list, tuple)):
        return all(plain(element) for element in value)
    if isinstance(value, int) and not isinstance(value, bool):
        return abs(value) < 2**53
    return value is None or isinstance(value, (bool, float, str))


def like(value, old):
    """A value from the wire in the form of the one that it replaces."""
    if isinstance(old, tuple) and isinstance(value, list):
        return tuple(value)
    if isinstance(old, int) and not isinstance(old, bool) and isinstance(value, float):
        return int(value) if value == int(value) else value
    return value
