import CLinux

/// How the process takes memory from the system.
public enum Memory {
  /// Keeps the process small, at its start: what large requests took goes back to the system at once,
  /// and threads share a few heaps instead of keeping one each.
  public static func keepSmall() {
    mallopt(M_ARENA_MAX, 6)
    mallopt(M_MMAP_THRESHOLD, 256 << 10)
    mallopt(M_TRIM_THRESHOLD, 4 << 20)
  }
}
