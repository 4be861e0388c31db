import Crypto
import Foundation
import PurgeCore
import Store
import Transport

/// One program or person who is told.
struct Destination: Sendable {
  /// The way there.
  enum Route: Sendable {
    case callback(NoticeSettings.Callback)
    case mail(NoticeSettings.Mail, recipient: String)
  }

  /// A keyed fingerprint of the address: it stays the same, and tells nobody the address.
  let name: String
  let route: Route

  var kinds: Set<NoticeKind> {
    switch route {
    case .callback(let callback): callback.kinds
    case .mail(let mail, _): mail.kinds
    }
  }

  var subscriber: NoticeSubscriber { NoticeSubscriber(name, wanting: kinds) }

  /// The destination as people know it; the path of a callback may be a secret, so it is left out.
  var label: String {
    switch route {
    case .callback(let callback): "callback " + (URL(string: callback.url)?.host() ?? "")
    case .mail(_, let recipient): "mail " + recipient
    }
  }

  /// Everybody whom the settings name.
  static func all(
    in settings: NoticeSettings, _ store: Store
  ) throws(StoreError) -> [Destination] {
    var maker = try store.fingerprints()
    var all: [Destination] = []
    for callback in settings.callbacks {
      let name = try maker.of(form: 200, callback.url).pseudonym
      all.append(Destination(name: name, route: .callback(callback)))
    }
    guard let mail = settings.mail else { return all }
    for recipient in mail.to {
      let name = try maker.of(form: 201, recipient).pseudonym
      all.append(Destination(name: name, route: .mail(mail, recipient: recipient)))
    }
    return all
  }
}

extension OutboxNotice {
  /// The name of the message, the same at each try and at each destination.
  ///
  /// It is made of what happened and when, since numbers come again after a restored backup.
  var messageName: String {
    let parts = [
      "\(sequence)", kind, request?.description ?? "", connector?.description ?? "",
      "\(at.milliseconds)",
    ]
    let digest = (try? Digest.sha256(Array(parts.joined(separator: "|").utf8))) ?? []
    return "msg_" + Array(digest.prefix(16)).hex
  }
}
