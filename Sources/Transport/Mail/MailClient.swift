import CCurl
import Glibc
import Synchronization

/// An e-mail to one person, ready to go.
public struct Mail: Sendable, Hashable {
  /// The sender's address, to which a mail that cannot be delivered comes back.
  public var from: String
  /// The recipient's address.
  public var to: String
  /// Head and body as they stand in the message, lines ending with CR LF.
  public var text: String

  /// Makes a mail; the addresses must be plain ones.
  public init(from: String, to: String, text: String) {
    self.from = from
    self.to = to
    self.text = text
  }
}

/// How a mail server may be spoken to.
public struct MailPolicy: Sendable, Hashable {
  /// `smtps://host:465`, or `smtp://host:587` for STARTTLS.
  public var server: String
  /// Who logs in; nil for nobody.
  public var user: String?
  /// The password.
  public var password: String?
  /// Allows private addresses; link-local and metadata addresses stay refused.
  public var selfHosted = false
  /// Leaves TLS out, which is otherwise demanded.
  public var plaintext = false
  /// A file of certificate authorities in PEM that replaces the system's.
  public var trustedCertificates: String?
  /// The time for everything.
  public var totalTimeout = Duration.seconds(60)

  /// Makes a policy; what is not said is the safe choice.
  public init(server: String) { self.server = server }
}

/// Why a mail was not taken.
public struct MailFailure: Error, Sendable, Hashable {
  /// What failed, as callers must tell it apart.
  public enum Kind: String, Sendable, Hashable {
    /// The server said no to sender, recipient or message.
    case refused
    /// The server does not take user and password.
    case login
    /// TLS failed, or is not offered.
    case tls
    /// The address is private or otherwise not to be spoken to.
    case addressRefused
    /// No conversation came about, or it broke.
    case unreachable
  }

  /// What failed.
  public var kind: Kind
  /// The server's last word, such as 550; nil when it said none.
  public var status: Int?
}

/// Ends mails that are under way, from any thread.
public final class MailStop: Sendable {
  fileprivate let isAsked = Atomic(false)

  /// Makes one that ends nothing yet.
  public init() {}

  /// Ends them within a second or so.
  public func stop() { isAsked.store(true, ordering: .relaxed) }
}

/// Sends one mail over SMTP and waits on the calling thread; gives the server's last word.
public func send(
  _ mail: Mail, under policy: MailPolicy, until stop: MailStop
) -> Result<Int, MailFailure> {
  MailTransfer(mail, policy, stop).perform()
}

/// One conversation with a mail server (`CURL *`).
///
/// libcurl is pointed at this object, which lives until the handle is freed.
@safe
private final class MailTransfer {
  private let easy: UnsafeMutableRawPointer
  private let policy: MailPolicy
  private let stop: MailStop
  private var recipients: UnsafeMutablePointer<curl_slist>?
  private var text: ArraySlice<UInt8>
  private var addressesRefused = 0
  private var socketsOpened = 0

  init(_ mail: Mail, _ policy: MailPolicy, _ stop: MailStop) {
    _ = signal(SIGPIPE, SIG_IGN)
    guard let easy = unsafe curl_easy_init() else { preconditionFailure("no memory for a mail") }
    unsafe self.easy = easy
    self.policy = policy
    self.stop = stop
    text = Array(mail.text.utf8)[...]
    unsafe recipients = curl_slist_append(nil, mail.to)
    set(CURLOPT_MAIL_FROM, mail.from)
    unsafe hub_set_pointer(easy, CURLOPT_MAIL_RCPT, recipients)
    // What we call ourselves: the sender's domain says more than this machine's name should.
    let domain = mail.from.split(separator: "@").last.map(String.init) ?? "localhost"
    set(CURLOPT_URL, policy.server + "/" + domain)
    set(CURLOPT_UPLOAD, 1)
    setSafety()
    pointHere()
  }

  deinit {
    unsafe curl_easy_cleanup(easy)
    unsafe curl_slist_free_all(recipients)
  }

  func perform() -> Result<Int, MailFailure> {
    let code = unsafe curl_easy_perform(easy)
    let status = unsafe hub_number(easy, CURLINFO_RESPONSE_CODE)
    guard code != CURLE_OK else { return .success(status) }
    return .failure(MailFailure(kind: kind(of: code, status), status: status > 0 ? status : nil))
  }

