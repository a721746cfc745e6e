import Diagnostics
import Foundation
import Numbers
import Optimizers
import Testing

/// A run of two groups with absent gradients and a changed rate, which can be stopped anywhere.
struct StoppableRun<S: OptimizerScalar> {
  let optimizer: Optimizer
  let format: SlotFormat
  var parameters: [[S]] = [[0.5, -1, 2], [], [0.25]]
  var state: OptimizerState<S>

  init(_ optimizer: Optimizer, format: SlotFormat = .full) throws {
    self.optimizer = optimizer
    self.format = format
    state = try Self.fresh(optimizer, format)
  }

  static func fresh(_ optimizer: Optimizer, _ format: SlotFormat) throws -> OptimizerState<S> {
    try optimizer.makeState(
      of: S.self,
      groups: [
        ParameterGroup(counts: [3, 0]),
        ParameterGroup(counts: [1], hyperparameters: ["learningRate": 0.0078125]),
      ], format: format)
  }

  mutating func step(_ step: Int) throws {
    if step == 3 { try optimizer.set("lr", to: Rational(1, 3000), group: 0, in: &state) }
    let scale = S(optimizer.lossScale(in: state))
    let gradients = [3, 0, 1].enumerated().map { tensor, count -> [S]? in
      if step == 2 && tensor == 2 || step == 4 && tensor == 0 { return nil }
      return Inputs.gradients(step: 7 * step + tensor, count: count).map { scale * S($0) }
    }
    try optimizer.step(
      &parameters, gradients: gradients, loss: Inputs.loss(step: step), state: &state)
  }
}

@Suite("Saved states")
struct SavedStateTests {
  private func checkResume<S: OptimizerScalar>(
    _ optimizer: Optimizer, _ type: S.Type, _ format: SlotFormat = .full
  ) throws {
    let steps = 7
    var whole = try StoppableRun<S>(optimizer, format: format)
    var stops: [StoppableRun<S>] = []
    for step in 1...steps {
      stops.append(whole)
      try whole.step(step)
    }
    let end = optimizer.encoded(whole.state)
    for (place, stop) in stops.enumerated() {
      var resumed = stop
      resumed.state = try StoppableRun<S>.fresh(optimizer, format)
      try optimizer.decode(optimizer.encoded(stop.state), into: &resumed.state)
      #expect(optimizer.encoded(resumed.state) == optimizer.encoded(stop.state))
      for step in (place + 1)...steps { try resumed.step(step) }
      #expect(resumed.parameters == whole.parameters, "\(S.self), before step \(place + 1)")
      #expect(optimizer.encoded(resumed.state) == end)
    }
  }

  @Test("a run resumes at any step, to the bit", arguments: OptimizerTable.all)
  func resumes(row: TableRow) throws {
    try checkResume(row.optimizer, Float.self)
    try checkResume(row.optimizer, Double.self)
    try checkResume(row.optimizer, Float.self, .bfloat16)
    try checkResume(row.optimizer, Float.self, .float16)
    var byGroup = row.optimizer
    byGroup.stepCounter = .perGroup
    try checkResume(byGroup, Float.self)
  }

  @Test("everything at once resumes, between micro-batches as well")
  func everything() throws {
    let all = chain(
      GradientAccumulation(k: 3),
      chain(
        LossScaling(initialScale: 8, growthInterval: 1),
        chain(ExponentialAverage(), chain(Lookahead(k: 2), StageTests.everything))))
    try checkResume(all, Float.self)
    try checkResume(all, Double.self)
  }

  @Test("what is not finite is saved as it is")
  func nonFinite() throws {
    let optimizer = chain(Lookahead(k: 5), NAdam())
    var run = try StoppableRun<Float>(optimizer)
    run.parameters = [[1, -.infinity, -0.0], [], [1]]
    try optimizer.step(&run.parameters, gradients: [[.nan, 1, 0], nil, nil], state: &run.state)
    var loaded = try StoppableRun<Float>.fresh(optimizer, .full)
    try optimizer.decode(optimizer.encoded(run.state), into: &loaded)
    #expect(optimizer.encoded(loaded) == optimizer.encoded(run.state))
    #expect(loaded.tensors[0][slot: 0][0].isNaN && loaded.tensors[0].vectors[0][1] == -.infinity)
    #expect(loaded.tensors[0].vectors[0][2].sign == .minus)
  }

