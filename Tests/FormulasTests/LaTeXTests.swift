import Formulas
import Numbers
import Testing

@Suite("Formulas as LaTeX")
struct LaTeXTests {
  @Test(
    "reads as in a paper",
    arguments: [
      ("beta1*m + (1 - beta1)*g", "\\beta_{1} \\, m + \\left(1 - \\beta_{1}\\right) \\, g"),
      ("m/(1 - beta1^t)", "\\frac{m}{1 - \\beta_{1}^{t}}"),
      (
        "learningRate*m_hat/(sqrt(v_hat) + epsilon)",
        "\\frac{\\alpha \\, \\hat{m}}{\\sqrt{\\hat{v}} + \\epsilon}"
      ),
      ("g*g", "g^{2}"), ("(a + b)^2", "\\left(a + b\\right)^{2}"),
      ("(x/y)^2", "\\left(\\frac{x}{y}\\right)^{2}"),
      ("2*3", "2 \\cdot 3"), ("x*2^y", "x \\cdot 2^{y}"), ("-x^2", "-x^{2}"),
      ("-(x + y)", "-\\left(x + y\\right)"),
      ("x - (y - z)", "x - \\left(y - z\\right)"), ("x*(-y)", "x \\, \\left(-y\\right)"),
      ("1e-9", "10^{-9}"),
      ("1/3*x", "\\frac{1}{3} \\, x"), ("abs(x)", "\\left|x\\right|"), ("exp(-x)", "e^{-x}"),
      ("log(x)", "\\ln\\left(x\\right)"), ("min(x, 1)", "\\min\\left(x, 1\\right)"),
      ("weightDecay", "\\lambda"),
      ("if(x < 0, -1, y)", "\\begin{cases} -1 & x < 0 \\\\ y & \\text{otherwise} \\end{cases}"),
      ("speed*N_1", "\\mathrm{speed} \\, N_{1}"),
    ])
  func notation(text: String, latex: String) throws {
    #expect(try Formula(parsing: text).latex == latex)
  }

  @Test("names the parts that are shared")
  func sharing() throws {
    let arena = FormulaArena()
    let m = try Formula(parsing: "beta1*m + (1 - beta1)*g", in: arena)
    let step = try Formula(
      parsing: "theta - alpha*m/sqrt(m*m + epsilon)", bindings: ["m": m], in: arena)
    let lines = Formula.latex([("m", m), ("theta", step)]).split(separator: "\n")
    #expect(lines.count == 4)
    #expect(lines[1] == "m' &= \\beta_{1} \\, m + \\left(1 - \\beta_{1}\\right) \\, g \\\\")
    #expect(lines[2] == "\\theta' &= \\theta - \\frac{\\alpha \\, m'}{\\sqrt{m'^{2} + \\epsilon}}")
    var x = arena.symbol("x")
    for _ in 0..<100 { x = x * x + x }
    #expect(x.latex.utf8.count < 20_000)
  }
}
