// Every C module brings its own copy of the socket addresses; which one counts is chance.
import CCurl
import CMicroHTTPD
import Glibc

/// An IP address, and whether the hub may speak to it.
enum NetworkAddress: Hashable {
  case v4(UInt32)
  case v6(high: UInt64, low: UInt64)

  /// How far an address may be trusted to be a vendor's.
  enum Reach: Int, Comparable {
    /// On the internet.
    case everywhere
    /// In our own networks, or in none that is routed: for self-hosted vendors only.
    case inside
    /// A machine's own secrets, many machines, or none.
    case forbidden

    static func < (left: Reach, right: Reach) -> Bool { left.rawValue < right.rawValue }
  }

  /// Whether a connection may be made.
  func isAllowed(selfHosted: Bool) -> Bool { reach <= (selfHosted ? .inside : .everywhere) }

  /// How far this address reaches.
  var reach: Reach {
    switch self {
    case .v4(let address): NetworkAddress.reach(of: address)
    case .v6(let high, let low): NetworkAddress.reach(high, low)
    }
  }
}

extension NetworkAddress {
  /// The address of a socket, if it is of the internet.
  init?(_ address: UnsafePointer<sockaddr>) {
    let bytes = unsafe UnsafeRawPointer(address)
    switch unsafe Int32(address.pointee.sa_family) {
    case AF_INET:
      self = unsafe .v4(
        UInt32(bigEndian: bytes.load(as: sockaddr_in.self).sin_addr.s_addr))
    case AF_INET6:
      // The address begins at byte 8, after family, port and flow.
      self = unsafe .v6(
        high: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
        low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)))
    default: return nil
    }
  }
}

/// A range of IPv4 addresses.
private struct Block {
  var first: UInt32
  var bits: UInt32

  init(_ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32, bits: UInt32) {
    first = a << 24 | b << 16 | c << 8 | d
    self.bits = bits
  }

  func contains(_ address: UInt32) -> Bool { (address ^ first) >> (32 - bits) == 0 }
}

extension NetworkAddress {
  private static let forbidden = [
    Block(0, 0, 0, 0, bits: 8),
    Block(169, 254, 0, 0, bits: 16),  // link-local, and most clouds' metadata
    Block(192, 0, 0, 0, bits: 24),  // holds Oracle's metadata
    Block(100, 100, 100, 200, bits: 32),  // Alibaba's metadata
    Block(168, 63, 129, 16, bits: 32),  // Azure's host
    Block(224, 0, 0, 0, bits: 3),  // multicast, reserved, broadcast
  ]

  private static let inside = [
    Block(10, 0, 0, 0, bits: 8),
    Block(100, 64, 0, 0, bits: 10),
    Block(127, 0, 0, 0, bits: 8),
    Block(172, 16, 0, 0, bits: 12),
    Block(192, 0, 2, 0, bits: 24),
    Block(192, 88, 99, 0, bits: 24),
    Block(192, 168, 0, 0, bits: 16),
    Block(198, 18, 0, 0, bits: 15),
    Block(198, 51, 100, 0, bits: 24),
    Block(203, 0, 113, 0, bits: 24),
  ]

  private static func reach(of address: UInt32) -> Reach {
    if forbidden.contains(where: { $0.contains(address) }) { return .forbidden }
    return inside.contains { $0.contains(address) } ? .inside : .everywhere
  }

  private static func reach(_ high: UInt64, _ low: UInt64) -> Reach {
    if high >> 56 == 0xff || high >> 54 == 0xfe80 >> 6 { return .forbidden }
    if (high, low) == (0, 0) { return .forbidden }
    if (high, low) == (0xfd00_0ec2_0000_0000, 0x254) { return .forbidden }  // Amazon's metadata
    if (high, low) == (0xfd20_00ce_0000_0000, 0x254) { return .forbidden }  // Google's metadata
    // An IPv4 address in disguise is never a vendor's, and at worst as bad as the one inside.
    if let disguised = disguised(high, low) { return max(.inside, reach(of: disguised)) }
    return isGlobalUnicast(high) ? .everywhere : .inside
  }

  /// The IPv4 address inside a mapped, compatible, translated (NAT64) or 6to4 address.
  private static func disguised(_ high: UInt64, _ low: UInt64) -> UInt32? {
    if high == 0 && low == 1 { return nil }
    if high == 0 && (low >> 32 == 0xffff || low >> 32 == 0) { return UInt32(low & 0xffff_ffff) }
    if high == 0 && low >> 32 == 0xffff_0000 { return UInt32(low & 0xffff_ffff) }
    if high == 0x0064_ff9b_0000_0000 && low >> 32 == 0 { return UInt32(low & 0xffff_ffff) }
    if high >> 48 == 0x2002 { return UInt32(high >> 16 & 0xffff_ffff) }
    return nil
  }

  /// Within 2000::/3, without Teredo, ORCHID and documentation.
  private static func isGlobalUnicast(_ high: UInt64) -> Bool {
    guard high >> 61 == 1 else { return false }
    return high >> 41 != 0x2001_0000 >> 9 && high >> 32 != 0x2001_0db8 && high >> 44 != 0x3fff0
  }
}
