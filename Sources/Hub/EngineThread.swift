import Documents
import Foundation
import HTTPTypes
import PurgeCore
import Store
import Synchronization
import Transport

/// The thread that owns everything hot: one engine value, one epoll, libcurl.
///
/// Others hand it letters through a mutex and ring its bell; whatever lies there is taken at once.
/// Store work comes back as letters.
final class EngineThread: Sendable {
  /// What others may ask of the thread.
  enum Letter: Sendable {
    /// Something the engine must hear.
    case event(Event)
    /// A connector's connection policy; nil closes it.
    case policy(ConnectorName, ConnectionPolicy?)
    /// A round trip outside the engine, such as a check.
    case errand(Errand)
    /// Say when everything handed over before was heard.
    case mark(@Sendable () -> Void)
    /// Leave the loop.
    case stop
  }

  /// A round trip outside the engine.
  struct Errand: Sendable {
    var request: HTTPRequest
    var vendor: String
    var answer: @Sendable (Result<HTTPResponse, HTTPFailure>) -> Void
  }

  /// What the engine is doing, for people and for those who wait for quiet.
  struct Activity: Sendable, Hashable {
    /// Calls at vendors.
    var inFlight = 0
    /// Whether nothing moves now: nothing in flight, nothing uncommitted, nothing ready.
    var isQuiet = true
    /// When the engine will look again by itself.
    var nextWake: Instant?
    /// Whether everything in flight was finished after a drain.
    var isDrained = false
    /// Whether the store takes nothing at present.
    var isStalled = false
    /// Counts what became durable or changed; whoever waits for news compares it.
    var revision = 0
    /// Whether the loop has ended, so that nothing more will happen.
    var hasEnded = false
  }

  private struct Desk {
    var letters: [Letter] = []
    var activity = Activity()
    var watchers: [@Sendable (Activity) -> Bool] = []
  }

  private let desk = Mutex(Desk())
  let bell: Bell
  private let store: Store
  private let log: Log?
  private let now: @Sendable () -> Instant
  private let onClockSet: @Sendable () -> Void
  private let ended = DispatchSemaphore(value: 0)

  /// Starts the thread; `stop` ends it.
  init(
    store: Store, seed: UInt64, log: Log? = nil, now: @escaping @Sendable () -> Instant,
    onClockSet: @escaping @Sendable () -> Void = {}
  ) throws(TransportError) {
    self.store = store
    self.onClockSet = onClockSet
    self.log = log
    self.now = now
    let client = try HTTPClient()
    bell = client.bell
    let loop = Loop(thread: self, client: client, engine: Engine(seed: seed))
    // The loop and its client are made here and used on the new thread only.
    let parcel = Parcel(loop)
    let thread = Thread { parcel.contents.run() }
    thread.name = "engine"
    thread.stackSize = 4 << 20
    thread.start()
  }

  /// Hands over a letter; returns at once.
  ///
  /// After the end nobody reads it, and whoever waits for an answer is told so.
  func post(_ letters: [Letter]) {
    let isHeard = desk.withLock { desk in
      guard !desk.activity.hasEnded else { return false }
      desk.letters += letters
      // Whoever looks before the letters are read must not take the last turn's quiet for theirs.
      desk.activity.isQuiet = false
      return true
    }
    isHeard ? bell.ring() : letters.forEach(Self.dismiss)
  }

  private static func dismiss(_ letter: Letter) {
    switch letter {
    case .mark(let heard): heard()
    case .errand(let errand):
      errand.answer(.failure(HTTPFailure(.unusable, detail: "the hub has stopped")))
    case .event, .policy, .stop: break
    }
  }

  func post(_ event: Event) { post([.event(event)]) }

  /// Waits until the engine has heard everything handed over before.
  func heard() async {
    await withCheckedContinuation { continuation in post([.mark { continuation.resume() }]) }
  }

  /// What the engine was doing at its last turn.
  var activity: Activity { desk.withLock { $0.activity } }

  /// Calls back with every turn's activity until the watcher answers `false`.
  func watch(_ watcher: @escaping @Sendable (Activity) -> Bool) {
    let last = desk.withLock { desk -> Activity? in
      guard !desk.activity.hasEnded else { return desk.activity }
      desk.watchers.append(watcher)
      return nil
    }
    if let last { _ = watcher(last) } else { bell.ring() }
  }

  /// Answers everybody who still waits when the loop has ended.
  private func end() {
    let (letters, watchers, last) = desk.withLock { desk in
      desk.activity.hasEnded = true
      defer { (desk.letters, desk.watchers) = ([], []) }
      return (desk.letters, desk.watchers, desk.activity)
    }
    letters.forEach(Self.dismiss)
    for watcher in watchers { _ = watcher(last) }
    ended.signal()
  }

  /// Ends the loop and waits for the thread.
  func stop() {
    post([.stop])
    ended.wait()
  }
}

/// Carries a value to the one thread that will use it.
final class Parcel<Contents>: @unchecked Sendable {
  // Safe because the sender lets go of it and only the receiving thread reads it.
  let contents: Contents
  init(_ contents: Contents) { self.contents = contents }
}

