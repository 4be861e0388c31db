import Foundation
import Hub

/// The terminal, or whatever stands in its place.
struct Console: Sendable {
  /// Whether a person looks at standard output.
  let isTerminal = isatty(STDOUT_FILENO) == 1
  /// Whether a person can answer on standard input.
  let canAsk = isatty(STDIN_FILENO) == 1
  /// Columns of the terminal; 100 where there is none.
  var width: Int {
    var size = winsize()
    let known = unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 20
    return known ? Int(size.ws_col) : 100
  }

  /// Rows of the terminal; 24 where there is none.
  var height: Int {
    var size = winsize()
    let known = unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_row > 2
    return known ? Int(size.ws_row) : 24
  }

  /// Draws lines over the ones drawn before, folded, and as many as fit; returns how many that were.
  func redraw(_ lines: [String], over before: Int) -> Int {
    let shown = lines.flatMap { $0.folded(width - 1) }.prefix(height - 1)
    let back = before > 0 ? "\r\u{1b}[\(before)A\u{1b}[J" : ""
    write(back + shown.map { $0 + "\n" }.joined(), to: STDOUT_FILENO)
    return shown.count
  }

  func say(_ text: String = "") { write(text + "\n", to: STDOUT_FILENO) }
  func complain(_ text: String) { write(text + "\n", to: STDERR_FILENO) }

  /// Shows progress: in place on a terminal, as a line of its own otherwise.
  func progress(_ text: String) {
    isTerminal ? write("\r\u{1b}[K" + text.prefix(width - 1), to: STDOUT_FILENO) : say(text)
  }

  /// Fast enough for an eye on a terminal; a line a second for a log.
  var timeBetweenProgress: Duration { isTerminal ? .milliseconds(100) : .seconds(1) }

  /// Takes the progress line away so that what follows begins at the left.
  func endProgress() {
    if isTerminal { write("\r\u{1b}[K", to: STDOUT_FILENO) }
  }

  /// Asks and waits; nil at the end of input.
  func ask(_ question: String) -> String? {
    write(question, to: STDOUT_FILENO)
    return readLine(strippingNewline: true)
  }

  func bold(_ text: String) -> String { styled(text, "1") }
  func dim(_ text: String) -> String { styled(text, "2") }

  private func styled(_ text: String, _ style: String) -> String {
    isTerminal && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
      ? "\u{1b}[\(style)m\(text)\u{1b}[0m" : text
  }

  /// Swift's own `print` buffers without end when a pipe stands still; a write says so at once.
  private func write(_ text: String, to descriptor: Int32) {
    Log.write(Array(text.utf8), to: descriptor)
  }
}

extension String {
  /// The text in pieces of so many characters; one piece when it is empty.
  fileprivate func folded(_ width: Int) -> [String] {
    var (pieces, rest): ([String], Substring) = ([], self[...])
    repeat {
      pieces.append(String(rest.prefix(width)))
      rest = rest.dropFirst(width)
    } while !rest.isEmpty
    return pieces
  }
}
