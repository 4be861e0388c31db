import Directory
import PurgeCore
import Testing

@Suite struct `A normal identity` {
  @Test(arguments: [IdentityKind.email, .externalId, .phone])
  func `ALM-12 has the same bytes for texts that look alike`(kind: IdentityKind) {
    let (composed, decomposed) = ("jos\u{e9}@example.com", "jose\u{301}@example.com")
    let known = NormalIdentity(Identity(kind, composed))
    let forms = NormalIdentity.candidates(in: decomposed)
    #expect(forms.contains { $0.form == known.form && bytes($0) == bytes(known) })
  }

  private func bytes(_ identity: NormalIdentity) -> [UInt8] { Array(identity.text.utf8) }
}
