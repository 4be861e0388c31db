import Dispatch
import Foundation
import Synchronization
import Testing

@testable import Hub
@testable import Store

@Suite struct `A first start` {
  @Test func `gives everybody who starts at once the one key that is kept`() throws {
    for _ in 0..<40 {
      let place = try Place()
      let settings = place.settings
      let keys = Mutex<[[UInt8]?]>([])
      DispatchQueue.concurrentPerform(iterations: 8) { _ in
        let key = try? MasterKey.fetch(settings, environment: [:]).bytes
        keys.withLock { $0.append(key) }
      }
      let kept = try MasterKey.fetch(settings, environment: [:]).bytes
      #expect(keys.withLock { $0 }.allSatisfy { $0 == kept })
      let names = try FileManager.default.contentsOfDirectory(atPath: settings.data)
      #expect(names == ["master.key"])
    }
  }
}
