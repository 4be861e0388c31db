/// First in, first out, without moving what waits.
struct Queue<Element: Sendable>: Sendable {
  private var items: [Element] = []
  private var head = 0

  var count: Int { items.count - head }
  var isEmpty: Bool { head == items.count }
  var first: Element? { isEmpty ? nil : items[head] }

  mutating func append(_ element: Element) { items.append(element) }

  mutating func popFirst() -> Element? {
    guard let element = first else { return nil }
    head += 1
    // What is gone is let go of soon: a call carries its people.
    if head == items.count || head >= 16 {
      items.removeFirst(head)
      head = 0
    }
    return element
  }

  /// Takes out everything, in order.
  mutating func drain() -> [Element] {
    defer { self = Queue() }
    return Array(items[head...])
  }

  /// Takes out what fits a condition and returns it, in order.
  mutating func remove(where isGone: (Element) -> Bool) -> [Element] {
    let all = drain()
    items = all.filter { !isGone($0) }
    return all.filter(isGone)
  }
}
