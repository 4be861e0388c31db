import HTTPTypes

/// The head of an answer as it comes in, line by line; taken apart once, at the end.
struct ResponseHead {
  /// Bytes seen, those of interim answers and trailers included.
  private(set) var length = 0
  private var bytes: [UInt8] = []
  private var isComplete = false
  private var bodyLength: [UInt8] = []
  /// Whether two lines announce two lengths for the body: nobody knows where it ends (RFC 9112, 6.3).
  private(set) var isContradictory = false

  /// Forgets the answer before.
  mutating func begin() {
    length = 0
    bytes.removeAll(keepingCapacity: true)
    isComplete = false
    bodyLength.removeAll(keepingCapacity: true)
    isContradictory = false
  }

  /// Takes one line: a final answer replaces interim ones, trailers are left out.
  mutating func take(_ line: UnsafeRawBufferPointer) {
    length += line.count
    if isComplete {
      guard unsafe line.starts(with: "HTTP/".utf8) else { return }
      bytes.removeAll(keepingCapacity: true)
      isComplete = false
      bodyLength.removeAll(keepingCapacity: true)
    }
    unsafe bytes.append(contentsOf: line)
    unsafe noteLength(line)
    isComplete = line.count <= 2
  }

  private mutating func noteLength(_ line: UnsafeRawBufferPointer) {
    let name = "content-length:"
    guard line.count > name.utf8.count,
      unsafe zip(line, name.utf8).allSatisfy({ $0 | 0x20 == $1 | 0x20 })
    else { return }
    let value = unsafe line[name.utf8.count...].filter { $0 > 32 }
    if bodyLength.isEmpty {
      bodyLength = value
    } else if bodyLength != value {
      isContradictory = true
    }
  }

  /// The fields, without the status line.
  var fields: HTTPFields {
    var fields = HTTPFields()
    for line in bytes.split(separator: 10).dropFirst() {
      if let (name, value) = ResponseHead.field(of: line) { fields.append(name, value) }
    }
    return fields
  }

  private static func field(of line: ArraySlice<UInt8>) -> (name: String, value: String)? {
    // A line that begins with a blank continues the one before (obsolete): it names nothing.
    guard let first = line.first, first > 32, let colon = line.firstIndex(of: UInt8(ascii: ":"))
    else { return nil }
    let value = line[line.index(after: colon)...].trimmingBlanks
    return (String(decoding: line[..<colon], as: UTF8.self), String(decoding: value, as: UTF8.self))
  }
}

extension ArraySlice<UInt8> {
  fileprivate var trimmingBlanks: Self {
    guard let first = firstIndex(where: { $0 > 32 }), let last = lastIndex(where: { $0 > 32 })
    else { return [] }
    return self[first...last]
  }
}
