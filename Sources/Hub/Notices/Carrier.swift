import Foundation
import HTTPTypes
import Synchronization
import Transport

/// A thread that posts callbacks with a libcurl of its own, so that no purge waits for them.
final class Carrier: Sendable {
  private enum Letter: Sendable {
    case send(HTTPRequest, String, ConnectionPolicy, Answer)
    case stop
  }
  private typealias Answer = CheckedContinuation<Result<HTTPResponse, HTTPFailure>, Never>

  private struct Desk {
    var letters: [Letter] = []
    var hasEnded = false
  }

  private let desk = Mutex(Desk())
  private let bell: Bell
  private let ended = DispatchSemaphore(value: 0)

  /// Starts the thread; `stop` ends it.
  init() throws(TransportError) {
    let client = try HTTPClient()
    bell = client.bell
    let parcel = Parcel(Loop(carrier: self, client: client))
    let thread = Thread { parcel.contents.run() }
    thread.name = "notices"
    thread.start()
  }

  /// Sends a request over the connections of that name and waits for the answer.
  func send(
    _ request: HTTPRequest, over name: String, _ policy: ConnectionPolicy
  ) async -> Result<HTTPResponse, HTTPFailure> {
    await withCheckedContinuation { answer in post(.send(request, name, policy, answer)) }
  }

  /// Ends what is under way, which is told that it failed, and then the thread.
  func stop() {
    post(.stop)
    ended.wait()
  }

  private func post(_ letter: Letter) {
    let isHeard = desk.withLock { desk in
      guard !desk.hasEnded else { return false }
      desk.letters.append(letter)
      return true
    }
    if isHeard {
      bell.ring()
    } else if case .send(_, _, _, let answer) = letter {
      Self.dismiss(answer)
    }
  }

  private static func dismiss(_ answer: Answer) {
    answer.resume(returning: .failure(HTTPFailure(.uncertain, detail: "the hub has stopped")))
  }

  /// The loop; lives on its thread.
  private final class Loop {
    private let carrier: Carrier
    private let client: HTTPClient
    private var answers: [TransferID: Answer] = [:]
    private var next: UInt64 = 0
    private var isStopping = false

    init(carrier: Carrier, client: HTTPClient) {
      self.carrier = carrier
      self.client = client
    }

    func run() {
      while !isStopping {
        for letter in takeAll() { open(letter) }
        if isStopping { break }
        for finished in client.turn(waitingAtMost: nil) {
          answers.removeValue(forKey: finished.id)?.resume(returning: finished.result)
        }
      }
      let letters = carrier.desk.withLock { desk in
        desk.hasEnded = true
        return desk.letters
      }
      for case .send(_, _, _, let answer) in letters { Carrier.dismiss(answer) }
      for answer in answers.values { Carrier.dismiss(answer) }
      carrier.ended.signal()
    }

    private func takeAll() -> [Letter] {
      carrier.desk.withLock { desk in
        defer { desk.letters = [] }
        return desk.letters
      }
    }

    private func open(_ letter: Letter) {
      switch letter {
      case .send(let request, let name, let policy, let answer):
        next += 1
        answers[TransferID(next)] = answer
        client.open(name, policy: policy)
        client.send(request, as: TransferID(next), to: name)
      case .stop: isStopping = true
      }
    }
  }
}
