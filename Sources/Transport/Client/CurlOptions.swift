import CCurl
import HTTPTypes

extension CurlTransfer {
  func set(_ option: CURLoption, _ number: Int) {
    let code = unsafe hub_set_number(easy, option, number)
    precondition(code == CURLE_OK, "libcurl does not take option \(option.rawValue)")
  }

  func set(_ option: CURLoption, _ text: String) {
    let code = unsafe hub_set_pointer(easy, option, text)
    precondition(code == CURLE_OK, "libcurl does not take option \(option.rawValue)")
  }

  func set(_ option: CURLoption, _ pointer: UnsafeRawPointer?) {
    let code = unsafe hub_set_pointer(easy, option, pointer)
    precondition(code == CURLE_OK, "libcurl does not take option \(option.rawValue)")
  }

  /// Sets what is the same for every request of a connector.
  func setWhatStays() {
    setSafety()
    setTrust()
    setTimes()
    set(CURLOPT_NOSIGNAL, 1)
    set(CURLOPT_TCP_KEEPALIVE, 1)
    set(CURLOPT_USERAGENT, "PurgeHub")
    if let path = policy.unixSocket { set(CURLOPT_UNIX_SOCKET_PATH, path) }
    set(
      CURLOPT_HTTP_VERSION,
      policy.http2 ? Int(CURL_HTTP_VERSION_2TLS) : Int(CURL_HTTP_VERSION_1_1))
    set(CURLOPT_PIPEWAIT, policy.http2 ? 1 : 0)
  }

  /// What a vendor, or who pretends to be one, cannot make us do.
  private func setSafety() {
    let protocols = policy.selfHosted ? "http,https" : "https"
    set(CURLOPT_PROTOCOLS_STR, protocols)
    set(CURLOPT_REDIR_PROTOCOLS_STR, protocols)
    set(CURLOPT_FOLLOWLOCATION, 0)
    set(CURLOPT_PROXY, "")  // else the environment's applies
    set(CURLOPT_NETRC, 0)
    set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
    set(CURLOPT_HTTP_CONTENT_DECODING, 0)
    set(CURLOPT_HTTP09_ALLOWED, 0)
    // Dot segments go as they are written: squashed, "/users/.." would become another resource.
    set(CURLOPT_PATH_AS_IS, 1)
  }

  private func setTrust() {
    set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    set(CURLOPT_SSL_VERIFYPEER, 1)
    set(CURLOPT_SSL_VERIFYHOST, 2)
    if let authorities = policy.trustedCertificates {
      set(CURLOPT_CAINFO, authorities)
      unsafe set(CURLOPT_CAPATH, nil as UnsafeRawPointer?)
    }
  }

  private func setTimes() {
    set(CURLOPT_CONNECTTIMEOUT_MS, policy.connectTimeout.milliseconds)
    set(CURLOPT_TIMEOUT_MS, policy.totalTimeout.milliseconds)
    set(CURLOPT_LOW_SPEED_LIMIT, 1)
    set(CURLOPT_LOW_SPEED_TIME, policy.stallTimeout.wholeSeconds)
    // Else giving up on a name waits for the resolver's thread, and every vendor with it.
    set(CURLOPT_QUICK_EXIT, 1)
  }

  /// Sets libcurl's mode, unless it is the one of the request before.
  func setShape(_ new: RequestShape) {
    guard new != shape else { return }
    shape = new
    set(CURLOPT_HTTPGET, 1)
    if new.sendsBody {
      set(CURLOPT_POST, 1)
      unsafe hub_set_body(easy, "", 0)
    }
    switch new.method {
    case .head: set(CURLOPT_NOBODY, 1)
    case .get where !new.sendsBody, .post:
      unsafe set(CURLOPT_CUSTOMREQUEST, nil as UnsafeRawPointer?)
      return
    default: break
    }
    set(CURLOPT_CUSTOMREQUEST, new.method.rawValue)
  }
}

/// What of a request decides libcurl's mode.
struct RequestShape: Equatable {
  var method: HTTPRequest.Method
  var sendsBody: Bool
  var isEmpty: Bool

  init(of request: HTTPRequest) {
    method = request.method
    isEmpty = request.body.isEmpty
    switch method {
    case .post, .put, .patch: sendsBody = true
    case .head: sendsBody = false
    case .get, .delete, .options: sendsBody = !isEmpty
    }
  }
}
