import Foundation
import Hub

extension Session {
  /// Writes a new file, never over another one, and brings all of it to the disk.
  ///
  /// `advice` is what to do when there is a file of that name; nobody else reads one that is private.
  func create(
    _ file: String, _ bytes: [UInt8], isPrivate: Bool = false,
    whenTaken advice: String = "Choose another name."
  ) throws(CommandFailure) {
    let descriptor = unsafe open(
      file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, isPrivate ? 0o600 : 0o666)
    guard descriptor >= 0 else {
      let isThere = errno == EEXIST
      throw CommandFailure(
        exit: .cannotCreate,
        problem: isThere ? "There is a file \(file) already" : "\(file) cannot be written",
        remedy: isThere ? advice : "Check the folder and its rights.")
    }
    Log.write(bytes, to: descriptor)
    let isWritten = fsync(descriptor) == 0
    let size = FileFacts(file)?.size
    close(descriptor)
    guard isWritten, size == bytes.count else {
      throw CommandFailure(
        exit: .cannotCreate, problem: "\(file) could not be written in full",
        remedy: "Make room on its disk, then try again.")
    }
  }
}
