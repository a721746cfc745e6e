import Glibc

/// A limit that the kernel keeps for a process.
enum ResourceLimit {
  case addressSpace, coreFile

  private typealias Function =
    @convention(c) (
      pid_t, UInt32, UnsafePointer<rlimit>?, UnsafeMutablePointer<rlimit>?
    ) -> CInt

  /// glibc's `prlimit`, which its headers declare for `_GNU_SOURCE` alone; there since 2.13.
  private static let function: Function? = {
    guard let symbol = unsafe dlsym(dlopen(nil, RTLD_NOW), "prlimit") else { return nil }
    return unsafe unsafeBitCast(symbol, to: Function.self)
  }()

  /// Sets the limit of a running process, for good; what it holds already it keeps.
  func set(to value: Int, of process: pid_t) {
    let resource =
      switch self {
      case .addressSpace: RLIMIT_AS
      case .coreFile: RLIMIT_CORE
      }
    var limit = rlimit(rlim_cur: rlim_t(value), rlim_max: rlim_t(value))
    // Refused where the process is gone already.
    _ = unsafe Self.function?(process, UInt32(resource.rawValue), &limit, nil)
  }
}
