import Foundation
import Glibc

/// systemd, or whatever stands in its place and set `NOTIFY_SOCKET` (sd_notify(3)).
struct ServiceManager: Sendable {
  private let socketName: String?
  /// How often it wants to hear that the hub lives; nil when it does not ask.
  let watchdog: Duration?

  init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    socketName = environment["NOTIFY_SOCKET"]
    watchdog = environment["WATCHDOG_USEC"].flatMap { Int64($0) }.map { .microseconds($0) }
  }

  /// Says that the hub serves from now on.
  func ready() { tell("READY=1\nSTATUS=Serving") }

  /// Says that the files are being read again; `ready` says that it is done.
  func reloading() {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    let microseconds = Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    tell("RELOADING=1\nMONOTONIC_USEC=\(microseconds)")
  }

  /// Says that the hub finishes what is in flight and ends.
  func stopping() { tell("STOPPING=1\nSTATUS=Finishing what is in flight") }

  /// Says that the hub lives, twice in each of its intervals, as long as that is so; ends with its task.
  func feedWatchdog(while isAlive: () async -> Bool) async {
    guard let watchdog else { return }
    while !Task.isCancelled {
      if await isAlive() { tell("WATCHDOG=1") }
      try? await Task.sleep(for: watchdog / 2)
    }
  }

  private func tell(_ text: String) {
    guard let socketName, let (address, size) = Self.address(socketName) else { return }
    let kind = Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue)
    let descriptor = socket(AF_UNIX, kind, 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    unsafe withUnsafePointer(to: address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        _ = unsafe sendto(
          descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), pointer, size)
      }
    }
  }

  /// A path, or a name without a file where it begins with `@`.
  private static func address(_ name: String) -> (sockaddr_un, socklen_t)? {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var bytes = Array(name.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path), let first = bytes.first
    else { return nil }
    if first == UInt8(ascii: "@") { bytes[0] = 0 }
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
    let head = MemoryLayout<sockaddr_un>.size - MemoryLayout.size(ofValue: address.sun_path)
    return (address, socklen_t(head + bytes.count))
  }
}
