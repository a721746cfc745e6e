import Diagnostics
import Foundation
import Numbers
import Optimizers
import Testing

@Suite("Saved states that are not what they should be")
struct HostileStateTests {
  private let optimizer = chain(Lookahead(k: 2), chain(clip(1), Adam()))

  private func fresh() throws -> OptimizerState<Float> {
    try StoppableRun<Float>.fresh(optimizer, .full)
  }

  private func sample() throws -> [UInt8] {
    var run = try StoppableRun<Float>(optimizer)
    for step in 1...3 { try run.step(step) }
    return optimizer.encoded(run.state)
  }

  private func error(
    _ bytes: [UInt8], _ optimizer: Optimizer? = nil, into state: OptimizerState<Float>? = nil
  ) throws -> SavedStateError? {
    var state = try state ?? fresh()
    let optimizer = optimizer ?? self.optimizer
    let before = optimizer.encoded(state)
    defer { #expect(optimizer.encoded(state) == before) }
    return #expect(throws: SavedStateError.self) { try optimizer.decode(bytes, into: &state) }
  }

  private func check(_ error: SavedStateError?, _ message: String) {
    #expect(error?.exitCode == .data)
    #expect(error?.diagnosis.contains(message) == true, "\(error?.diagnosis ?? "nothing thrown")")
    #expect(error?.diagnosis.contains("\n") == false && (error?.diagnosis.utf8.count ?? 0) < 600)
  }

  @Test("a state of something else is refused, and the difference named")
  func differences() throws {
    let bytes = try sample()
    for (other, message) in [
      (chain(Lookahead(k: 2), chain(clip(1), AMVT())), "the optimizer is 'lookahead:adam' there"),
      (chain(clip(1), Adam()), "'adam' here"),
      (chain(Lookahead(k: 3), chain(clip(1), Adam())), "lookahead.k is '2' there, '3' here"),
      (chain(Lookahead(k: 2), chain(clip(2), Adam())), "clip is '1' there, '2' here"),
      (chain(Lookahead(k: 2), Adam()), "the order of the stages is 'clip' there, '' here"),
      (
        chain(Lookahead(k: 2), chain(clip(1), Adam(epsilonPlacement: .insideRoot))),
        "epsilonPlacement is 'outsideRoot' there, 'insideRoot' here"
      ),
    ] {
      check(
        try error(bytes, other, into: StoppableRun<Float>.fresh(other, .full)), message)
    }
    check(
      try error(bytes, into: optimizer.makeState(of: Float.self, counts: [3, 0, 1])),
      "the number of groups is 2 there, 1 here")
    let groups = { (counts: [[Int]]) in
      try optimizer.makeState(of: Float.self, groups: counts.map { ParameterGroup(counts: $0) })
    }
    check(
      try error(bytes, into: groups([[3, 0, 2], [1]])), "the number of tensors is 3 there, 4 here")
    check(
      try error(bytes, into: groups([[3, 0], [2]])), "the count of tensor 2 is 1 there, 2 here")
    check(
      try error(bytes, into: groups([[3], [0, 1]])), "the group of tensor 1 is 0 there, 1 here")
    check(
      try error(bytes, into: StoppableRun<Float>.fresh(optimizer, .bfloat16)),
      "the slot format of tensor 0 is full there, bfloat16 here")
    var doubles = optimizer.makeState(of: Double.self, counts: [3, 0, 1])
    let typed = #expect(throws: SavedStateError.self) {
      try optimizer.decode(bytes, into: &doubles)
    }
    check(typed, "the parameters' type is F32 there, F64 here")
  }

  /// A file with the header's text changed.
  private func edited(_ old: String, _ new: String) throws -> [UInt8] {
    let bytes = try sample()
    let length = (0..<8).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
    let header = String(decoding: bytes[8..<(8 + length)], as: UTF8.self)
    #expect(header.contains(old), "\(old)")
    guard let range = header.range(of: old) else { return [] }
    return file(header.replacingCharacters(in: range, with: new), data: bytes[(8 + length)...])
  }

