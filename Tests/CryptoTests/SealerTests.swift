import Testing

@testable import Crypto

@Suite struct `A sealer` {
  // Test cases 13, 14 and 16 of the GCM specification that NIST took over.
  @Test(arguments: [
    (
      String(repeating: "0", count: 64), "000000000000000000000000", "", "",
      "530f8afbc74536b9a963b4f1c4cb738b"
    ),
    (
      String(repeating: "0", count: 64), "000000000000000000000000",
      "00000000000000000000000000000000", "",
      "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"
    ),
    (
      "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
      "cafebabefacedbaddecaf888",
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
      "feedfacedeadbeeffeedfacedeadbeefabaddad2",
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        + "76fc6ece0f4e1768cddf8853bb2d551b"
    ),
  ])
  func `equals the published vectors`(
    key: String, nonce: String, plain: String, associated: String, sealed: String
  ) throws {
    let sealer = try Sealer(key: try #require([UInt8](hex: key)))
    let plain = try #require([UInt8](hex: plain))
    let associated = try #require([UInt8](hex: associated))
    let whole = try sealer.seal(plain, with: associated, nonce: try #require([UInt8](hex: nonce)))
    #expect(whole.hex == nonce + sealed)
    #expect(try sealer.open(whole, with: associated) == plain)
  }

  @Test(arguments: [0, 1, 15, 16, 17, 100_000])
  func `opens what it sealed`(size: Int) throws {
    let sealer = try Sealer(key: RandomBytes.make(32))
    let plain = [UInt8](repeating: 7, count: size)
    #expect(try sealer.open(sealer.seal(plain, with: [1]), with: [1]) == plain)
  }

  @Test func `never seals twice alike`() throws {
    let sealer = try Sealer(key: RandomBytes.make(32))
    #expect(try sealer.seal([1]) != sealer.seal([1]))
  }

  @Test func `refuses any changed byte, other company and another key`() throws {
    let sealer = try Sealer(key: .init(repeating: 1, count: 32))
    let sealed = try sealer.seal([1, 2, 3], with: [9])
    for position in sealed.indices {
      var changed = sealed
      changed[position] ^= 1
      #expect(throws: CryptoError.self) { try sealer.open(changed, with: [9]) }
    }
    #expect(throws: CryptoError.self) { try sealer.open(sealed, with: [8]) }
    #expect(throws: CryptoError.self) { try sealer.open(Array(sealed.prefix(27)), with: [9]) }
    let other = try Sealer(key: .init(repeating: 2, count: 32))
    #expect(throws: CryptoError.self) { try other.open(sealed, with: [9]) }
  }

  @Test(arguments: [0, 16, 31, 33])
  func `refuses a key of another length`(size: Int) {
    #expect(throws: CryptoError.self) { try Sealer(key: .init(repeating: 0, count: size)) }
  }
}

@Suite struct `A signature` {
  // RFC 8032, section 7.1, the second test.
  let seed = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"
  let publicKey = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
  let signature =
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"

  @Test func `equals the published one`() throws {
    let key = try SigningKey(seed: try #require([UInt8](hex: seed)))
    let half = try key.publicKey()
    let signed = try key.sign([0x72])
    #expect(half.hex == publicKey)
    #expect(signed.hex == signature)
  }

  @Test func `holds for its message and signer only`() throws {
    let signature = try #require([UInt8](hex: signature))
    let signer = try #require([UInt8](hex: publicKey))
    #expect(SigningKey.isValid(signature, of: [0x72], by: signer))
    #expect(!SigningKey.isValid(signature, of: [0x73], by: signer))
    #expect(!SigningKey.isValid(signature, of: [0x72], by: [1, 2, 3]))
    #expect(!SigningKey.isValid([1], of: [0x72], by: signer))
  }
}

@Suite struct `Bytes in writing` {
  @Test func `are hexadecimal digits`() {
    #expect(([0, 15, 16, 255] as [UInt8]).hex == "000f10ff")
    #expect([UInt8](hex: "000F10ff") == [0, 15, 16, 255])
    #expect([UInt8](hex: "0") == nil)
    #expect([UInt8](hex: "0g") == nil)
  }

  @Test(arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foobar", "Zm9vYmFy")])
  func `are base64 as RFC 4648 prints it`(plain: String, text: String) {
    #expect(Array(plain.utf8).base64 == text)
    #expect([UInt8](base64: text) == Array(plain.utf8))
  }

  @Test func `are not base64 with other signs`() {
    #expect([UInt8](base64: "Zg=") == nil)
    #expect([UInt8](base64: "****") == nil)
  }

  @Test func `that are random differ and are as many as asked for`() throws {
    #expect(try RandomBytes.make(16) != RandomBytes.make(16))
    #expect(try RandomBytes.make(0).isEmpty)
    #expect(try RandomBytes.make(33).count == 33)
  }
}
