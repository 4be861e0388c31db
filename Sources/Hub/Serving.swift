import Documents
import PurgeCore

extension House {
  /// Reads the connector files again whenever they change, for as long as the result is kept.
  ///
  /// - Returns: nil when the folder cannot be watched; it is not there, or the system has no watch
  ///   left.
  public func watchFiles() -> FileWatch? {
    let folder = FolderWatch(settings.connectors) { [weak self] in
      guard let self else { return }
      Task { await self.reloadQuietly(by: "files") }
    }
    return folder.map(FileWatch.init)
  }

  /// Reads the connector files again; what is wrong is told to the log only.
  public func reloadQuietly(by actor: String) async {
    do throws(Refusal) {
      let report = try await reload(by: actor)
      log?.reloaded(report, by: actor)
    } catch {
      log?.write(
        .error, "connectors.reload.failed",
        [.init("code", JSON(error.code.number)), .init("detail", .string(error.detail))])
    }
  }
}

/// Keeps a watch on the connector files alive.
public struct FileWatch: Sendable {
  let folder: FolderWatch
}
