import Diagnostics
import Numbers
import Optimizers
import Properties
import Testing

@Suite("Optimizers by name")
struct RegistryTests {
  @Test(
    "a name gives the defaults of the Swift initialiser",
    arguments: [
      ("sgd", Optimizer(SGD())), ("adam", Optimizer(Adam())), ("amo", chain(clip(1), AMO())),
      ("amvt", Optimizer(AMVT())), ("rmsprop", Optimizer(RMSprop())),
      ("adagrad", Optimizer(AdaGrad())), ("adadelta", Optimizer(AdaDelta())),
      ("adamw", Optimizer(Adam(weightDecay: 0.01))),
      ("adam-l2", Optimizer(Adam(weightDecay: 0.01, decayForm: .coupled))),
      ("amsgrad", Optimizer(AMSGrad())), ("nadam", Optimizer(NAdam())),
      ("radam", Optimizer(RAdam())), ("adabound", Optimizer(AdaBound())),
      ("adabelief", Optimizer(AdaBelief())), ("yogi", Optimizer(Yogi())),
      ("lion", Optimizer(Lion())),
    ])
  func defaults(name: String, optimizer: Optimizer) throws {
    let named = try Optimizer(named: name)
    #expect(named.hyperparameters.map(\.key) == optimizer.hyperparameters.map(\.key))
    #expect(named.hyperparameters.map(\.value) == optimizer.hyperparameters.map(\.value))
    #expect(named.card == optimizer.card && named.card.name == name)
    for (key, value) in named.hyperparameters {
      let card = named.card.hyperparameters.first { $0.key == key }
      #expect(card?.defaultValue == value, "\(key)")
    }
  }