  private func file(_ header: String, data: some Sequence<UInt8> = []) -> [UInt8] {
    let text = Array(header.utf8)
    return (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) } + text + data
  }

  @Test(
    "contents that break the format are refused, and the fault named",
    arguments: [
      (#"\"version\":1"#, #"\"version\":2"#, "the state is of version 2, and this reads version 1"),
      (#"\"version\":1"#, #"\"version\":\"1\""#, "version is no count"),
      (#"\"stepCount\":3"#, #"\"stepCount\":-3"#, "stepCount is no count"),
      (#"\"stepCount\":3"#, #"\"stepCount\":9223372036854775807"#, "stepCount is no count"),
      (#"\"stepCount\":3"#, #"\"stepCount\":3,\"stepCount\":3"#, "'stepCount' is given twice"),
      (#"\"pendingMicroBatches\":0"#, #"\"pendingMicroBatches\":1"#, "1 micro-batches wait, of 1"),
      (#"\"accumulated\":false"#, #"\"accumulated\":true"#, "waits for a batch"),
      (#"\"beta1\",\"9/10\""#, #"\"beta1\",\"1\""#, "beta1 must lie in [0, 1), got 1"),
      (#"\"beta1\",\"9/10\""#, #"\"beta1\",\"NaN\""#, "beta1 is 'NaN', which is no number"),
      (#"\"beta1\",\"9/10\""#, #"\"beta0\",\"9/10\""#, "the list of hyper-parameters is"),
      (#"\"beta1\",\"9/10\""#, #"\"beta1\",\"1e999999999\""#, "which is no number"),
      (#"\"wrapperVectors\":true"#, #"\"wrapperVectors\":false"#, "that is no part of the state"),
      (
        #"\"stageVectors\":false"#, #"\"stageVectors\":true"#,
        "numbers of stages that there are not"
      ),
      (#"\"group\":0"#, #"\"group\":7"#, "the group of tensor 0 is 7 there, 0 here"),
      (#""assay.optimizer-state""#, #""another-tool""#, "holds no state of an optimizer"),
      (#""assay.optimizer-state""#, #""a":1,"assay.optimizer-state""#, "'a' is none"),
      (#""tensors.0.m":"#, #""tensors.0.n":"#, "it lacks tensor 'tensors.0.m'"),
      (#""tensors.0.m":"#, #""tensors.0.v":"#, "'tensors.0.v' is given twice"),
      (#""F32""#, #""I32""#, "is of the type 'I32'"),
      (#""shape":[3]"#, #""shape":[4]"#, "has 12 bytes, and its shape 16"),
      (#""shape":[3]"#, #""shape":[3,1]"#, "F32 [3, 1] there, F32 [3] here"),
      (#""shape":[3]"#, #""shape":[-3]"#, "a length that is no count"),
      (#""shape":[3]"#, #""shape":[4611686018427387904,4611686018427387904]"#, "too large"),
      (#""data_offsets":["#, #""data_offsets":[0,0,"#, "lies outside the"),
      (#""data_offsets":["#, #""offsets":["#, "has a dtype, a shape and data_offsets"),
    ] as [(String, String, String)])
  func malformed(old: String, new: String, message: String) throws {
    check(try error(edited(old, new)), message)
  }

  @Test("hostile headers are refused before memory is taken")
  func hostileHeaders() throws {
    func entry(_ name: String, _ begin: Int, _ end: Int, _ shape: String = "[4]") -> String {
      #""\#(name)":{"dtype":"F32","shape":\#(shape),"data_offsets":[\#(begin),\#(end)]}"#
    }
    let data = [UInt8](repeating: 0, count: 32)
    let length = { (length: UInt64) in (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    }
    for (bytes, message) in [
      ([], "a file of 0 bytes"), ([1, 2, 3], "a file of 3 bytes"),
      (length(0), "the header is no object"),
      (length(100), "a header of 100 bytes in a file of 8"),
      (length(.max), "a header of 18446744073709551615 bytes, and at most"),
      (length(1 << 40) + data, "a header of 1099511627776 bytes, and at most"),
      (file("[]"), "the header is no object"), (file("{"), "'\"' is missing"),
      (file("{}x"), "something follows the value"), (file(" {}"), "the header is no object"),
      (file("{\(entry("a", 0, 16)),\(entry("b", 8, 24))}", data: data), "overlap or leave a gap"),
      (file("{\(entry("a", 0, 16))}", data: data), "the tensors end at byte"),
      (file("{\(entry("a", 16, 32))}", data: data), "overlap or leave a gap at byte"),
      (file("{\(entry("a", 0, 16)),\(entry("a", 16, 32))}", data: data), "'a' is given twice"),
      (file("{\(entry("a", 0, 48))}", data: data), "lies outside the 32 bytes of data"),
      (file("{\(entry("a", -16, 0))}", data: data), "lies outside the 32 bytes of data"),
      (file("{\(entry("a", 32, 16))}", data: data), "lies outside the 32 bytes of data"),
      (file("{\(entry("a", 0, 99_999_999_999_999))}"), "lies outside the 0 bytes of data"),
      (file("{\(entry("a", 0, 32, "[9223372036854775807]"))}", data: data), "too large"),
      (file("{\"a\":" + String(repeating: "[", count: 100_000)), "nested more than 16 deep"),
      (
        file("{\"__metadata__\":{\"a\":" + String(repeating: "{\"a\":", count: 50_000)),
        "nested more than 16 deep"
      ),
      (file(#"{"__metadata__":[]}"#), "__metadata__ is no object"),
      (file(#"{"a\ud800":1}"#), "is missing"), (file(#"{"a\ud800\u0041":1}"#), "half a surrogate"),
      (file(#"{"a\q":1}"#), "unknown escape"), (file(#"{"a":01}"#), "this is no value"),
      (file(#"{"a":1e999}"#), "is no number"), (file("{\"a\u{1}\":1}"), "a control character"),
      (file(#"{"a":"# + String(repeating: "9", count: 500) + "}"), "more than 400 digits"),
      (file("{\"\u{FFFD}\":1}").map { $0 == 0xBF ? 0xFF : $0 }, "a text is no UTF-8"),
      (file("{}"), "holds no state of an optimizer"),
    ] as [([UInt8], String)] {
      check(try error(bytes), message)
    }
  }

  @Test("a file cut off anywhere is refused")
  func truncated() throws {
    let bytes = try sample()
    var state = try fresh()
    let before = optimizer.encoded(state)
    for count in bytes.indices {
      #expect(throws: SavedStateError.self, "\(count) bytes") {
        try optimizer.decode(Array(bytes.prefix(count)), into: &state)
      }
    }
    #expect(throws: SavedStateError.self) { try optimizer.decode(bytes + [0], into: &state) }
    #expect(optimizer.encoded(state) == before)
  }

  @Test("a file with any byte changed is refused or read, and never traps")
  func flipped() throws {
    var bytes = try sample()
    for place in bytes.indices {
      let byte = bytes[place]
      for mask in [0x01, 0x10, 0x80, 0xFF] as [UInt8] {
        bytes[place] = byte ^ mask
        var state = try fresh()
        try? optimizer.decode(bytes, into: &state)
        // What was read can be stepped with.
        if place % 16 == 0 {
          var run = try StoppableRun<Float>(optimizer)
          run.state = state
          try run.step(1)
        }
      }
      bytes[place] = byte
    }
  }

  @Test("random headers are refused or read, and never trap")
  func random() throws {
    let pieces = [
      "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u00", "0", "-1", "1e5", "9223372036854775808",
      "null", "true", "\"dtype\"", "\"F32\"", "\"shape\"", "\"data_offsets\"", "\"__metadata__\"",
      " ", "\u{e9}",
    ]
    var state = try fresh()
    for seed in 0..<3_000 {
      var text = "{"
      for place in 0..<(seed % 40) {
        text += pieces[Int(Mixture.bits(step: seed, coordinate: place) % UInt64(pieces.count))]
      }
      #expect(throws: SavedStateError.self) { try optimizer.decode(file(text), into: &state) }
    }
  }
}
