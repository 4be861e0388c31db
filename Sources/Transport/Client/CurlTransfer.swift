import CCurl
import Glibc
import HTTPTypes

/// One exchange with a vendor, and the `CURL *` that is used again for the next.
///
/// libcurl is pointed at this object, so its pool keeps it until the handle is freed.
@safe
final class CurlTransfer {
  /// The `CURL *`; this object owns it.
  let easy: UnsafeMutableRawPointer
  /// Where the pool keeps it while it is busy.
  var position = 0
  var id = TransferID(0)

  let policy: ConnectionPolicy
  private let sockets: SocketTable
  private var lines = HeaderLines()
  /// What libcurl's mode was last set for.
  var shape: RequestShape?
  private var head = ResponseHead()
  private var body: [UInt8] = []
  private var isTooLarge = false
  private var isResolving = false
  private var socketsOpened = 0
  private var addressesRefused = 0

  /// Makes a transfer whose sockets are registered in a table that outlives it.
  init(policy: ConnectionPolicy, sockets: SocketTable) {
    guard let easy = unsafe curl_easy_init() else {
      preconditionFailure("no memory for a transfer")
    }
    unsafe self.easy = easy
    self.policy = policy
    self.sockets = sockets
    setWhatStays()
    pointHere()
  }

  deinit { unsafe curl_easy_cleanup(easy) }

  /// Sets everything about a request, or says why it cannot be sent.
  func prepare(_ request: HTTPRequest, as id: TransferID) throws(HTTPFailure) {
    self.id = id
    body = []
    head.begin()
    isTooLarge = false
    isResolving = false
    socketsOpened = 0
    addressesRefused = 0
    guard request.url.isSendableURL else {
      throw HTTPFailure(.unusable, detail: "the URL cannot be sent as it is written")
    }
    guard lines.write(request.fields) else {
      throw HTTPFailure(.unusable, detail: "a header field cannot be sent as it is written")
    }
    unsafe set(CURLOPT_HTTPHEADER, lines.list)
    set(CURLOPT_URL, request.url)
    setShape(RequestShape(of: request))
    if !request.body.isEmpty { unsafe hub_set_body(easy, request.body, request.body.count) }
  }
}

extension CurlTransfer {
  /// Milliseconds from the start to the end.
  var elapsed: Int { Int(unsafe hub_time(easy, CURLINFO_TOTAL_TIME_T) / 1000) }

  /// Takes the answer, or says why there is none.
  func conclude(_ code: CURLcode) -> Result<HTTPResponse, HTTPFailure> {
    guard code == CURLE_OK else { return .failure(failure(code)) }
    let status = unsafe hub_number(easy, CURLINFO_RESPONSE_CODE)
    defer { body = [] }
    return .success(HTTPResponse(status, fields: head.fields, body: body))
  }

  /// What to tell of a transfer that is ended before its end.
  func abandon() -> HTTPFailure {
    HTTPFailure(hasLeft ? .uncertain : .connect, detail: "the connection was closed from here")
  }

  /// Whether any of the request may have reached the vendor, by this or an earlier connection.
  private var hasLeft: Bool { unsafe hub_time(easy, CURLINFO_PRETRANSFER_TIME_T) > 0 }

  private func failure(_ code: CURLcode) -> HTTPFailure {
    body = []
    // A single line beyond its own limit libcurl calls a lack of memory.
    if isTooLarge || (code == CURLE_OUT_OF_MEMORY && hasLeft) {
      return HTTPFailure(.responseTooLarge, detail: "the answer is larger than the limit")
    }
    if head.isContradictory {
      return HTTPFailure(.uncertain, detail: "the answer announces two lengths for its body")
    }
    // libcurl's text for the code; its error buffer names hosts and addresses.
    let words = unsafe String(cString: curl_easy_strerror(code))
    return HTTPFailure(kind(of: code), detail: words)
  }

