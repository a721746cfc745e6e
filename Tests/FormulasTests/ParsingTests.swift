import Diagnostics
import Formulas
import Numbers
import Testing

@Suite("Parsing")
struct ParsingTests {
  private func value(_ text: String, _ values: [String: Rational] = [:]) throws -> Rational {
    try Formula(parsing: text).value(values)
  }

  private func fault(_ text: String, variables: [String]? = nil) -> FormulaSyntaxError? {
    do {
      _ = try Formula(parsing: text, variables: variables)
      return nil
    } catch { return error }
  }

  @Test("gives the operators their usual precedence")
  func precedence() throws {
    #expect(try value("1 + 2*3") == 7)
    #expect(try value("(1 + 2)*3") == 9)
    #expect(try value("10 - 4 - 3") == 3)
    #expect(try value("100/5/2") == 10)
    #expect(try value("2^3^2") == 512)
    #expect(try value("-x^2", ["x": 3]) == -9)
    #expect(try value("-3^2") == -9)
    #expect(try value("(-3)^2") == 9)
    #expect(try value("2^-3") == Rational(1, 8))
    #expect(try value("2^-1*4") == 2)
    #expect(try value("2*-3 - -4") == -2)
    #expect(try value("--3") == 3)
    #expect(try value("1/3*3") == 1)
  }

  @Test("reads decimals exactly")
  func decimals() throws {
    #expect(try value("0.1 + 0.2") == Rational(3, 10))
    #expect(try value("1e-3") == Rational(1, 1000))
    #expect(try value("2.5E+2 + .5 + 3.") == Rational(507, 2))
    #expect(try Formula(parsing: "-1/3").constantValue == Rational(-1, 3))
    #expect(try Formula(parsing: "-1/(3)").constantValue == nil)
  }

