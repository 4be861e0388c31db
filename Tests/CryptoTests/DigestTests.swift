import Crypto
import Testing

@Suite struct `A digest` {
  // RFC 6234, RFC 3174 and RFC 1321 print these.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func `by SHA-256 equals the published one`(text: String, code: String) throws {
    #expect(try Digest.sha256(Array(text.utf8)).hex == code)
  }

  @Test(arguments: [
    ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
    ),
  ])
  func `by SHA-1 equals the published one`(text: String, code: String) throws {
    #expect(try Digest.sha1(Array(text.utf8)).hex == code)
  }

  @Test(arguments: [
    ("", "d41d8cd98f00b204e9800998ecf8427e"), ("abc", "900150983cd24fb0d6963f7d28e17f72"),
    ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
  ])
  func `by MD5 equals the published one`(text: String, code: String) throws {
    #expect(try Digest.md5(Array(text.utf8)).hex == code)
  }
}

@Suite struct `A message code` {
  /// Cases 1 to 3 and 6 of RFC 4231: key, data, HMAC-SHA256, and how HMAC-SHA512 begins.
  static let cases: [(key: [UInt8], data: [UInt8], short: String, long: String)] = [
    (
      .init(repeating: 0x0B, count: 20), Array("Hi There".utf8),
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7", "87aa7cdea5ef619d4ff0b424"
    ),
    (
      Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", "164b7a7bfcf819e2e395fbe7"
    ),
    (
      .init(repeating: 0xAA, count: 20), .init(repeating: 0xDD, count: 50),
      "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe", "fa73b0089d56a284efb0f075"
    ),
    (
      .init(repeating: 0xAA, count: 131),
      Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54", "80b24263c7c1a3ebb71493c1"
    ),
  ]

  @Test(arguments: cases.indices)
  func `equals the published one`(number: Int) throws {
    let example = Self.cases[number]
    #expect(try MessageCode.hmacSHA256(of: example.data, key: example.key).hex == example.short)
    var long = try MessageCode.hmacSHA512(key: example.key)
    let code = try long.of(example.data).hex
    #expect(code.hasPrefix(example.long))
  }

  @Test func `by SHA-1 equals the one RFC 2202 prints`() throws {
    var keyed = try MessageCode.hmacSHA1(key: Array("Jefe".utf8))
    let code = try keyed.of(Array("what do ya want for nothing?".utf8))
    #expect(code.hex == "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79")
  }

  @Test func `is the same each time its key is used again`() throws {
    var keyed = try MessageCode.hmacSHA256(key: Array("Jefe".utf8))
    let first = try keyed.of([1, 2, 3])
    let other = try keyed.of([])
    let again = try keyed.of([1, 2, 3])
    #expect(first == again)
    #expect(first != other)
  }

  @Test func `takes an empty key for what it is`() throws {
    #expect(
      try MessageCode.hmacSHA256(of: [], key: []).hex
        == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
  }

  @Test func `is compared in constant time`() {
    #expect(([1, 2, 3] as [UInt8]).equalsInConstantTime([1, 2, 3]))
    #expect(!([1, 2, 3] as [UInt8]).equalsInConstantTime([1, 2, 4]))
    #expect(!([1, 2, 3] as [UInt8]).equalsInConstantTime([1, 2]))
    #expect(([] as [UInt8]).equalsInConstantTime([]))
  }
}
