import Testing

@testable import Hub

@Suite struct `A doctor's judgement of libraries` {
  @Test(arguments: [
    ("3.40.1", "libcurl/7.88.1", "OpenSSL 3.0.17 1 Jul 2025", Finding.Grade.ok),
    ("3.34.1", "libcurl/7.88.1", "OpenSSL 3.0.17 1 Jul 2025", .fault),
    ("3.40.1", "libcurl/7.74.0", "OpenSSL 3.0.17 1 Jul 2025", .fault),
    ("3.40.1", "libcurl/8.14.1-DEV", "OpenSSL 3.0.6 11 Oct 2022", .warning),
    ("3.40.1", "libcurl/7.88.1", "OpenSSL 1.1.1w  11 Sep 2023", .fault),
    ("3.51.3", "libcurl/8.0.1", "OpenSSL 3.5.0 8 Apr 2025", .ok),
  ])
  func `goes by their versions`(
    sqlite: String, curl: String, crypto: String, grade: Finding.Grade
  ) {
    let finding = Doctor.libraries(sqlite: sqlite, curl: curl, crypto: crypto)
    #expect(finding.grade == grade, "\(finding)")
    #expect(finding.sentence.contains(sqlite) && (finding.remedy == nil) == (grade == .ok))
  }
}
