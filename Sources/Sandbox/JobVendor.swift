import Documents
public import HTTPTypes
import Synchronization

/// Takes erasures as jobs, reports about them later, and is busy or broken now and then.
public final class JobVendor: SandboxVendor {
  /// Its books.
  public let ledger: Ledger
  /// Its credential.
  public let token: String
  private let troubleEvery: Int
  private let questionsUntilDone: Int
  private let jobs = Mutex<[JobPaper]>([])

  private struct JobPaper {
    var emails: [String]
    var questions = 0
  }

  /// A vendor that knows these people.
  ///
  /// - Parameters:
  ///   - people: Who is known.
  ///   - token: The credential it takes.
  ///   - troubleEvery: Of so many requests one is answered with 429 or 500; 0 for never.
  ///   - questionsUntilDone: How often a job is asked about before it is done.
  public init(
    people: some Sequence<String>, token: String = "sandbox", troubleEvery: Int = 3,
    questionsUntilDone: Int = 2
  ) {
    ledger = Ledger(people: people)
    self.token = token
    self.troubleEvery = troubleEvery
    self.questionsUntilDone = questionsUntilDone
  }

  /// `POST /erasures {"emails": [...]}`, `GET /erasures/{job}` or `GET /me`.
  public func answer(_ request: HTTPRequest, number: Int) async -> HTTPResponse {
    if request.method == .get, request.url == "/me" {
      return .json(200, ["account": "sandbox jobs"])
    }
    if let trouble = trouble(number) { return trouble }
    if request.method == .post, request.url == "/erasures" { return accept(request) }
    if request.method == .get, let job = Int(request.url.dropFirst("/erasures/".count)) {
      return report(on: job)
    }
    return .json(404, ["error": "no such address"])
  }

  private func trouble(_ number: Int) -> HTTPResponse? {
    guard troubleEvery > 0, number % troubleEvery == 0 else { return nil }
    guard number % (2 * troubleEvery) == 0 else {
      return .json(429, ["error": "too many requests"], fields: ["Retry-After": "1"])
    }
    return .json(500, ["error": "something broke"])
  }

  private func accept(_ request: HTTPRequest) -> HTTPResponse {
    guard let emails = request.json?["emails"]?.array?.compactMap(\.string), !emails.isEmpty else {
      return .json(400, ["error": "send emails"])
    }
    let job = jobs.withLock { jobs in
      jobs.append(JobPaper(emails: emails))
      return jobs.count
    }
    return .json(202, ["job": .string(String(job)), "state": "queued"])
  }

  private func report(on job: Int) -> HTTPResponse {
    let paper = jobs.withLock { jobs -> JobPaper? in
      guard jobs.indices.contains(job - 1) else { return nil }
      jobs[job - 1].questions += 1
      return jobs[job - 1]
    }
    guard let paper else { return .json(404, ["error": "no such job"]) }
    guard paper.questions > questionsUntilDone else { return .json(200, ["state": "running"]) }
    if paper.questions == questionsUntilDone + 1 { paper.emails.forEach { ledger.erase($0) } }
    return .json(200, ["state": "done"])
  }
}
