import Documents
import Foundation
import HTTPTypes
import Hub

extension Command {
  static let doctor = Command(
    shape: CommandShape(
      words: ["doctor"],
      summary: "Look at everything a support engineer would ask about; change nothing.",
      flags: [
        .init(
          name: "--full", value: nil,
          help: "compare every index of the database with its table; takes long")
      ],
      example: "purgehub doctor"),
    opening: nil
  ) { session async throws(CommandFailure) in
    let findings = await session.findings()
    session.wantsJSON ? session.print(json: findings.json) : session.show(findings)
    return findings.exit
  }
}

extension Session {
  fileprivate func findings() async -> [Finding] {
    let settings: Settings
    do throws(CommandFailure) { settings = try HouseDoor.settings(arguments) } catch {
      return [.fault("settings", error.problem, error.remedy)]
    }
    let doctor = Doctor(
      settings, environment: ProcessInfo.processInfo.environment,
      isThorough: arguments.has("--full"), answer: await readiness(settings))
    return [.ok("settings", "they can be read")] + doctor.examine()
  }

  /// What the hub that serves says of itself; nil when none answers.
  private func readiness(_ settings: Settings) async -> Readiness? {
    guard let door = await SocketDoor.find(settings, patience: .seconds(5)),
      let response = try? await door.ask(HTTPRequest(.get, "/readyz")),
      let answer = try? JSON(reading: response.body)
    else { return nil }
    return answer["state"]?.string.flatMap(Readiness.init)
  }

  fileprivate func show(_ findings: [Finding]) {
    for (number, finding) in findings.enumerated() {
      let place = String(repeating: " ", count: number < 9 ? 1 : 0) + "\(number + 1)"
      let grade = finding.grade.rawValue
      let line =
        "\(place)  \(grade)\(String(repeating: " ", count: 8 - grade.count))"
        + "\(finding.topic): \(finding.sentence)"
      console.say(finding.grade == .ok ? line : console.bold(line))
      if let remedy = finding.remedy, !remedy.isEmpty { console.say("             \(remedy)") }
    }
    let (faults, warnings) = (findings.count(of: .fault), findings.count(of: .warning))
    console.say("\(findings.count) checks, \(warnings) to look at, \(faults) at fault.")
  }
}

extension [Finding] {
  fileprivate func count(of grade: Finding.Grade) -> Int { count { $0.grade == grade } }

  /// 0 when all is well, 1 when somebody should look, 78 when the hub cannot work.
  fileprivate var exit: ExitCode {
    switch map(\.grade).max() ?? .ok {
    case .ok: .done
    case .warning: .attention
    case .fault: .configuration
    }
  }

  fileprivate var json: JSON {
    let rows = enumerated().map { number, finding in
      JSON.object([.init("number", JSON(number + 1))] + (finding.json.members ?? []))
    }
    return [
      "findings": .array(rows), "warnings": JSON(count(of: .warning)),
      "faults": JSON(count(of: .fault)),
    ]
  }
}
