import CCurl
import Glibc
import HTTPTypes

/// Header lines as libcurl wants them: a list of C strings, in memory kept from request to request.
///
/// libcurl keeps the pointer, so the lines stay until the transfer they were written for is over.
@safe
struct HeaderLines: ~Copyable {
  private var text = UnsafeMutableBufferPointer<CChar>.allocate(capacity: 1024)
  private var nodes = UnsafeMutableBufferPointer<curl_slist>.allocate(capacity: 16)
  private var length = 0
  private var count = 0

  deinit {
    unsafe text.deallocate()
    unsafe nodes.deallocate()
  }

  /// The first node; the list is valid until the next `write`.
  var list: UnsafeMutablePointer<curl_slist>? { unsafe nodes.baseAddress }

  /// Writes the fields of a request; false when one could not be sent as it is.
  mutating func write(_ fields: HTTPFields) -> Bool {
    reserve(for: fields)
    addLine("Expect:", "")
    var hasContentType = false
    for field in fields {
      guard field.name.isSendableFieldName, !field.value.endsTheLine else { return false }
      hasContentType = hasContentType || field.name.equalsIgnoringCase("content-type")
      addLine(field.name, field.value.isBlank ? ";" : ": ", field.value)
    }
    // Without this libcurl calls every body a form.
    if !hasContentType { addLine("Content-Type:", "") }
    unsafe nodes[count - 1].next = nil
    return true
  }

  private mutating func reserve(for fields: HTTPFields) {
    let bytes = fields.reduce(64) { $0 + $1.name.utf8.count + $1.value.utf8.count + 3 }
    if unsafe bytes > text.count {
      unsafe text.deallocate()
      unsafe text = .allocate(capacity: bytes * 2)
    }
    if unsafe fields.count + 2 > nodes.count {
      unsafe nodes.deallocate()
      unsafe nodes = .allocate(capacity: fields.count * 2 + 2)
    }
    length = 0
    count = 0
  }

  private mutating func addLine(_ name: String, _ middle: String, _ value: String = "") {
    let start = length
    add(name)
    add(middle)
    if middle != ";" { add(value) }
    unsafe text[length] = 0
    length += 1
    let line = unsafe text.baseAddress.map { unsafe $0 + start }
    let next = unsafe nodes.baseAddress.map { unsafe $0 + count + 1 }
    unsafe nodes[count] = curl_slist(data: line, next: next)
    count += 1
  }

  private mutating func add(_ part: String) {
    let room = unsafe UnsafeMutableRawBufferPointer(text)
    let copied: Void? = unsafe part.utf8.withContiguousStorageIfAvailable {
      unsafe UnsafeMutableRawBufferPointer(rebasing: room[length...])
        .copyMemory(from: UnsafeRawBufferPointer($0))
    }
    if copied == nil {
      for (index, byte) in part.utf8.enumerated() { unsafe room[length + index] = byte }
    }
    length += part.utf8.count
  }
}

extension String {
  /// Whether this is a name that the transport does not write itself.
  fileprivate var isSendableFieldName: Bool {
    isToken && !isTransportField
  }

  /// What frames the message or names its receiver: two of these would be two opinions.
  private var isTransportField: Bool {
    switch utf8.count {
    case 4: equalsIgnoringCase("host")
    case 6: equalsIgnoringCase("expect")
    case 10: equalsIgnoringCase("connection")
    case 14: equalsIgnoringCase("content-length")
    case 17: equalsIgnoringCase("transfer-encoding")
    default: false
    }
  }

  /// Whether a header line would end inside this value.
  fileprivate var endsTheLine: Bool { utf8.contains { $0 == 13 || $0 == 10 || $0 == 0 } }

  fileprivate var isBlank: Bool { utf8.allSatisfy { $0 == 32 || $0 == 9 } }
}
