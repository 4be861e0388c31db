import CMicroHTTPD
import HTTPTypes

/// A request's head as the library parsed it, and what it let pass.
///
/// It reads on after both a length and a chunked body, or after two lengths. What stands between
/// it and us may read them otherwise, and take the second half of a body for a request.
struct RequestHead {
  private(set) var fields = HTTPFields()
  private var lengths: [String] = []
  private var encodings: [String] = []
  private var hosts = 0
  /// Whether a field is not what was sent, or no field at all.
  private var isMangled = false

  /// Reads the header fields of a `struct MHD_Connection *`.
  init(of connection: OpaquePointer) {
    let add: MHD_KeyValueIteratorN = { context, _, name, nameSize, value, valueSize in
      guard let head = unsafe context?.assumingMemoryBound(to: RequestHead.self) else { return .NO }
      // A folded line is glued to the name, in a copy further on: "Transfer-Encod" may grow "ing".
      if Int(bitPattern: value) <= Int(bitPattern: name) { unsafe head.pointee.isMangled = true }
      let name = unsafe RequestHead.text(name, nameSize)
      let value = unsafe RequestHead.text(value, valueSize)
      unsafe head.pointee.add(name, value)
      return .YES
    }
    unsafe withUnsafeMutablePointer(to: &self) { head in
      _ = unsafe MHD_get_connection_values_n(connection, MHD_ValueKind.HEADER_KIND, add, head)
    }
  }

  /// The status that refuses the request, if it must be.
  func refusal(method: String, version: String, target: String, bodyLimit: Int) -> Int? {
    guard version == "HTTP/1.1" || version == "HTTP/1.0" else { return 505 }
    guard !isMangled, RequestHead.isSafe(target), hosts <= 1 else { return 400 }
    guard lengths.count + encodings.count <= 1 else { return 400 }
    guard encodings.allSatisfy({ $0.equalsIgnoringCase("chunked") }) else { return 501 }
    if let length = lengths.first {
      guard !length.isEmpty, length.utf8.allSatisfy({ (48...57).contains($0) }) else { return 400 }
      guard let length = Int(length), length <= bodyLimit else { return 413 }
    }
    return HTTPRequest.Method(rawValue: method) == nil ? 501 : nil
  }

  private mutating func add(_ name: String, _ value: String) {
    if name.equalsIgnoringCase("content-length") { lengths.append(value) }
    if name.equalsIgnoringCase("transfer-encoding") { encodings.append(value) }
    if name.equalsIgnoringCase("host") { hosts += 1 }
    if !name.isToken || value.utf8.contains(0) { isMangled = true }
    fields.append(name, value)
  }

  private static func text(_ bytes: UnsafePointer<CChar>?, _ count: Int) -> String {
    guard let bytes = unsafe bytes else { return "" }
    return unsafe String(
      decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self)
  }

  /// A path, or the asterisk of OPTIONS, without a NUL in any clothing.
  private static func isSafe(_ target: String) -> Bool {
    (target.hasPrefix("/") || target == "*") && !target.contains("%00")
      && !target.utf8.contains { $0 <= 32 || $0 == 127 }
  }
}
