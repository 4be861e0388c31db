import Crypto
import Documents
import Foundation
import HTTPTypes
import PurgeCore
import Store
import Transport

/// The ways out: HTTP for programs, SMTP for people.
final class PostOffice: Sendable {
  private let carrier: Carrier?
  private let environment: [String: String]
  private let mailStop = MailStop()

  /// Opens the ways that the destinations need.
  init(_ destinations: [Destination], _ environment: [String: String]) throws(StoreError) {
    self.environment = environment
    guard destinations.contains(where: \.isCallback) else {
      carrier = nil
      return
    }
    do throws(TransportError) { carrier = try Carrier() } catch {
      throw StoreError(.unavailable, call: error.call, detail: "the callbacks could not start")
    }
  }

  /// Ends what is under way.
  func close() {
    mailStop.stop()
    carrier?.stop()
  }

  /// Tries to deliver once.
  func send(
    _ delivery: NoticeDelivery, to destination: Destination, at now: Instant
  ) async -> Reply {
    switch destination.route {
    case .callback(let callback): await send(delivery, to: callback, destination.name, at: now)
    case .mail(let mail, let recipient):
      await send(delivery, by: mail, to: recipient, destination.name)
    }
  }

  private func send(
    _ delivery: NoticeDelivery, by way: NoticeSettings.Mail, to recipient: String, _ name: String
  ) async -> Reply {
    var policy = MailPolicy(server: way.server)
    if let place = way.password {
      guard let password = place.secret(in: environment) else { return .withoutSecret }
      (policy.user, policy.password) = (way.user, password)
    }
    (policy.selfHosted, policy.plaintext) = (way.selfHosted, way.plaintext)
    policy.trustedCertificates = way.authorities
    let data = (try? JSON(reading: Array(delivery.payload.utf8)))?["data"] ?? [:]
    let message = NoticeMail(
      notice: delivery.notice, data: data, from: way.from, to: recipient, destination: name)
    return await send(message.mail, under: policy)
  }

  /// A thread for each mail: SMTP is a conversation, and this one may take its time.
  private func send(_ mail: Mail, under policy: MailPolicy) async -> Reply {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { [mailStop] in
        continuation.resume(
          returning: Reply(Transport.send(mail, under: policy, until: mailStop)))
      }
    }
  }

  private func send(
    _ delivery: NoticeDelivery, to callback: NoticeSettings.Callback, _ name: String,
    at now: Instant
  ) async -> Reply {
    let keys = callback.secrets.compactMap {
      $0.secret(in: environment).flatMap(SignedCallback.key)
    }
    guard let carrier, keys.count == callback.secrets.count else { return .withoutSecret }
    let message = SignedCallback(
      url: callback.url, name: delivery.notice.messageName, payload: delivery.payload, keys: keys)
    do throws(CryptoError) {
      let request = try message.request(at: now)
      return Reply(await carrier.send(request, over: name, callback.policy), at: now)
    } catch {
      return .withoutSecret
    }
  }
}

extension Reply {
  /// What a mail server says: 4yz may be taken later, 5yz never, but for a login, which may be mended.
  init(_ result: Result<Int, MailFailure>) {
    switch result {
    case .success(let status): self = .taken(status: status)
    case .failure(let failure):
      let status = failure.status
      self =
        switch failure.kind {
        case .refused where (status ?? 0) >= 500: .never(.noticeRefused, status: status)
        case .refused: .later(.noticeNotTaken, status: status, wait: nil)
        case .login: .later(.noticeSecretMissing, status: status, wait: nil)
        case .tls: .later(.noticeTLS, status: nil, wait: nil)
        case .addressRefused: .later(.noticeAddressRefused, status: nil, wait: nil)
        case .unreachable: .later(.noticeUnreachable, status: nil, wait: nil)
        }
    }
  }

  static var withoutSecret: Reply { .later(.noticeSecretMissing, status: nil, wait: nil) }
}

extension Destination {
  fileprivate var isCallback: Bool {
    if case .callback = route { true } else { false }
  }
}

extension NoticeSettings.Callback {
  fileprivate var policy: ConnectionPolicy {
    ConnectionPolicy(
      selfHosted: selfHosted, totalTimeout: .seconds(20), bodyLimit: 64 << 10, maxConnections: 2,
      trustedCertificates: authorities)
  }
}
