import Dispatch
import Glibc
import Synchronization

/// Says when files of a folder changed, soon after the last of a burst of changes.
///
/// Editors write a file in several steps, and a mounted ConfigMap changes by renaming a link; all of
/// it counts. A folder that is not there yet is not watched.
/// The source is made once and cancelled from wherever the watch is let go, which Dispatch allows.
final class FolderWatch: @unchecked Sendable {
  private static let changes = UInt32(
    IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE)

  private let queue = DispatchQueue(label: "folder")
  private let source: any DispatchSourceRead
  private let bursts = Atomic(0)
  private let change: @Sendable () -> Void

  /// Watches a folder; nil when the system offers no watch or there is no such folder.
  init?(_ folder: String, change: @escaping @Sendable () -> Void) {
    let descriptor = inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK))
    guard descriptor >= 0 else { return nil }
    guard unsafe inotify_add_watch(descriptor, folder, Self.changes) >= 0 else {
      close(descriptor)
      return nil
    }
    self.change = change
    source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
    source.setCancelHandler { close(descriptor) }
    source.setEventHandler { [weak self] in
      Self.empty(descriptor)
      self?.wait()
    }
    source.activate()
  }

  deinit { source.cancel() }

  /// Puts the call off while more changes come.
  private func wait() {
    let burst = bursts.add(1, ordering: .sequentiallyConsistent).newValue
    queue.asyncAfter(deadline: .now() + .milliseconds(200)) { [weak self] in
      guard let self, bursts.load(ordering: .sequentiallyConsistent) == burst else { return }
      change()
    }
  }

  private static func empty(_ descriptor: Int32) {
    var bytes = [UInt8](repeating: 0, count: 4096)
    while unsafe read(descriptor, &bytes, bytes.count) > 0 {}
  }
}
