import Synchronization

/// What a sandbox vendor knows and was asked to do: the other side's books.
public final class Ledger: Sendable {
  private struct Pages {
    var people: Set<String> = []
    var erased: [String: Int] = [:]
    var requests = 0
  }

  private let pages = Mutex(Pages())

  /// A vendor that knows these people.
  public init(people: some Sequence<String>) {
    let known = Set(people)
    pages.withLock { $0.people = known }
  }

  /// How many requests arrived, those refused included.
  public var requests: Int { pages.withLock { $0.requests } }
  /// How many people the vendor still knows.
  public var remaining: Int { pages.withLock { $0.people.count } }
  /// How often each person was erased, those who were unknown included.
  public var erasures: [String: Int] { pages.withLock { $0.erased } }

  /// Makes a person known.
  public func admit(_ person: String) { pages.withLock { _ = $0.people.insert(person) } }

  /// Counts a request and says which one it was, from 1.
  func countRequest() -> Int {
    pages.withLock { pages in
      pages.requests += 1
      return pages.requests
    }
  }

  func knows(_ person: String) -> Bool { pages.withLock { $0.people.contains(person) } }

  /// Erases a person; whether anybody was there.
  @discardableResult func erase(_ person: String) -> Bool {
    pages.withLock { pages in
      pages.erased[person, default: 0] += 1
      return pages.people.remove(person) != nil
    }
  }
}
