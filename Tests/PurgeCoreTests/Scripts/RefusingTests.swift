import HTTPTypes
import PurgeCore
import Testing

@Suite struct `A refused batch` {
  /// A world in which every call with one of those people is refused.
  private func lived(_ people: Int, bad: Set<Int>) -> (world: World, key: TaskKey) {
    var traits = ConnectorTraits()
    traits.peoplePerCall = people
    var world = World.make(traits)
    let key = world.submit(people)
    world.live(.hours(1)) { call in bad.isDisjoint(with: call.range) ? 200 : 400 }
    return (world, key)
  }

  static let places = (1...9).flatMap { people in (0..<people).map { (people, $0) } }

  @Test(arguments: places)
  func `S16 is halved down to its bad member`(people: Int, bad: Int) throws {
    let (world, key) = lived(people, bad: [bad])
    let results = try #require(world.leg(key)).results
    for result in results {
      let expected = result.range == bad..<bad + 1 ? Verdict.failed(.refused) : .erased
      #expect(result.verdict == expected)
    }
    #expect(results.reduce(0) { $0 + $1.range.count } == people)
  }

  @Test(arguments: places)
  func `S16 is sent no part of it twice`(people: Int, bad: Int) {
    let (world, _) = lived(people, bad: [bad])
    #expect(Set(world.sent.map(\.key)).count == world.sent.count)
  }

  @Test func `S16 is halved with several bad members`() throws {
    let (world, key) = lived(9, bad: [0, 4, 8])
    let tally = try #require(world.leg(key)).task.tally
    #expect(tally.failed == 3)
    #expect(tally.erased == 6)
  }

  @Test func `gives each bad member a person's attention`() throws {
    let (world, key) = lived(4, bad: [2])
    #expect(try #require(world.leg(key)).task.state == .needsAttention(.refused))
  }

  @Test func `burns no attempts`() throws {
    let (world, key) = lived(8, bad: [3])
    let attempts = try #require(world.leg(key)).attempts
    #expect(attempts.filter { $0.call.range == 3..<4 }.map(\.number) == [4])
  }
}
