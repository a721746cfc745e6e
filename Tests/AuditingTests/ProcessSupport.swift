import Auditing
import Foundation
import Processes
import Properties
import Testing

/// Whether there is a Python to write subjects in. Tests that need it are skipped where it is not, and say
/// so.
let hasPython = ExternalTool("python3").isPresent

/// AdamW over the wire in plain Python, with faults to choose from.
private let wireSubject = #"""
  import json, math, random, sys, time
  fault = sys.argv[1] if len(sys.argv) > 1 else "none"
  subjects = {}
  counter = [0]
  def step(s, gradients, later):
      counter[0] += 1
      s["steps"] += 1
      for index, (group, gs) in enumerate(zip(s["groups"], gradients)):
          h = group["h"]
          if fault == "leaks" and index > 0: h = {**h, "lr": s["groups"][0]["h"]["lr"]}
          b1, b2 = h["betas"]
          if fault == "dead-beta2": b2 = 0.999
          if fault == "dead-decay": h = {**h, "weight_decay": 0.0}
          for number, (p, g, c) in enumerate(zip(group["p"], gs, group["s"])):
              if g is None:
                  if fault == "decays-absent": p[:] = [x * (1 - h["lr"] * 0.01) for x in p]
                  continue
              c["t"] += 1
              t = s["steps"] if fault == "global-counter" else c["t"]
              norm = math.sqrt(sum(float(x) ** 2 for x in g)) or 1.0
              for i, x in enumerate(map(float, g)):
                  if fault == "normalises": x /= norm
                  if fault == "peeks" and later: x += 1e-3 * float((later[index][number] or g)[i])
                  if fault == "offset": x += 1e-3
                  if fault == "skips-first" and c["t"] == 1: x = 0.0
                  c["m"][i] = b1 * c["m"][i] + (1 - b1) * x
                  c["v"][i] = b2 * c["v"][i] + (1 - b2) * x * x
                  m = c["m"][i] if fault == "uncorrected" else c["m"][i] / (1 - b1 ** t)
                  d = math.sqrt(c["v"][i] / (1 - b2 ** t)) + h["eps"]
                  rate = h["lr"] * (h["lr"] if fault == "rate-squared" else 1.0)
                  if fault == "ascends": rate = -rate
                  decay = h["lr"] * h["weight_decay"]
                  p[i] -= decay if fault == "constant-decay" else decay * p[i]
                  if fault == "attracted": p[i] *= 1 - 1e-3
                  if fault == "random": rate *= 1 + 1e-9 * random.random()
                  if fault == "ages": rate *= 1 + 1e-9 * counter[0]
                  p[i] -= rate * m / d
  def shown(x):
      if isinstance(x, list): return [shown(y) for y in x]
      if isinstance(x, float) and not math.isfinite(x):
          return "NaN" if x != x else "Infinity" if x > 0 else "-Infinity"
      return x
  def copied(x): return json.loads(json.dumps(x))
  defaults = {"lr": 0.001, "betas": [0.9, 0.999], "eps": 1e-8, "weight_decay": 0.01}
  if fault == "dies": print("no such device", file=sys.stderr); sys.exit(3)
  if fault == "ignores": time.sleep(3600)
  for line in sys.stdin:
      r = json.loads(line); op = r["op"]; a = {"id": r.get("id")}
      if op != "hello":
          if fault == "hangs": time.sleep(3600)
          if fault == "garbage": print("<html>", flush=True); continue
          if fault == "floods":
              while True: sys.stdout.write("x" * 1_000_000)
          if fault == "order": a["id"] = 999
          if fault == "refuses": print(json.dumps({"id": r["id"], "error": "not today"}), flush=True); continue
      if op == "hello":
          if fault in ("missing", "usage", "notApplicable"):
              print(json.dumps({"error": "the package frobnicate is not installed", "reason": fault,
                  "install": "pip install frobnicate"}), flush=True); continue
          a = {"name": "adamw", "version": 2 if fault == "version" else 1, "dtype": "float64",
               "hyperparameters": defaults, "capabilities": ["groups", "state", "missing-gradients"]}
      elif op == "open":
          subjects[r["id"]] = {"steps": 0, "groups": [{"h": {**copied(defaults), **g.get("hyperparameters", {})},
              "p": [[float(x) for x in p] for p in g["parameters"]],
              "s": [{"t": 0, "m": [0.0] * len(p), "v": [0.0] * len(p)} for p in g["parameters"]]} for g in r["groups"]]}
      elif op in ("step", "run"):
          s = subjects[r["id"]]; trajectory = []
          steps = r["steps"] if op == "run" else [r]
          for index, one in enumerate(steps):
              for c in one.get("set") or []: s["groups"][c["group"]]["h"].update(c["hyperparameters"])
              step(s, one["gradients"], steps[index + 1]["gradients"] if index + 1 < len(steps) else None)
              trajectory.append(shown(copied([g["p"] for g in s["groups"]])))
          if fault == "shape": trajectory = [[[[0.0]]]]
          if fault == "words": trajectory = [[[["zero"] * len(p) for p in g["p"]] for g in s["groups"]]] * len(steps)
          if fault == "nan": trajectory[0][0][0][0] = math.nan
          if op == "run": a["trajectory"] = trajectory
          else:
              a["parameters"] = trajectory[-1]; a["gradients"] = r["gradients"]
              if fault == "mutates":
                  a["gradients"] = [[None if g is None else [2 * float(x) for x in g] for g in gs] for gs in r["gradients"]]
      elif op == "set": subjects[r["id"]]["groups"][r["group"]]["h"].update(r["hyperparameters"])
      elif op == "save":
          state = copied(subjects[r["id"]])
          if fault == "forgets":
              for g in state["groups"]:
                  for c in g["s"]: c["m"] = [0.0] * len(c["m"])
          a["state"] = state
      elif op == "load": subjects[r["id"]] = r["state"]
      elif op == "close": subjects.pop(r["id"], None)
      print(json.dumps(a), flush=True)
  """#

/// A folder of its own for each run of the tests, with the subject in it.
private let subjectPath: String = {
  let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).py")
  try? wireSubject.write(to: url, atomically: true, encoding: .utf8)
  return url.path
}()

/// The command of the Python subject with a fault.
func wireCommand(_ fault: String = "none") -> String { "python3 '\(subjectPath)' \(fault)" }

/// AdamW in Python, over the wire.
func wireAdamW(
  _ fault: String = "none", as family: String? = "adam", timeLimit: Double = 20
) throws -> AuditSubject {
  try AuditSubject(command: wireCommand(fault), as: family, timeLimit: timeLimit)
}