extension EngineThread {
  /// The loop itself; lives on its thread.
  private final class Loop {
    private let thread: EngineThread
    private let client: HTTPClient
    private var engine: Engine
    private var transfers: [TransferID: Purpose] = [:]
    private var nextTransfer: UInt64 = 0
    private var nextTick: Instant?
    private var isDrained = false
    private var revision = 0
    private var isStopping = false
    private var clock: WallClock

    /// What a transfer is for.
    private enum Purpose {
      case call(CallKey)
      case token(ConnectorName)
      case errand(Errand)
    }

    init(thread: EngineThread, client: HTTPClient, engine: Engine) {
      self.thread = thread
      self.client = client
      self.engine = engine
      clock = WallClock(at: thread.now())
      client.watch(descriptor: clock.watch)
    }

    func run() {
      while !isStopping {
        let letters = thread.desk.withLock { desk in
          defer { desk.letters = [] }
          return desk.letters
        }
        for letter in letters { open(letter) }
        report()
        if isStopping { break }
        let finished = client.turn(waitingAtMost: patience())
        if client.readable.contains(clock.watch) { clock.listen() }
        noticeClock(thread.now())
        hear(finished.compactMap(event))
        tickIfDue()
      }
      for purpose in transfers.values {
        if case .errand(let errand) = purpose { EngineThread.dismiss(.errand(errand)) }
      }
      thread.end()
    }

    private func open(_ letter: Letter) {
      switch letter {
      case .event(let event): hear(event)
      case .policy(let name, let policy?): client.open(name.description, policy: policy)
      case .policy(let name, nil): client.close(name.description)
      case .errand(let errand): send(errand.request, to: errand.vendor, for: .errand(errand))
      case .mark(let heard): heard()
      case .stop: isStopping = true
      }
    }

    private func hear(_ event: Event) {
      switch event {
      case .loaded, .tick: break
      default: revision += 1
      }
      let now = thread.now()
      noticeClock(now)
      for effect in engine.handle(event, at: now) { perform(effect) }
    }

    /// Answers of one turn become durable together.
    private func hear(_ answers: [Event]) {
      guard !answers.isEmpty else { return }
      for effect in engine.handle(answers, at: thread.now()) { perform(effect) }
    }

    /// Tells the store and then the engine that somebody set the clock, before anything else is.
    private func noticeClock(_ now: Instant) {
      guard let jump = clock.jump(at: now) else { return }
      thread.log?.write(.warning, "clock.set", [.init("milliseconds", JSON(jump.milliseconds))])
      thread.onClockSet()
      if jump < .seconds(0) { submit(.setClockBack(.milliseconds(-jump.milliseconds))) }
      for effect in engine.handle(.clockSet(by: jump), at: now) { perform(effect) }
    }

    private func perform(_ effect: Effect) {
      switch effect {
      case .load(let name, let calls, let tasks):
        submit(.load(name, calls: calls, tasksPerLane: tasks))
      case .commit(let batch, let changes): submit(.commit(batch, changes))
      case .send(let call, let request):
        send(request, to: call.task.connector.description, for: .call(call))
      case .fetchToken(let name, let request):
        send(request, to: name.description, for: .token(name))
      case .wake(let at): nextTick = at
      case .announce(let notice): tell(notice)
      }
    }

    private func tell(_ notice: Notice) {
      if case .drained = notice { isDrained = true }
      thread.log?.notice(notice)
    }

    private func send(_ request: HTTPRequest, to vendor: String, for purpose: Purpose) {
      nextTransfer += 1
      let id = TransferID(nextTransfer)
      transfers[id] = purpose
      client.send(request, as: id, to: vendor)
    }

    /// What the engine hears of a transfer that is over; nil when somebody else waits for it.
    private func event(_ finished: Finished) -> Event? {
      switch transfers.removeValue(forKey: finished.id) {
      case .call(let key): return .answered(key, finished.result)
      case .token(let name): return .tokenAnswered(name, finished.result)
      case .errand(let errand):
        errand.answer(finished.result)
        return nil
      case nil: return nil
      }
    }

    private func submit(_ work: EngineWork) {
      let thread = thread
      thread.store.submit(work, at: thread.now()) { thread.post($0) }
    }

    private func tickIfDue() {
      guard let due = nextTick, due <= thread.now() else { return }
      nextTick = nil
      hear(.tick)
    }

    /// Milliseconds until something must happen by itself; nil when nothing must.
    private func patience() -> Int? {
      nextTick.map { due in
        Int(max(0, min((due - thread.now()).milliseconds, 3_600_000)))
      }
    }

    private func report() {
      var activity = Activity(
        inFlight: engine.inFlight, isQuiet: engine.isQuiet, nextWake: nextTick,
        isDrained: isDrained, isStalled: engine.isStorageStalled, revision: revision)
      let watchers = thread.desk.withLock { desk in
        activity.isQuiet = activity.isQuiet && desk.letters.isEmpty
        desk.activity = activity
        defer { desk.watchers = [] }
        return desk.watchers
      }
      let remaining = watchers.filter { $0(activity) }
      guard !remaining.isEmpty else { return }
      thread.desk.withLock { $0.watchers += remaining }
    }
  }
}
