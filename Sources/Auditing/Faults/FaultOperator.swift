internal import Formulas
internal import Numbers

/// What a fault does to a text: the fixed list, applied everywhere.
enum FaultOperator: String, Sendable, CaseIterable {
  case dropTerm = "drop-term"
  case doubleTerm = "double-term"
  case flipSign = "flip-sign"
  case swapOperands = "swap-operands"
  case dropFactor = "drop-factor"
  case dropDivisor = "drop-divisor"
  case invertFactor = "invert-factor"
  case dropRoot = "drop-root"
  case dropSquare = "drop-square"
  case moveEpsilon = "move-epsilon"
  case shiftStep = "shift-step"
  case dropPower = "drop-power"
  case swapDecays = "swap-decays"
  case wrongDecay = "wrong-decay"
  case complementDecay = "complement-decay"
  case staleValue = "stale-value"
  case earlyValue = "early-value"
  case decayAfterStep = "decay-after-step"
  case frozenState = "frozen-state"
  case resetState = "reset-state"
  case wrongStart = "wrong-start"
  case wrongExtreme = "wrong-extreme"
  case wrongBranch = "wrong-branch"
  case dropMagnitude = "drop-magnitude"
  case dropSign = "drop-sign"
  case shiftConstant = "shift-constant"
  case fixedSetting = "fixed-setting"
  case negateGradient = "negate-gradient"
}

extension FaultOperator {
  /// What stands in the place of one operation, for the operators that change one.
  func substitutes(for part: FormulaPart, in text: StepText) -> [Formula] {
    let x = part.operands[0]
    let y = part.operands.count > 1 ? part.operands[1] : x
    switch (self, part.operation) {
    case (.dropTerm, .sum): return [x, y]
    case (.dropTerm, .difference): return [x, -y]
    case (.doubleTerm, .sum): return [(x + x) + y, x + (y + y)]
    case (.doubleTerm, .difference): return [(x + x) - y, x - (y + y)]
    case (.flipSign, .sum): return [x - y, y - x]
    case (.flipSign, .difference): return [x + y]
    case (.flipSign, .negation): return [x]
    case (.swapOperands, .difference): return [y - x]
    case (.swapOperands, .quotient): return [y / x]
    case (.dropFactor, .product) where x != y: return [x, y]
    case (.dropFactor, .quotient) where x.constantValue == nil: return [1 / y]
    case (.dropDivisor, .quotient): return [x]
    case (.invertFactor, .product) where x != y: return [x / y, y / x]
    case (.invertFactor, .quotient): return [x * y]
    case (.dropRoot, .root): return [x]
    case (.dropSquare, .product) where x == y: return [x]
    case (.dropSquare, .power) where y.constantValue == 2: return [x]
    case (.moveEpsilon, .sum):
      return [(x, y), (y, x)].compactMap { root, offset in
        guard case .operation(.root, let inside) = root.node, offset.isSmallConstant else {
          return nil
        }
        return .root(inside[0] + offset)
      }
    case (.moveEpsilon, .root):
      guard case .operation(.sum, let terms) = x.node else { return [] }
      return [(terms[0], terms[1]), (terms[1], terms[0])].compactMap { square, offset in
        offset.isSmallConstant ? .root(square) + offset : nil
      }
    case (.shiftStep, _):
      // Each use of the step's number by itself.
      return part.operands.indices.filter { part.operands[$0].symbolName == "t" }.flatMap { place in
        [part.operands[place] + 1, part.operands[place] - 1].map { part.replacing(place, by: $0) }
      }
    case (.dropPower, .power):
      // The exponent forgotten, and taken twice.
      return y.constantValue == nil ? [x, .power(x, y * y)] : []
    case (.wrongDecay, _):
      return part.operands.indices.flatMap { place -> [Formula] in
        guard text.decays.contains(part.operands[place]) else { return [] }
        return text.decays.filter { $0 != part.operands[place] }.map {
          part.replacing(place, by: $0)
        }
      }
    case (.complementDecay, _):
      return part.operands.indices.filter { text.decays.contains(part.operands[$0]) }.map {
        part.replacing($0, by: 1 - part.operands[$0])
      }
    case (.wrongExtreme, .lesser): return [x, y, .greater(x, y)]
    case (.wrongExtreme, .greater): return [x, y, .lesser(x, y)]
    case (.wrongBranch, .select):
      let (then, other) = (part.operands[2], part.operands[3])
      return [then, other, .select(x, isLessThan: y, then: other, else: then)]
    case (.dropMagnitude, .magnitude): return [x]
    case (.dropSign, .sign): return [x]
    case (.shiftConstant, _) where part.operation != .power:
      return part.operands.indices.compactMap { place in
        guard let value = part.operands[place].constantValue, value != 0, value != 1 else {
          return nil
        }
        return part.replacing(place, by: Formula(value + 1))
      }
    case (.negateGradient, _):
      return part.operands.indices.filter { part.operands[$0].symbolName == "g" }.map {
        part.replacing($0, by: -part.operands[$0])
      }
    default: return []
    }
  }

