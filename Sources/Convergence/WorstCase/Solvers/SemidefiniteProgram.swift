/// A semidefinite program over blocks: `max ⟨C, X⟩` where `⟨A_k, X⟩ = a_k` and `X ⪰ 0`; its dual is
/// `min aᵀy` where `Z = Σ y_k A_k − C ⪰ 0`.
struct SemidefiniteProgram {
  enum Block: Equatable {
    case matrix(order: Int)
    /// A diagonal block, numbers that are not negative.
    case diagonal(count: Int)

    var order: Int {
      switch self {
      case .matrix(let order): order
      case .diagonal(let count): count
      }
    }
  }

  /// An entry of a symmetric matrix, `row ≤ column`, both from 0.
  struct Entry: Equatable {
    var block: Int
    var row: Int
    var column: Int
    var value: Double
  }

  var blocks: [Block]
  var objective: [Entry] = []
  var constraints: [(entries: [Entry], right: Double)] = []

  /// The program in SDPA's sparse format, which CSDP, DSDP and SDPA read. Numbers round-trip.
  ///
  /// Source: Fujisawa et al., *SDPA user's manual*, the sparse data file.
  var text: String {
    var lines = ["\(constraints.count)", "\(blocks.count)"]
    lines.append(
      blocks.map { block in
        switch block {
        case .matrix(let order): "\(order)"
        case .diagonal(let count): "\(-count)"
        }
      }.joined(separator: " "))
    lines.append(constraints.map { "\($0.right)" }.joined(separator: " "))
    func append(_ entries: [Entry], number: Int) {
      for entry in entries where entry.value != 0 {
        lines.append(
          "\(number) \(entry.block + 1) \(entry.row + 1) \(entry.column + 1) \(entry.value)")
      }
    }
    append(objective, number: 0)
    for (place, constraint) in constraints.enumerated() {
      append(constraint.entries, number: place + 1)
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

/// What a solver says of a program. Floating-point numbers that prove nothing before they are checked.
struct SemidefiniteSolution: Equatable {
  /// `y`.
  var multipliers: [Double]
  /// `X`: of each block its dense symmetric matrix, row by row, or its diagonal.
  var primal: [[Double]]
}

/// How a solver ended.
enum SolverOutcome: Equatable {
  /// With a solution, to full accuracy or less.
  case solved(SemidefiniteSolution, isAccurate: Bool)
  /// It says that no `X` satisfies the constraints.
  case primalInfeasible
  /// It says that no `y` does: where there is an `X`, the objective has no bound.
  case dualInfeasible
  /// Without a result: why, in words.
  case failed(String)
}

extension SemidefiniteSolver {
  func solve(_ program: SemidefiniteProgram, accuracy: Double) async throws -> SolverOutcome {
    try await solve(program, accuracy: accuracy, feasibility: accuracy)
  }
}

/// A program that solves semidefinite programs.
protocol SemidefiniteSolver: Sendable {
  var name: String { get }
  /// - Parameters:
  ///   - accuracy: of the objective and of the dual, relative.
  ///   - feasibility: how far a primal solution may be from its constraints, relative.
  /// - Throws: where the program is absent or cannot be run.
  func solve(
    _ program: SemidefiniteProgram, accuracy: Double, feasibility: Double
  ) async throws -> SolverOutcome
}

extension SemidefiniteSolution {
  /// Reads the format of CSDP's and DSDP's solution files: `y` in the first line, then the entries of `Z`
  /// (matrix 1) and of `X` (matrix 2).
  ///
  /// - Returns: nil where the text is no solution of the program.
  init?(parsing text: String, of program: SemidefiniteProgram) {
    var lines = text.utf8.split(separator: UInt8(ascii: "\n"))[...]
    guard let first = lines.popFirst() else { return nil }
    multipliers = first.split(separator: UInt8(ascii: " ")).compactMap { Double(Substring($0)) }
    guard multipliers.count == program.constraints.count,
      multipliers.allSatisfy(\.isFinite)
    else { return nil }
    primal = program.blocks.map { block in
      switch block {
      case .matrix(let order): [Double](repeating: 0, count: order * order)
      case .diagonal(let count): [Double](repeating: 0, count: count)
      }
    }
    for line in lines {
      let fields = line.split(separator: UInt8(ascii: " "))
      guard fields.count == 5, let matrix = Int(Substring(fields[0])) else { return nil }
      guard matrix == 2 else { continue }
      guard let block = Int(Substring(fields[1])), program.blocks.indices.contains(block - 1),
        let row = Int(Substring(fields[2])), let column = Int(Substring(fields[3])),
        let value = Double(Substring(fields[4])), value.isFinite
      else { return nil }
      let order = program.blocks[block - 1].order
      guard (1...order).contains(row), (1...order).contains(column) else { return nil }
      switch program.blocks[block - 1] {
      case .matrix:
        primal[block - 1][(row - 1) * order + column - 1] = value
        primal[block - 1][(column - 1) * order + row - 1] = value
      case .diagonal:
        guard row == column else { return nil }
        primal[block - 1][row - 1] = value
      }
    }
  }
}
