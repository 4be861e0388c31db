import Documents
import Foundation
import HTTPTypes

extension Command {
  static let writeLetter = Command(
    shape: CommandShape(
      words: ["requests", "letter"], operands: ["ID"],
      summary: "Write whom the owner of a system without a connector is to erase by hand.",
      flags: [
        .init(name: "--connector", value: "NAME", help: "at this system"),
        .init(name: "--output", value: "FILE", help: "a new file; it names people, so rights 0600"),
      ],
      example: "purgehub requests letter PRG-7K3F-9QWD-2M5T-8 --connector archive --output list.csv"
    )
  ) { session async throws(CommandFailure) in
    let file = try session.required("--output")
    let connector = try session.required("--connector")
    // Asked before the hub is, whose audit keeps that somebody has the list.
    guard !FileManager.default.fileExists(atPath: file) else {
      throw CommandFailure(
        exit: .cannotCreate, problem: "There is a file \(file) already",
        remedy: "Name another one with --output.")
    }
    let body: JSON = ["connector": .string(connector)]
    let list = try await session.answer(
      to: HTTPRequest(.post, session.requestPath + "/letter", body: body.encoded())
    ).body
    try session.create(
      file, list, isPrivate: true, whenTaken: "Name another one with --output.")
    guard !session.wantsJSON else {
      session.print(json: ["file": .string(file)])
      return .done
    }
    session.console.say(
      "\(file) is written. It names people: hand it over a safe way, then delete it.")
    session.console.say(
      "When they are erased: purgehub requests attest \(session.arguments.operands[0]) "
        + "--connector \(connector) --statement TEXT")
    return .done
  }

  static let attestRequest = Command(
    shape: CommandShape(
      words: ["requests", "attest"], operands: ["ID"],
      summary: "Pass on that the owner of a system without a connector erased by hand.",
      flags: [
        .init(name: "--connector", value: "NAME", help: "at this system"),
        .init(
          name: "--statement", value: "TEXT",
          help: "who says so, and where it is filed; kept for the auditor, name no purged person"),
      ],
      example:
        "purgehub requests attest PRG-7K3F-9QWD-2M5T-8 --connector archive --statement \"archive team, ticket 4711\""
    )
  ) { session async throws(CommandFailure) in
    let body: JSON = [
      "connector": .string(try session.required("--connector")),
      "statement": .string(try session.required("--statement")),
    ]
    session.show(try await session.ask(.post, session.requestPath + "/attest", body))
    return .done
  }
}