  /// The texts that the operators make that look at more than one operation.
  func texts(from text: StepText) -> [(text: StepText, note: String)] {
    switch self {
    case .swapDecays:
      let decays = text.decays
      return decays.indices.flatMap { i in
        decays[(i + 1)...].map { other in
          (
            text.mapping {
              $0.replacing([decays[i]: other, other: decays[i]], in: text.arena)
            }, "\(decays[i]) and \(other) for each other"
          )
        }
      }
    case .fixedSetting:
      return text.hyperparameters.map { entry in
        // Not its default, which a subject's own value may be.
        let value = entry.value.isZero ? Rational(1, 2) : entry.value
        return (
          text.replacing(text.arena.symbol(entry.symbol), by: Formula(value)),
          "\(entry.value.decimalDescription) for \(entry.symbol)"
        )
      }
    case .staleValue:
      return text.replacingStates { slot, formula in
        formula.replacing([slot.update: text.arena.symbol(slot.name)], in: text.arena)
      }.map { ($0, "\($1) before its update in \($2)") }
    case .earlyValue:
      return text.replacingStates { slot, formula in
        formula.readingEarly(text.arena.symbol(slot.name), slot.update, in: text.arena)
      }.map { ($0, "\($1) after its update in \($2)") }
    case .decayAfterStep:
      guard case .operation(.difference, let parts) = text.parameter.node,
        parts[0].symbolName == nil, parts[0].symbols.contains("theta")
      else { return [] }
      var changed = text
      let theta = text.arena.symbol("theta")
      changed.parameter = parts[0].substituting(["theta": theta - parts[1]])
      return [(changed, "weight decay of the stepped parameter")]
    case .frozenState:
      return text.changingSlots { $0.update = text.arena.symbol($0.name) }
        .map { ($0, "\($1) never updated") }
    case .resetState:
      return text.changingSlots {
        $0.update = $0.update.substituting([$0.name: $0.start])
      }.map { ($0, "\($1) forgotten before every step") }
    case .wrongStart:
      return text.changingSlots { $0.start = $0.start == 0 ? 1 : 0 }
        .map { ($0, "\($1) that starts at \($0.slot(named: $1)?.start ?? 0)") }
    default: return []
    }
  }
}

extension FormulaPart {
  /// The operation with another operand at a place.
  fileprivate func replacing(_ place: Int, by operand: Formula) -> Formula {
    var changed = operands
    changed[place] = operand
    return Formula(operation, changed)
  }
}

extension Formula {
  /// Whether it is what keeps a denominator from 0.
  fileprivate var isSmallConstant: Bool { symbolName == "epsilon" }

  /// The formula with the slot's new value where it reads the old, but within the new value itself.
  fileprivate func readingEarly(
    _ slot: Formula, _ update: Formula, in arena: FormulaArena
  ) -> Formula {
    // What stands for the new value while the old is replaced.
    let mark = arena.symbol("new value")
    return replacing([update: mark], in: arena).replacing([slot: mark], in: arena)
      .replacing([mark: update], in: arena)
  }
}

extension StepText {
  /// The symbols of the decays that the text uses.
  var decays: [Formula] {
    let used = Set(roots.flatMap(\.symbols))
    return hyperparameters.filter { entry in
      used.contains(entry.symbol)
        && (entry.name == "momentum" || entry.name.hasPrefix("beta"))
    }.map { arena.symbol($0.symbol) }
  }

  func slot(named name: String) -> Slot? { slots.first { $0.name == name } }

  /// The texts with one live slot changed each.
  fileprivate func changingSlots(_ body: (inout Slot) -> Void) -> [(StepText, String)] {
    let live = liveSlots
    return slots.indices.filter { live.contains(slots[$0].name) }.map { place in
      var text = self
      body(&text.slots[place])
      // What is read of the slot within the step is its new value.
      if text.slots[place].update != slots[place].update {
        text = text.replacing(slots[place].update, by: text.slots[place].update)
      }
      return (text, slots[place].name)
    }
  }

  /// The texts in which one formula reads another value of one slot.
  fileprivate func replacingStates(
    _ body: (Slot, Formula) -> Formula
  ) -> [(StepText, slot: String, of: String)] {
    let live = liveSlots
    var texts: [(StepText, String, String)] = []
    for slot in slots where live.contains(slot.name) && slot.update.symbolName == nil {
      var text = self
      text.parameter = body(slot, parameter)
      texts.append((text, slot.name, "theta"))
      for (place, other) in slots.enumerated()
      where other.name != slot.name && live.contains(other.name) {
        var text = self
        text.slots[place].update = body(slot, other.update)
        // Who reads the other slot's new value reads the changed one.
        text.parameter = parameter.replacing(
          [other.update: text.slots[place].update], in: arena)
        texts.append((text, slot.name, other.name))
      }
    }
    return texts
  }
}
