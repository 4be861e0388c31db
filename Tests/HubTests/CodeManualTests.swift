import Documents
import Foundation
import PurgeCore
import Testing

@testable import Web

@Suite struct `The manual of codes` {
  /// The codes that PurgeCore gives names to.
  private func named() throws -> [Int] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path
    let text = try String(contentsOfFile: root + "/Sources/PurgeCore/Code.swift", encoding: .utf8)
    return text.matches(of: /= Code\((\d+)\)/).compactMap { Int($0.1) }.sorted()
  }

  @Test func `has a page for every code, and none besides`() throws {
    let numbers = try named()
    #expect(numbers.count > 40 && Set(numbers).count == numbers.count)
    #expect(CodeManual.codes.map(\.number) == numbers)
  }

  @Test func `says what each means, what to do and who does it`() throws {
    for code in CodeManual.codes {
      let page = try #require(CodeManual.page(code.number))
      let texts = ["title", "meaning", "action", "who"].map { page[$0]?.string ?? "" }
      #expect(texts.allSatisfy { $0.count > 3 }, "\(code.number)")
      #expect(page["title"] != .string("Code \(code.number)"), "\(code.number) has no title")
      #expect(
        page["causes"]?.array?.isEmpty == false || code.number / 1_000 == 6, "\(code.number)")
    }
  }

  @Test func `is read over the API`() async throws {
    try await visit { visitor in
      let page = try await visitor.get("/v1/codes/3001").json
      #expect(page["who"] == "administrator")
      let all = try await visitor.get("/v1/codes").json["codes"]?.array
      #expect(all?.count == CodeManual.codes.count)
      #expect(try await visitor.get("/v1/codes/9999").status == 404)
    }
  }
}