  private func kind(of code: CURLcode) -> HTTPFailure.Kind {
    if hasLeft { return code == CURLE_OPERATION_TIMEDOUT ? .timeout : .uncertain }
    switch code {
    case CURLE_COULDNT_RESOLVE_HOST: return .dns
    case CURLE_OPERATION_TIMEDOUT: return isStillResolving ? .dns : .connect
    case CURLE_COULDNT_CONNECT where addressesRefused > 0 && socketsOpened == 0:
      return .addressRefused
    case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_LOGIN_DENIED: return .unusable
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE,
      CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR, CURLE_USE_SSL_FAILED,
      CURLE_SSL_INVALIDCERTSTATUS:
      return .tls
    default: return .connect
    }
  }

  private var isStillResolving: Bool {
    unsafe isResolving && hub_time(easy, CURLINFO_NAMELOOKUP_TIME_T) == 0
  }
}

// What libcurl calls.
extension CurlTransfer {
  private func pointHere() {
    let here = unsafe Unmanaged.passUnretained(self).toOpaque()
    unsafe set(CURLOPT_PRIVATE, here)
    unsafe set(CURLOPT_WRITEDATA, here)
    unsafe set(CURLOPT_HEADERDATA, here)
    unsafe hub_on_data(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
      unsafe CurlTransfer.at(context)?.takeBody(bytes, size * count) ?? 0
    }
    unsafe hub_on_data(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
      unsafe CurlTransfer.at(context)?.takeHead(bytes, size * count) ?? 0
    }
    unsafe hub_on_resolve(
      easy,
      { _, _, context in
        unsafe CurlTransfer.at(context)?.isResolving = true
        return 0
      }, here)
    unsafe hub_on_open(
      easy,
      { context, _, address in
        unsafe CurlTransfer.at(context)?.openSocket(address) ?? CURL_SOCKET_BAD
      }, here)
    // Connections outlive the transfer that opened them; the table outlives both.
    unsafe hub_on_close(
      easy,
      { context, descriptor in
        unsafe SocketTable.at(context)?.close(descriptor)
        return 0
      }, Unmanaged.passUnretained(sockets).toOpaque())
  }

  /// The transfer libcurl was pointed at.
  static func at(_ context: UnsafeMutableRawPointer?) -> CurlTransfer? {
    unsafe context.map { unsafe Unmanaged<CurlTransfer>.fromOpaque($0).takeUnretainedValue() }
  }

  private func takeBody(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
    guard body.count + count <= policy.bodyLimit else { return refuseMore() }
    unsafe body.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
    return count
  }

  private func takeHead(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
    guard head.length + count <= policy.headLimit else { return refuseMore() }
    unsafe head.take(UnsafeRawBufferPointer(start: bytes, count: count))
    // Refused here, so that libcurl closes the connection: what is left on it belongs to nobody.
    return head.isContradictory ? 0 : count
  }

  private func refuseMore() -> Int {
    isTooLarge = true
    return 0
  }

  /// Opens a socket, unless the name has led to an address the vendor must not have.
  private func openSocket(_ target: UnsafeMutablePointer<curl_sockaddr>?) -> curl_socket_t {
    guard let target = unsafe target, unsafe mayConnect(to: target) else {
      addressesRefused += 1
      return CURL_SOCKET_BAD
    }
    let kind = unsafe target.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue)
    let descriptor = unsafe socket(target.pointee.family, kind, target.pointee.protocol)
    guard descriptor >= 0 else { return CURL_SOCKET_BAD }
    socketsOpened += 1
    sockets.opened(descriptor)
    return descriptor
  }

  private func mayConnect(to target: UnsafeMutablePointer<curl_sockaddr>) -> Bool {
    // The policy named this very file; no answer of a resolver led here.
    if policy.unixSocket != nil { return unsafe target.pointee.family == AF_UNIX }
    guard let address = unsafe hub_address(target), let place = unsafe NetworkAddress(address)
    else { return false }
    return place.isAllowed(selfHosted: policy.selfHosted)
  }
}

extension String {
  /// Without what libcurl or a server could take for the end of the URL.
  fileprivate var isSendableURL: Bool {
    !isEmpty && utf8.count <= 64 << 10 && !utf8.contains { $0 <= 32 || $0 == 127 }
  }
}
