import Documents
import Foundation
import Synchronization
import TestSupport
import Testing

/// Debian's aiosmtpd on a free port of loopback, which says of each recipient what its name says:
/// `nobody@` is refused for good, `later@` once for now, `silent@` is not answered.
final class MailServer: Sendable {
  let port: Int
  private let process: ChildProcess

  /// Starts a server; with a certificate it demands STARTTLS.
  init(_ credential: TestAuthority.Credential? = nil, demandsLogin: Bool = false) throws {
    let files = credential.map { [$0.certificate, $0.key] } ?? []
    process = try ChildProcess(
      "/usr/bin/python3", ["-c", Self.program] + files + (demandsLogin ? ["login"] : []))
    let line = try #require(process.waitForLine(containing: #"{"port""#))
    port = try #require(try JSON(reading: Array(line.utf8))["port"]?.integer)
  }

  /// What it says next that holds a word: a mail it took, or a recipient it did not.
  func next(_ word: String) async throws -> JSON {
    let line = try await onThread { self.process.waitForLine(containing: "\"\(word)\"") }
    return try JSON(reading: Array(try #require(line).utf8))
  }

  func stop() { process.kill() }

  private static let program = #"""
    import asyncio
    import json
    import ssl
    import sys

    from aiosmtpd.smtp import SMTP, AuthResult


    class Book:
        """Notes what comes; a recipient's name says how it is answered."""

        def __init__(self):
            self.later = 0

        async def handle_RCPT(self, server, session, envelope, address, options):
            if address.startswith("nobody"):
                print(json.dumps({"refused": address}), flush=True)
                return "550 5.1.1 no such mailbox"
            if address.startswith("later") and self.later == 0:
                self.later += 1
                print(json.dumps({"postponed": address}), flush=True)
                return "451 4.7.1 come back later"
            if address.startswith("silent"):
                print(json.dumps({"silent": address}), flush=True)
                await asyncio.sleep(60)
            envelope.rcpt_tos.append(address)
            return "250 2.1.5 fine"

        async def handle_DATA(self, server, session, envelope):
            print(
                json.dumps(
                    {
                        "from": envelope.mail_from,
                        "to": envelope.rcpt_tos,
                        "text": envelope.content.decode("ascii"),
                        "tls": session.ssl is not None,
                        "user": getattr(session, "auth_data", None) is not None,
                    }
                ),
                flush=True,
            )
            return "250 2.0.0 taken"


    def authenticate(server, session, envelope, mechanism, data):
        isKnown = (data.login, data.password) == (b"hub", b"letmein")
        return AuthResult(success=isKnown, handled=False, auth_data=data.login if isKnown else None)


    async def main(certificate=None, key=None, demand=None):
        context = None
        if certificate:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificate, key)
        book = Book()

        def conversation():
            return SMTP(
                book,
                hostname="localhost",
                tls_context=context,
                require_starttls=context is not None,
                authenticator=authenticate,
                auth_required=demand == "login",
                auth_require_tls=context is not None,
            )

        server = await asyncio.get_running_loop().create_server(conversation, "127.0.0.1", 0)
        print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
        await asyncio.sleep(600)


    asyncio.run(main(*sys.argv[1:]))
    """#
}
