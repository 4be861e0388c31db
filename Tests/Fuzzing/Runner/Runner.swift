import Foundation
import Fuzzing

// libFuzzer's `main` calls these two; `FUZZ_TARGET` names the target.

private let target: FuzzTarget = {
  let name = ProcessInfo.processInfo.environment["FUZZ_TARGET"] ?? ""
  guard let target = FuzzTarget(rawValue: name) else {
    let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: ", ")
    fatalError("FUZZ_TARGET is one of \(names)")
  }
  return target
}()

/// Writes what the repository's own files give as inputs into the folder `FUZZ_PLANT`.
@_cdecl("LLVMFuzzerInitialize")
public func plant(
  _ count: UnsafeMutablePointer<CInt>?, _ arguments: UnsafeMutableRawPointer?
) -> CInt {
  guard let folder = ProcessInfo.processInfo.environment["FUZZ_PLANT"] else { return 0 }
  for (position, bytes) in target.recorded.enumerated() {
    try? Data(bytes).write(to: URL(filePath: "\(folder)/recorded-\(position)"))
  }
  return 0
}

/// Runs the target on one input.
@_cdecl("LLVMFuzzerTestOneInput")
public func run(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  let done = DispatchSemaphore(value: 0)
  Task {
    do throws(Broken) { try await target.run(bytes) } catch { fatalError("broken: \(error)") }
    done.signal()
  }
  done.wait()
  return 0
}