  private func kind(of code: CURLcode, _ status: Int) -> MailFailure.Kind {
    switch code {
    case CURLE_LOGIN_DENIED: return .login
    case CURLE_USE_SSL_FAILED, CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION,
      CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR:
      return .tls
    case CURLE_COULDNT_CONNECT where addressesRefused > 0 && socketsOpened == 0:
      return .addressRefused
    case CURLE_OPERATION_TIMEDOUT, CURLE_ABORTED_BY_CALLBACK: return .unreachable
    default:
      if [530, 534, 535, 538].contains(status) { return .login }
      return status >= 400 ? .refused : .unreachable
    }
  }
}

extension MailTransfer {
  private func set(_ option: CURLoption, _ number: Int) {
    let code = unsafe hub_set_number(easy, option, number)
    precondition(code == CURLE_OK, "libcurl does not take option \(option.rawValue)")
  }

  private func set(_ option: CURLoption, _ text: String) {
    let code = unsafe hub_set_pointer(easy, option, text)
    precondition(code == CURLE_OK, "libcurl does not take option \(option.rawValue)")
  }

  private func setSafety() {
    set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
    set(CURLOPT_PROXY, "")
    set(CURLOPT_NETRC, 0)
    set(CURLOPT_NOSIGNAL, 1)
    set(CURLOPT_USE_SSL, Int((policy.plaintext ? CURLUSESSL_NONE : CURLUSESSL_ALL).rawValue))
    set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    set(CURLOPT_SSL_VERIFYPEER, 1)
    set(CURLOPT_SSL_VERIFYHOST, 2)
    if let authorities = policy.trustedCertificates {
      set(CURLOPT_CAINFO, authorities)
      unsafe hub_set_pointer(easy, CURLOPT_CAPATH, nil)
    }
    if let user = policy.user, let password = policy.password {
      set(CURLOPT_USERNAME, user)
      set(CURLOPT_PASSWORD, password)
    }
    set(CURLOPT_CONNECTTIMEOUT_MS, min(policy.totalTimeout, .seconds(10)).milliseconds)
    set(CURLOPT_TIMEOUT_MS, policy.totalTimeout.milliseconds)
    set(CURLOPT_QUICK_EXIT, 1)
  }

  private func pointHere() {
    let here = unsafe Unmanaged.passUnretained(self).toOpaque()
    unsafe hub_set_pointer(easy, CURLOPT_READDATA, here)
    unsafe hub_on_data(easy, CURLOPT_READFUNCTION) { bytes, size, count, context in
      unsafe MailTransfer.at(context)?.give(bytes, size * count) ?? 0
    }
    unsafe hub_on_progress(
      easy,
      { context, _, _, _, _ in
        unsafe MailTransfer.at(context)?.stop.isAsked.load(ordering: .relaxed) ?? true ? 1 : 0
      }, here)
    unsafe hub_on_open(
      easy,
      { context, _, address in
        unsafe MailTransfer.at(context)?.openSocket(address) ?? CURL_SOCKET_BAD
      }, here)
  }

  private static func at(_ context: UnsafeMutableRawPointer?) -> MailTransfer? {
    unsafe context.map { unsafe Unmanaged<MailTransfer>.fromOpaque($0).takeUnretainedValue() }
  }

  private func give(_ room: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
    guard let room = unsafe room else { return 0 }
    let piece = text.prefix(count)
    unsafe UnsafeMutableRawBufferPointer(start: room, count: count).copyBytes(from: piece)
    text = text.dropFirst(count)
    return piece.count
  }

  /// Opens a socket, unless the name has led to an address that mail must not go to.
  private func openSocket(_ target: UnsafeMutablePointer<curl_sockaddr>?) -> curl_socket_t {
    guard let target = unsafe target, let address = unsafe hub_address(target),
      let place = unsafe NetworkAddress(address), place.isAllowed(selfHosted: policy.selfHosted)
    else {
      addressesRefused += 1
      return CURL_SOCKET_BAD
    }
    let kind = unsafe target.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue)
    let descriptor = unsafe socket(target.pointee.family, kind, target.pointee.protocol)
    if descriptor >= 0 { socketsOpened += 1 }
    return descriptor >= 0 ? descriptor : CURL_SOCKET_BAD
  }
}
