import Glibc

@testable import Transport

extension NetworkAddress {
  /// Reads an address as people write it.
  init?(text: String) {
    var four: UInt32 = 0
    var six: (UInt64, UInt64) = (0, 0)
    if unsafe inet_pton(AF_INET, text, &four) == 1 {
      self = .v4(UInt32(bigEndian: four))
    } else if unsafe inet_pton(AF_INET6, text, &six) == 1 {
      self = .v6(high: UInt64(bigEndian: six.0), low: UInt64(bigEndian: six.1))
    } else {
      return nil
    }
  }
}
