import Numbers
import Testing

@Suite("Philox") struct PhiloxTests {
  /// The vectors that the authors of Random123 publish for philox4x64-10; the last agrees with numpy.
  @Test func `gives the published words`() {
    let all = UInt64.max
    #expect(
      Philox.block(counter: .init(0, 0, 0, 0), key: (0, 0))
        == .init(
          0x1655_4d9e_ca36_314c, 0xdb20_fe9d_672d_0fdc, 0xd7e7_72ce_e186_176b,
          0x7e68_b68a_ec7b_a23b))
    #expect(
      Philox.block(counter: .init(all, all, all, all), key: (all, all))
        == .init(
          0x87b0_92c3_013f_e90b, 0x438c_3c67_be8d_0224, 0x9cc7_d7c6_9cd7_77b6,
          0xa09c_aebf_594f_0ba0))
    #expect(
      Philox.block(
        counter: .init(
          0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344, 0xa409_3822_299f_31d0,
          0x082e_fa98_ec4e_6c89), key: (0x4528_21e6_38d0_1377, 0xbe54_66cf_34e9_0c6c))
        == .init(
          0xa528_f454_03e6_1d95, 0x38c7_2dbd_566e_9788, 0xa5a1_610e_72fd_18b5,
          0x57bd_43b5_e52b_7fe6))
    var words = Philox(seed: 5, property: 7, case: 0)
    let first = [words.next(), words.next(), words.next(), words.next()]
    #expect(
      first == [
        0x137c_f5ba_dfbe_f58f, 0x43a2_9fe7_8591_cb3a, 0x5512_e4c6_0416_b361,
        0x4f4a_9a28_0d85_942b,
      ])
  }

  @Test func `makes any draw alone`() {
    var words = Philox(seed: 37, property: Philox.number(of: "a"), case: 11)
    for draw in UInt64(0)..<23 {
      var alone = Philox(seed: 37, property: Philox.number(of: "a"), case: 11, draw: draw)
      #expect(words.draw == draw)
      #expect(alone.next() == words.next())
    }
  }

  @Test func `differs in every part of its key`() {
    func word(_ seed: UInt64, _ property: UInt64, _ number: UInt64, _ stream: UInt64) -> UInt64 {
      var words = Philox(seed: seed, property: property, case: number, stream: stream)
      return words.next()
    }
    let all = [
      word(0, 0, 0, 0), word(1, 0, 0, 0), word(0, 1, 0, 0), word(0, 0, 1, 0), word(0, 0, 0, 1),
    ]
    #expect(Set(all).count == 5)
    #expect(Philox.number(of: "a") != Philox.number(of: "b"))
  }

  @Test func `stays below its bound and inside the unit interval`() {
    var words = Philox(seed: 3, property: 1, case: 4)
    for bound: UInt64 in [1, 2, 3, 1000, .max] {
      for _ in 0..<200 {
        let value = words.below(bound)
        #expect(value < bound)
        let unit = words.unit()
        #expect(0 <= unit && unit < 1)
      }
    }
  }
}
