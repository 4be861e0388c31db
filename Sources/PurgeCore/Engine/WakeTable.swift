/// The earliest of many alarms: setting one costs the logarithm of their number.
struct WakeTable: Sendable {
  /// A binary tree in an array: the leaves are the alarms, each node the earlier of its two.
  private var nodes: [Instant?] = [nil, nil]
  private var leaves: Int { nodes.count / 2 }

  /// The earliest alarm.
  var earliest: Instant? { nodes[1] }

  mutating func set(_ position: Int, _ instant: Instant?) {
    while position >= leaves { grow() }
    var node = leaves + position
    guard nodes[node] != instant else { return }
    nodes[node] = instant
    while node > 1 {
      node /= 2
      nodes[node] = Self.earlier(nodes[2 * node], nodes[2 * node + 1])
    }
  }

  /// The position of an alarm that is due at an instant; nil when none is.
  func due(at now: Instant) -> Int? {
    guard let earliest, earliest <= now else { return nil }
    var node = 1
    while node < leaves { node = nodes[2 * node] == earliest ? 2 * node : 2 * node + 1 }
    return node - leaves
  }

  private mutating func grow() {
    let old = Array(nodes[leaves...])
    nodes = Array(repeating: nil, count: nodes.count * 2)
    for (position, instant) in old.enumerated() { set(position, instant) }
  }

  static func earlier(_ a: Instant?, _ b: Instant?) -> Instant? {
    guard let a, let b else { return a ?? b }
    return min(a, b)
  }
}