  // MARK: - Files

  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  @Test("a file appears whole, replaces another, and leaves nothing beside it")
  func files() throws {
    try withFolder { folder in
      let path = folder.appending(path: "state.safetensors").path
      let optimizer = chain(ExponentialAverage(), Adam())
      var run = try StoppableRun<Double>(optimizer)
      try optimizer.save(run.state, to: path)
      try run.step(1)
      try optimizer.save(run.state, to: path)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 1)
      #expect(
        try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))) == optimizer.encoded(run.state))
      var loaded = try StoppableRun<Double>.fresh(optimizer, .full)
      try optimizer.load(path, into: &loaded)
      #expect(optimizer.encoded(loaded) == optimizer.encoded(run.state))
    }
  }

  @Test("files that cannot be read or written are errors of their own")
  func unusableFiles() throws {
    try withFolder { folder in
      let optimizer = Optimizer(Adam())
      var state = optimizer.makeState(of: Float.self, counts: [1])
      let missing = folder.appending(path: "none").path
      for (path, reason) in [(missing, "none"), (folder.path, "it is no regular file")] {
        let error = #expect(throws: SavedStateError.self) {
          try optimizer.load(path, into: &state)
        }
        #expect(error?.exitCode == .noInput && error?.place == path)
        #expect(error?.diagnosis.contains(reason) == true, "\(error?.diagnosis ?? "")")
      }
      let error = #expect(throws: SavedStateError.self) {
        try optimizer.save(state, to: "\(missing)/state")
      }
      #expect(error?.exitCode == .cannotCreate)
      #expect(error?.message.hasPrefix("cannot be written") == true)
      // What is there already stays when a directory stands in the way.
      #expect(throws: SavedStateError.self) { try optimizer.save(state, to: folder.path) }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
      try Data([1, 2, 3]).write(to: folder.appending(path: "short"))
      let short = #expect(throws: SavedStateError.self) {
        try optimizer.load(folder.appending(path: "short").path, into: &state)
      }
      #expect(short?.exitCode == .data && short?.diagnosis.contains("short: ") == true)
    }
  }

  // MARK: - The format

  @Test("the file is safetensors: a length, a header of JSON, the numbers in order")
  func format() throws {
    let optimizer = Optimizer(SGD(momentum: 0.5))
    var state = optimizer.makeState(of: Float.self, counts: [2])
    var x: [Float] = [0, 0]
    try optimizer.step(&x, gradients: [1.5, -2], state: &state)
    let bytes = optimizer.encoded(state)
    let length = (0..<8).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
    #expect((8 + length) % 8 == 0)
    let header = try JSONValue(parsing: Data(bytes[8..<(8 + length)]))
    let entry = try #require(header["tensors.0.velocity"])
    #expect(entry["dtype"] == "F32" && entry["shape"] == [2])
    let start = 8 + length + (entry["data_offsets"]?.array?[0].int ?? 0)
    // 1.5 is 3FC00000, −2 is C0000000, the last byte first.
    #expect(Array(bytes[start..<(start + 8)]) == [0, 0, 0xC0, 0x3F, 0, 0, 0, 0xC0])
    let data = header.object?.filter { $0.key != "__metadata__" } ?? [:]
    let ends = data.values.compactMap { $0["data_offsets"]?.array?[1].int }
    #expect(ends.max() == bytes.count - 8 - length)
    #expect(Set(data.keys).isSuperset(of: ["tensors.0.history", "groups.0.history", "lossScale"]))
    let text = try #require(header["__metadata__"]?["assay.optimizer-state"]?.string)
    let json = try JSONValue(parsing: Data(text.utf8))
    #expect(json["version"] == 1 && json["stepCount"] == 1 && json["type"] == "F32")
    #expect(
      json["groups"]?.array?[0]["hyperparameters"]?.array?.first == ["learningRate", "1/100"])
  }

  @Test("Python reads the numbers by the format's description alone")
  func python() throws {
    let interpreter = "/usr/bin/python3"
    guard FileManager.default.isExecutableFile(atPath: interpreter) else { return }
    try withFolder { folder in
      let path = folder.appending(path: "state.safetensors").path
      let optimizer = Optimizer(Adam())
      var state = optimizer.makeState(of: Double.self, counts: [2])
      var x = [0.0, 0]
      try optimizer.step(&x, gradients: [0.37, -2.385], state: &state)
      try optimizer.save(state, to: path)
      let script = """
        import json, struct, sys
        data = open(sys.argv[1], 'rb').read()
        length, = struct.unpack('<Q', data[:8])
        header = json.loads(data[8:8 + length])
        entry = header['tensors.0.v']
        begin, end = entry['data_offsets']
        numbers = struct.unpack('<2d', data[8 + length + begin:8 + length + end])
        print(entry['dtype'], entry['shape'], *[number.hex() for number in numbers])
        """
      let process = Process()
      process.executableURL = URL(fileURLWithPath: interpreter)
      process.arguments = ["-c", script, path]
      let pipe = Pipe()
      process.standardOutput = pipe
      try process.run()
      let output = String(
        decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
      process.waitUntilExit()
      let words = output.split(whereSeparator: \.isWhitespace).map(String.init)
      #expect(process.terminationStatus == 0 && words.prefix(2) == ["F64", "[2]"])
      let numbers = words.dropFirst(2).compactMap { Double($0) }
      #expect(numbers == state.tensors[0][slot: 1])
    }
  }
}
