import Connectors
import Documents
import Foundation

extension Document {
  /// Reads a JSON5 file that an administrator wrote; at most 1 MiB.
  init(configuration file: String) throws(Diagnostics) {
    guard let bytes = FileManager.default.contents(atPath: file), bytes.count <= 1 << 20 else {
      throw Diagnostics([
        Diagnostic(
          file: file, line: 1, setting: "", problem: "cannot be read, or is over 1 MiB",
          remedy: "check that the file is there and that this user may read it")
      ])
    }
    do throws(DocumentError) {
      try self.init(reading: Array(bytes), file: file, dialect: .json5)
    } catch {
      throw Diagnostics([
        Diagnostic(
          file: file, line: error.line, setting: "", problem: error.reason,
          remedy: "mend column \(error.column) of that line")
      ])
    }
  }
}
