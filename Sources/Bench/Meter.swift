import CLinux
import Foundation
import Glibc

/// What this process used of the machine.
struct Meter {
  private let began = ContinuousClock.now
  private let used = Meter.processorTime

  /// Time since it was made.
  var elapsed: Duration { .now - began }

  /// User and system time of this process since then, in microseconds.
  var microseconds: Double { Self.processorTime - used }

  private static var processorTime: Double {
    var usage = rusage()
    unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return [usage.ru_utime, usage.ru_stime].reduce(0) {
      $0 + Double($1.tv_sec) * 1_000_000 + Double($1.tv_usec)
    }
  }

  /// The most memory this process had at once since the last `forgetPeak`, in bytes.
  static var peak: Int { peak(of: getpid()) }

  /// The most memory a process had at once, in bytes.
  static func peak(of process: pid_t) -> Int {
    let text = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    let number = line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first
    return (number.flatMap { Int($0) } ?? 0) * 1_024
  }

  /// Gives what is not used back to the system, and begins to watch for a new peak.
  static func forgetPeak() {
    malloc_trim(0)
    let file = unsafe open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    _ = unsafe write(file, "5", 1)
    close(file)
  }
}

extension Duration {
  /// Seconds with their fraction.
  var seconds: Double { self / .seconds(1) }
}
