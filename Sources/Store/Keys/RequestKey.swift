import Crypto
import PurgeCore

/// The key of one request's people; without it they cannot be read by anybody.
struct RequestKey: Sendable {
  private let bytes: [UInt8]
  private let sealer: Sealer

  /// Makes a new random key.
  init() throws(StoreError) {
    do throws(CryptoError) { try self.init(bytes: RandomBytes.make(32)) } catch {
      throw StoreError(error)
    }
  }

  /// Unwraps a stored key.
  init(wrapped: [UInt8], of request: PurgeRequestID, with keys: Keys) throws(StoreError) {
    do throws(CryptoError) {
      try self.init(bytes: keys.wrapping.open(wrapped, with: Self.name(request)))
    } catch { throw StoreError(error) }
  }

  private init(bytes: [UInt8]) throws(CryptoError) {
    self.bytes = bytes
    sealer = try Sealer(key: bytes)
  }

  /// The key as it is stored: sealed under the master key and bound to its request.
  func wrapped(for request: PurgeRequestID, with keys: Keys) throws(StoreError) -> [UInt8] {
    do throws(CryptoError) { return try keys.wrapping.seal(bytes, with: Self.name(request)) } catch
    {
      throw StoreError(error)
    }
  }

  func seal(
    _ people: some Collection<Subject>, of request: PurgeRequestID, block: Int
  ) throws(StoreError) -> [UInt8] {
    do throws(CryptoError) {
      return try sealer.seal(
        SubjectBlock.encode(people), with: SubjectBlock.place(request, block))
    } catch { throw StoreError(error) }
  }

  func open(
    _ sealed: [UInt8], of request: PurgeRequestID, block: Int
  ) throws(StoreError) -> [Subject] {
    let plain: [UInt8]
    do throws(CryptoError) {
      plain = try sealer.open(sealed, with: SubjectBlock.place(request, block))
    } catch { throw StoreError(error) }
    guard let people = SubjectBlock.decode(plain) else {
      throw StoreError(.damaged, call: "open", detail: "a sealed block holds no people")
    }
    return people
  }

  private static func name(_ request: PurgeRequestID) -> [UInt8] {
    Array("\(request.number)".utf8)
  }
}
