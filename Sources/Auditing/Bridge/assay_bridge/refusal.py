"""Why a target cannot be audited."""

import difflib


class Refusal(Exception):
    """An answer to `hello` in place of a greeting."""

    def __init__(self, message, reason, install=None):
        super().__init__(message)
        self.message = message
        self.reason = reason
        self.install = install


def usage(message):
    return Refusal(message, "usage")


def missing(module):
    """A package that is not installed; the name on the index where it is another than the module's."""
    package = {"torch_optimizer": "torch-optimizer", "sklearn": "scikit-learn"}.get(module, module)
    return Refusal(f"the Python package {module} is not installed", "missing", f"pip install {package}")


def not_applicable(message):
    return Refusal(message, "notApplicable")


def suggestion(name, known):
    """`; did you mean ...?`, where a known name is near."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    if not near:
        lowered = {other.lower(): other for other in known}
        near = [lowered[name.lower()]] if name.lower() in lowered else []
    return f"; did you mean `{near[0]}`?" if near else ""
