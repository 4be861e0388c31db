import PurgeCore

/// The writer's memory of opened keys and blocks, bounded, and emptied of what is shredded.
struct OpenedPeople {
  private struct Place: Hashable {
    let request: PurgeRequestID
    let block: Int
  }

  private let limit = 64
  private var blocks: [Place: [Subject]] = [:]
  private var order: [Place] = []

  /// The people of a range of a request.
  mutating func people(
    _ range: Range<Int>, of request: PurgeRequestID, in connection: Connection, with keys: Keys
  ) throws(StoreError) -> [Subject] {
    var people: [Subject] = []
    people.reserveCapacity(range.count)
    let size = SubjectBlock.size
    for number in (range.lowerBound / size)...((range.upperBound - 1) / size) {
      let start = number * size
      let block = try block(Place(request: request, block: number), connection, keys)
      let part = range.clamped(to: start..<(start + block.count))
      people += block[(part.lowerBound - start)..<(part.upperBound - start)]
    }
    guard people.count == range.count else { throw StoreError.damaged("a block of people") }
    return people
  }

  /// Forgets a request whose key was destroyed.
  mutating func forget(_ request: PurgeRequestID) {
    guard order.contains(where: { $0.request == request }) else { return }
    order.removeAll { $0.request == request }
    blocks = blocks.filter { $0.key.request != request }
  }

  private mutating func block(
    _ place: Place, _ connection: Connection, _ keys: Keys
  ) throws(StoreError) -> [Subject] {
    if let known = blocks[place] { return known }
    let row = try connection.first(
      """
      SELECT request_key.wrapped, subject.sealed FROM subject
      JOIN request_key ON request_key.request = subject.request
      WHERE subject.request = \(place.request) AND subject.block = \(place.block)
      """
    ) { (row) throws(StoreError) in (row.bytes(0), row.bytes(1)) }
    guard let (wrapped, sealed) = row else { throw StoreError.damaged("an open request") }
    let key = try RequestKey(wrapped: wrapped, of: place.request, with: keys)
    let people = try key.open(sealed, of: place.request, block: place.block)
    remember(place, people)
    return people
  }

  private mutating func remember(_ place: Place, _ people: [Subject]) {
    if order.count == limit { blocks[order.removeFirst()] = nil }
    order.append(place)
    blocks[place] = people
  }
}