  @Test("knows the functions")
  func functions() throws {
    #expect(try value("sqrt(9/4)") == Rational(3, 2))
    #expect(try value("abs(-2) + sign(-7) + sign(0)") == 1)
    #expect(try value("min(2, 3) + 10*max(2, 3)") == 32)
    #expect(try value("pow(2, 5)") == 32)
    #expect(try value("exp(0) + log(1)") == 1)
    for (test, expected) in [
      ("x < 2", [1, 0, 0]), ("x <= 2", [1, 1, 0]), ("x > 2", [0, 0, 1]), ("x >= 2", [0, 1, 1]),
    ] {
      for (x, y) in zip(1...3, expected) {
        #expect(
          try value("if(\(test), 1, 0)", ["x": Rational(x)]) == Rational(y), "\(test) at \(x)")
      }
    }
  }

  @Test(
    "names what is wrong, and where",
    arguments: [
      ("x^^2", 3, "unexpected '^'"),
      ("", 1, "unexpected end"),
      ("x +", 4, "unexpected end"),
      ("(x", 1, "never closed"),
      ("sqrt(x", 1, "never closed"),
      ("x)", 2, "nothing opened"),
      ("2x", 2, "write '*'"),
      ("x y", 3, "write '*'"),
      ("(x)(y)", 4, "write '*'"),
      ("2(x)", 2, "write '*'"),
      ("x, y", 2, "comma"),
      ("()", 2, "unexpected ')'"),
      ("sqrt()", 6, "unexpected ')'"),
      ("sqrt(x, y)", 7, "takes 1 argument"),
      ("min(x)", 1, "takes 2 arguments, got 1"),
      ("min(x, y, x)", 9, "takes 2 arguments"),
      ("if(x, y, 1)", 5, "comparison is missing"),
      ("if(x < y, 1)", 1, "takes 3 arguments, got 2"),
      ("if(x < y < 1, 1, 2)", 10, "cannot stand here"),
      ("if(x = y, 1, 2)", 6, "cannot stand here"),
      ("if(x < y, 1, y < 2)", 16, "cannot stand here"),
      ("(x < y)", 4, "cannot stand here"),
      ("x < y", 3, "no comparison"),
      ("sin(x)", 1, "unknown function 'sin'; there are: sqrt"),
      ("cos(x)", 1, "there are: sqrt"),
      ("sqr(x)", 1, "did you mean 'sqrt'"),
      ("sqrt + 1", 1, "arguments follow in brackets"),
      ("x*z", 3, "unknown variable 'z'"),
      ("x(y)", 1, "'x' is no function"),
      ("1/0", 2, "division by zero"),
      ("x/(2 - 2)", 2, "division by zero"),
      ("sqrt(-1)", 1, "root of -1"),
      ("log(0)", 1, "logarithm of 0"),
      ("0^-1", 2, "negative power"),
      ("(-2)^0.5", 5, "not whole"),
      ("x**2", 2, "'^'"),
      ("x # y", 3, "unexpected character '#'"),
      ("1.2.3", 1, "two points"),
      ("1e999999", 1, "exponent too large"),
      ("x = y", 3, "no comparison"),
    ])
  func errors(text: String, column: Int, message: String) throws {
    let error = try #require(fault(text, variables: ["x", "y"]))
    #expect(error.line == 1)
    #expect(error.column == column)
    #expect(error.message.contains(message), "\(error.message)")
    #expect(error.exitCode == .usage)
    #expect(error.excerpt?.hasPrefix(text) == true)
  }

  @Test("suggests the nearest variable")
  func suggestion() throws {
    let error = try #require(fault("bate1*m", variables: ["beta1", "m"]))
    #expect(error.message == "unknown variable 'bate1'; did you mean 'beta1'?")
  }

  @Test("puts a caret under the fault, in its line")
  func caret() throws {
    let error = try #require(fault("x +\n  2*y +\n 3 z"))
    #expect((error.line, error.column) == (3, 4))
    #expect(error.excerpt == " 3 z\n   ^")
    let long = try #require(fault(String(repeating: "x + ", count: 100) + "2y + x"))
    let lines = try #require(long.excerpt?.split(separator: "\n", omittingEmptySubsequences: false))
    #expect(lines.count == 2 && lines[0].count <= 82)
    let caret = try #require(lines[1].firstIndex(of: "^"))
    let offset = lines[1].distance(from: lines[1].startIndex, to: caret)
    #expect(lines[0][lines[0].index(lines[0].startIndex, offsetBy: offset)] == "y")
  }

  @Test("a fault in a file has the file's place and exit code")
  func location() throws {
    let error = try #require(fault("x + + y")).located(
      inFile: "adam.yaml", line: 7, column: 5, sourceLine: "  - x + + y")
    #expect(error.exitCode == .data)
    #expect(error.place == "adam.yaml:7:9")
    #expect(error.excerpt == "  - x + + y\n        ^")
  }

  @Test("refuses what is nested too deep or too long, without a crash")
  func hostile() throws {
    for text in [
      String(repeating: "(", count: 50_000),
      String(repeating: "(", count: 50_000) + "x" + String(repeating: ")", count: 50_000),
      String(repeating: "sqrt(", count: 50_000) + "x" + String(repeating: ")", count: 50_000),
    ] {
      #expect(try #require(fault(text)).message.contains("more than 1000 brackets"))
    }
    let long = try #require(fault(String(repeating: "x", count: 2_000_000)))
    #expect(long.message.contains("2000000 bytes"))
    #expect(
      try #require(fault(String(repeating: ")", count: 50_000))).message.contains("unexpected"))
    // Deep without brackets, and legal.
    let signs = try Formula(parsing: String(repeating: "-", count: 50_000) + "x")
    #expect(signs.depth == 50_000)
    #expect(try signs.value(["x": 3 as Rational]) == 3)
    let powers = try Formula(parsing: String(repeating: "x^", count: 50_000) + "x")
    #expect(powers.depth == 50_000)
    _ = try Formula(parsing: String(repeating: "9^", count: 1_000) + "9")
    let nested = String(repeating: "(", count: 1_000) + "x" + String(repeating: ")", count: 1_000)
    #expect(try Formula(parsing: nested).symbolName == "x")
  }

  @Test("reads relations")
  func relations() throws {
    let relation = try Relation(parsing: "v + 1 >= 2*x", variables: ["v", "x"])
    #expect(relation.comparison == .greaterOrEqual)
    #expect(relation.description == "v + 1 >= 2*x")
    #expect(relation.symbols == ["v", "x"])
    for (text, comparison) in [
      ("a<b", Relation.Comparison.less), ("a <= b", .lessOrEqual), ("a > b", .greater),
      ("a = b", .equal), ("a == b", .equal), ("a != b", .notEqual),
    ] {
      #expect(try Relation(parsing: text).comparison == comparison)
    }
    #expect(throws: FormulaSyntaxError.self) { try Relation(parsing: "v") }
    #expect(throws: FormulaSyntaxError.self) { try Relation(parsing: "0 <= v <= 1") }
    #expect(throws: FormulaSyntaxError.self) { try Relation(parsing: "v >=") }
    for comparison in Relation.Comparison.allCases {
      for (x, y) in [(1.0, 2.0), (2, 2), (3, 2)] {
        #expect(comparison.holds(x, y) != comparison.negated.holds(x, y))
        #expect(comparison.holds(x, y) == comparison.mirrored.holds(y, x))
      }
    }
  }

  @Test("reads assignments, with names that stand for formulas")
  func assignments() throws {
    let arena = FormulaArena()
    let first = try Assignment(parsing: "m = beta*m + (1 - beta)*g", in: arena)
    #expect(first.name == "m")
    let second = try Assignment(
      parsing: "theta = theta - m", bindings: ["m": first.formula], in: arena)
    #expect(second.formula.description == "theta - (beta*m + (1 - beta)*g)")
    for text in ["m + 1", "= 2", "2 = m", "m == 2", "sqrt = 2", "m = 1 < 2", "m ="] {
      #expect(throws: FormulaSyntaxError.self, "\(text)") { try Assignment(parsing: text) }
    }
  }
}
