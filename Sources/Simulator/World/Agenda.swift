import HTTPTypes
import PurgeCore

/// One round trip under way.
struct Trip: Sendable {
  /// Whose it is.
  enum Purpose: Sendable {
    case call(CallKey)
    case token
  }

  let number: Int
  let connector: Int
  let purpose: Purpose
  let request: HTTPRequest
  /// The process that sent it, and the only one that hears the answer.
  let life: Int
}

/// What the store was asked and has not done yet.
enum StoreJob: Sendable {
  case load(ConnectorName, calls: Int, tasksPerLane: Int)
  case commit(BatchID, [Change], life: Int, isReported: Bool)
  case accept(ModelAcceptance)
  case operate(Operation)
}

/// What people and files do to the store.
enum Operation: Sendable {
  case disable(Int)
  case enable(Int)
  case reload(Int)
  case retryAll
  case waive(Int)
  case cancel(Int)
  case replay(Int)
  case delivered([Int])
}

/// What will happen, by time and then by the order in which it was written down.
struct Agenda: Sendable {
  /// Something that will happen.
  indirect enum Thing: Sendable {
    case deed(Int)
    case restart
    case storeWork(StoreJob)
    case deliver(Event)
    case arrive(Trip)
    case answer(Trip, Result<HTTPResponse, HTTPFailure>)
    case tick(Int)
    case client(Int)
    case drainEnds
    case inspect
    case calm
    case caretaker
    case courier
    case released(Watch.Release)
    case singles
    case otherwise(Int)
    case tellLate(Int)
    case replay(Int)
  }

  struct Entry: Sendable {
    var at: Int64
    var number: Int
    /// The process it belongs to; nil for what goes on without one.
    var life: Int?
    var thing: Thing
  }

  private var heap: [Entry] = []
  private var written = 0

  mutating func add(_ thing: Thing, at instant: Int64, life: Int? = nil) {
    written += 1
    heap.append(Entry(at: instant, number: written, life: life, thing: thing))
    var child = heap.count - 1
    while child > 0, isBefore(child, (child - 1) / 2) {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func next() -> Entry? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    guard !heap.isEmpty else { return first }
    heap[0] = last
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < heap.count else { return first }
      if child + 1 < heap.count, isBefore(child + 1, child) { child += 1 }
      guard isBefore(child, parent) else { return first }
      heap.swapAt(child, parent)
      parent = child
    }
  }

  private func isBefore(_ a: Int, _ b: Int) -> Bool {
    (heap[a].at, heap[a].number) < (heap[b].at, heap[b].number)
  }
}
