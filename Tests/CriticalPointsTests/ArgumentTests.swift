import CriticalPoints
import Diagnostics
import Formulas
import Foundation
import Numbers
import Optimizers
import Testing

func formula(_ text: String) throws -> Formula { try Formula(parsing: text) }

@Suite("Arguments and results of the search")
struct ArgumentTests {
  @Test(
    "a bad box is one clear error",
    arguments: [
      ("x=2:1", CriticalPointError.reversedBox(variable: "x", lower: "2", upper: "1")),
      ("x=1:1", .emptyBox(variable: "x", at: "1")),
      ("x=nan:1", .boundIsNoNumber(variable: "x", text: "nan")),
      ("x=0:inf", .boundIsNoNumber(variable: "x", text: "inf")),
      ("x=0:1e999999", .boundIsNoNumber(variable: "x", text: "1e999999")),
      ("x=0", .unreadableBox(text: "x=0")), ("", .unreadableBox(text: "")),
      ("=0:1", .unreadableBox(text: "=0:1")), ("x=0:1,", .unreadableBox(text: "x=0:1,")),
      ("x=0:1,x=0:2", .repeatedVariable("x")),
      ("a=0:1,b=0:1,c=0:1,d=0:1,e=0:1", .variableCount(5, limit: 4)),
    ])
  func boxes(text: String, error: CriticalPointError) {
    let thrown = #expect(throws: CriticalPointError.self) { try SearchBox(parsing: text) }
    #expect(thrown == error)
    #expect(thrown?.exitCode == .usage && thrown?.place == "--box")
    #expect(thrown?.message.contains("\n") == false)
  }

  @Test("bounds that are NaN or infinite doubles are refused")
  func doubles() {
    #expect(throws: CriticalPointError.self) { try SearchBox.Side("x", Double.nan, 1) }
    #expect(throws: CriticalPointError.self) { try SearchBox.Side("x", 0, Double.infinity) }
    #expect(throws: CriticalPointError.self) { try SearchBox([]) }
  }

  @Test(
    "a bad transform is one clear error",
    arguments: [
      "ayla:N1=0,N2=1", "ayla:N1=-1", "ayla:N2=nan", "ayla:N1=inf", "ayla:N3=1", "ayla:N1", "adam",
      "ayla:", "ayla:N1=1,N1=2", "ayla:N1=1,",
    ])
  func transforms(text: String) {
    let thrown = #expect(throws: CriticalPointError.self) { try PowerTransform(parsing: text) }
    #expect(thrown?.exitCode == .usage && thrown?.place == "--transform")
    #expect(thrown?.message.isEmpty == false)
  }

  @Test("an exponent of 0 is told why it is refused")
  func zeroExponent() {
    let thrown = #expect(throws: CriticalPointError.self) {
      try PowerTransform(parsing: "ayla:N1=0,N2=1")
    }
    #expect(thrown?.message.contains("every gradient is zero") == true)
  }

  @Test("a variable without bounds is named")
  func unknownVariable() throws {
    let thrown = #expect(throws: CriticalPointError.self) { try report("x + q", box: "x=-1:1") }
    #expect(thrown == .unboundedVariable("q", box: ["x"]))
    #expect(thrown?.message.contains("'q'") == true)
  }

  @Test("fractions, decimals and spaces are read as typed")
  func reading() throws {
    let box = try SearchBox(parsing: " x = -1/3 : 0.1 ,y=0:1e3")
    #expect(box.variables == ["x", "y"])
    #expect(box.sides[0].lower == Rational(-1, 3) && box.sides[0].upper == Rational(1, 10))
    let transform = try PowerTransform(parsing: "ayla:N2=2/3")
    #expect(transform.smallExponent == 1 && transform.largeExponent == Rational(2, 3))
  }

  @Test("JSON has the documented fields, and no others")
  func json() throws {
    let found = try report("x^4 - 3*x^3 + 2", box: "x=-3:4", "ayla:N1=2,N2=1.4")
    let json = found.json
    #expect(
      json.object?.keys.sorted()
        == ["box", "complete", "function", "points", "sets", "transform"])
    #expect(json["function"]?.string == "x^4 - 3*x^3 + 2")
    #expect(json["transform"]?.string == "ayla:N1=2,N2=1.4")
    #expect(json["complete"]?.bool == true)
    #expect(json["box"]?["x"]?.array?.compactMap(\.double) == [-3, 4])
    let points = try #require(json["points"]?.array)
    #expect(points.count == 4)
    #expect(
      points[0].object?.keys.sorted() == [
        "at", "eigenvalues", "kind", "kindProvedBy", "status", "statusProvedBy",
        "transformedEigenvalues", "value",
      ])
    #expect(points[1]["at"]?["x"]?.double == 1 && points[1]["kind"] == .null)
    #expect(points[1]["status"]?.string == "spurious")
    let plain = try report("x^2", box: "x=-1:1").json
    #expect(plain["transform"] == .null)
    #expect(plain["points"]?.array?[0]["status"] == .null)
    let ring = try report("(x^2 + y^2 - 1)^2", box: "x=-2:2,y=-2:2").json
    let set = try #require(ring["sets"]?.array?.first)
    #expect(set.object?.keys.sorted() == ["dimension", "equation", "samples", "status"])
    #expect(set["samples"]?.array?[0]["x"]?.double != nil)
    #expect(try JSONValue(parsing: Data(json.text().utf8)).text() == json.text())
  }

  @Test("an infinite second derivative survives JSON")
  func infiniteJSON() throws {
    let json = try report("x^2", box: "x=-1/2:1/2", "ayla:N1=0.75,N2=1").json
    #expect(
      json["points"]?.array?[0]["transformedEigenvalues"]?.array?[0].double == .infinity)
  }

  @Test("the text says what is proved and what is not")
  func text() throws {
    let proved = try report("x^4 - 3*x^3 + 2", box: "x=-3:4", "ayla:N1=2,N2=1.4").text
    #expect(proved.contains("complete   yes"))
    #expect(proved.contains("x = 9/4") && proved.contains("2.919639566"))
    #expect(proved.contains("degenerate") && proved.contains("spurious"))
    let open = try report("abs(x) + x^2", box: "x=-2:2").text
    #expect(open.contains("complete   no") && open.contains("Undecided: 1 box"))
    let none = try report("exp(x) + x", box: "x=-2:2").text
    #expect(none.contains("No isolated critical point"))
  }
}