  @Test("every option's every value is accepted, the default first")
  func options() throws {
    for name in Optimizer.builtInNames {
      let plain = try Optimizer(named: name)
      for option in plain.card.options {
        for value in option.values {
          var settings = [option.key: value]
          if option.key == "nesterov" { settings["momentum"] = "0.9" }
          #expect(throws: Never.self, "\(name) \(option.key)=\(value)") {
            _ = try Optimizer(named: name, settings: settings)
          }
        }
      }
      for card in plain.card.hyperparameters {
        for key in [card.key] + card.aliases {
          #expect(throws: Never.self, "\(name) \(key)") {
            let value = key == "rectificationThreshold" ? "5" : "0.5"
            _ = try Optimizer(named: name, settings: [key: value])
          }
        }
      }
    }
  }

  @Test("settings reach their parts, by key and by alias")
  func settings() throws {
    let optimizer = try Optimizer(
      named: "ayla:amo",
      settings: [
        "ayla.N1": "1.5", "lr": "0.01", "beta": "0.8", "gamma": "0.99", "clip": "0.5",
        "lowerBound": "-1", "maximize": "true", "nonFinite": "throw", "stepCounter": "perGroup",
      ])
    #expect(optimizer.name == "ayla:amo")
    let values = Dictionary(
      uniqueKeysWithValues: optimizer.hyperparameters.map { ($0.key, $0.value) })
    #expect(
      values == [
        "learningRate": 0.01, "beta1": 0.8, "beta2": 0.99, "epsilon": 1e-8, "clip": 0.5,
        "lowerBound": -1, "ayla.N1": 1.5, "ayla.N2": 1,
      ])
    #expect(optimizer.maximizes && optimizer.nonFinitePolicy == .throw)
    #expect(optimizer.stepCounter == .perGroup && optimizer.requiresLoss)
    #expect(try Optimizer(named: "amo", settings: ["clip": "none"]).stages.isEmpty)
    #expect(try Optimizer(named: "amvt", settings: ["clip": "2"]).stages.count == 1)
    let moments = try Optimizer(
      named: "ayla:adam", settings: ["ayla.N2": "1.5", "ayla.reading": "movingDecay"])
    #expect(moments.name == "ayla:adam" && moments.rule is AYLAMoments)
    #expect(moments.card.traits.contains(.varyingDecay))
  }

  @Test(
    "what is wrong is said in one line that shows it, with exit code 64",
    arguments: [
      ("amtv", [], "did you mean 'amvt'"),
      ("", [], "unknown optimizer ''"),
      ("adam:ayla", [], "unknown optimizer 'ayla'"),
      ("ayal:adam", [], "did you mean 'ayla'"),
      ("quantum", [], "unknown optimizer 'quantum'"),
      (String(repeating: "x", count: 100_000), [], "unknown optimizer"),
      ("adam", [("beta1", "1")], "beta1 must lie in [0, 1), got 1"),
      ("adam", [("beta1", "-0.5")], "got -0.5"),
      ("adam", [("lr", "NaN")], "'NaN' is no finite number"),
      ("adam", [("lr", "inf")], "'inf' is no finite number"),
      ("adam", [("lr", "")], "'' is no finite number"),
      ("adam", [("learningRate", "-1e-3")], "learningRate must lie in [0, inf), got -1e-3"),
      ("adam", [("epsilon", "0")], "epsilon must lie in (0, inf), got 0"),
      ("adam", [("beta3", "0.9")], "did you mean 'beta1'"),
      ("adam", [("learningrate", "1")], "did you mean 'learningRate'"),
      ("adam", [("xyzzy", "1")], "it has learningRate"),
      ("adam", [("lr", "1"), ("learningRate", "1")], "given twice"),
      ("adam", [("lr", "1"), ("lr", "1")], "given twice"),
      ("adam", [("epsilonPlacement", "beside")], "none of outsideRoot, insideRoot"),
      ("adam", [("maximize", "yes")], "none of true, false"),
      ("adam", [("ayla.N1", "2")], "no hyper-parameter 'ayla.N1'"),
      ("adam", [("clip", "0")], "clip must lie in (0, inf), got 0"),
      ("adam", [("clip", "half")], "'half' is no finite number"),
      ("adam", [("lowerBound", "1"), ("upperBound", "0")], "lowerBound 1 lies above upperBound 0"),
      ("amvt", [("decayForm", "coupled")], "none of decoupled, paper"),
      ("sgd", [("nesterov", "true")], "needs a momentum above 0"),
      (
        "sgd", [("nesterov", "true"), ("momentum", "0.9"), ("dampening", "0.1")],
        "takes no dampening"
      ),
      ("sgd", [("dampening", "1.5")], "dampening must lie in [0, 1], got 1.5"),
      ("lookahead:adam", [("lookahead.k", "0")], "lookahead.k must lie in [1, inf), got 0"),
      ("lookahead:adam", [("lookahead.k", "2.5")], "it counts steps"),
      ("lookahead:adam", [("lookahead.alpha", "1.5")], "lookahead.alpha must lie in [0, 1]"),
      ("ema:adam", [("ema.decay", "1")], "ema.decay must lie in [0, 1), got 1"),
      ("swa:sgd", [("swa.begin", "3")], "it has swa.start, swa.period"),
      ("ayla:adam", [], "ayla.N1 = ayla.N2 = 1 is adam itself"),
      ("ayla:adam", [("ayla.N1", "0")], "an exponent of 0 makes every gradient zero"),
      ("ayla:adam", [("ayla.N2", "-1")], "ayla.N2 must lie in (0, inf), got -1"),
      ("ayla:adam", [("ayla.N1", "nan")], "'nan' is no finite number"),
      ("ayla:adam", [("ayla.N3", "2"), ("ayla.N1", "2")], "did you mean 'ayla.N1'"),
      ("ayla:adam", [("ayla.N1", "2"), ("ayla.reading", "best")], "'best' is none of gradient"),
      (
        "ayla:amvt", [("ayla.N1", "2"), ("ayla.reading", "movingDecay")],
        "is a reading of Adam's moments"
      ),
      (
        "ayla:adam",
        [("ayla.N1", "2"), ("ayla.reading", "rescaled"), ("weightDecay", "0.1")],
        "is not plain adam"
      ),
    ] as [(String, [(String, String)], String)])
  func errors(name: String, settings: [(String, String)], message: String) throws {
    let error = #expect(throws: SettingError.self) {
      _ = try Optimizer(named: name, settings: settings.map { (key: $0.0, value: $0.1) })
    }
    let diagnosis = try #require(error).diagnosis
    #expect(diagnosis.contains(message), "\(diagnosis)")
    #expect(!diagnosis.contains("\n") && diagnosis.utf8.count < 600)
    #expect(error?.exitCode == .usage)
  }

  @Test("a card's traits follow the options")
  func traits() throws {
    #expect(!Adam(weightDecay: 0.1).card.traits.contains(.translationInvariant))
    #expect(Adam(weightDecay: 0.1, decayForm: .coupled).card.traits.contains(.coupledDecay))
    #expect(AMVT().card.traits.contains(.variancePenalty))
    #expect(!AMVT(variancePenalty: .trackedOnly).card.traits.contains(.variancePenalty))
    #expect(!chain(clip(1), AMVT()).card.traits.contains(.coordinateWise))
    #expect(chain(AYLA(N1: 2), Adam()).card.traits.isSuperset(of: [.requiresLoss, .lossTransform]))
    #expect(SGD(momentum: 0.9, rateInVelocity: .inside).card.traits.contains(.holdsRateInState))
  }
}
