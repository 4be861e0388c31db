import Documents
import HTTPTypes

extension Command {
  static let recipients = Command(
    shape: CommandShape(
      words: ["requests", "recipients"], operands: ["ID"],
      summary: "List for the person who was told to erase and what each did (GDPR, Article 19).",
      example: "purgehub requests recipients PRG-7K3F-9QWD-2M5T-8")
  ) { session async throws(CommandFailure) in
    let page = try await session.ask(.get, session.requestPath + "/recipients")
    session.wantsJSON ? session.print(json: page) : session.showRecipients(page)
    return .done
  }
}

extension Session {
  /// The list as Markdown, which is readable as it stands.
  fileprivate func showRecipients(_ page: JSON) {
    let people = page["people"]?.integer ?? 0
    let accepted = page["acceptedAt"]?.string?.prefix(10) ?? ""
    let ended = page["endedAt"]?.string.map { ", ended on \($0.prefix(10))" } ?? ", not ended yet"
    console.say("# Who was told to erase the data")
    console.say()
    console.say("Request \(page["request"]?.string ?? ""), accepted on \(accepted)\(ended).")
    if people != 1 { console.say("It is about \(people) people; each line is about all of them.") }
    console.say()
    for recipient in page["recipients"]?.array ?? [] {
      console.say(
        "- **\(recipient["name"]?.string ?? "")** \(recipient["sentence"]?.string ?? "").")
    }
  }
}
