internal import Diagnostics
internal import Foundation
internal import Glibc

/// GNU's OpenMP runtime: the thread pool that OpenBLAS and oneDNN use as well, so that all loops of a
/// process share its threads and none spins beside another.
///
/// The library is opened by its bare name when it is first needed, and never closed.
@safe
struct OpenMPRuntime: Sendable {
  typealias Region = @convention(c) (UnsafeMutableRawPointer?) -> Void
  typealias Count = @convention(c) () -> Int32

  /// Runs a function on several threads, the calling one among them, and waits for all.
  let parallel: @convention(c) (Region, UnsafeMutableRawPointer?, UInt32, UInt32) -> Void
  /// The place of the calling thread in its team.
  let threadNumber: Count
  /// How many threads the team has.
  let teamSize: Count
  /// How many parallel regions enclose the caller.
  let level: Count
  /// How many threads the library starts unless it is told.
  let defaultThreads: Count
  /// How many threads it ever starts, by `OMP_THREAD_LIMIT`.
  let threadLimit: Count

  static let libraryName = "libgomp.so.1"

  /// - Returns: the runtime, or why there is none, in words that read after "serial: ".
  static func open(environment: [String: String]) -> Result<OpenMPRuntime, Absence> {
    if HiddenTools.names(in: environment).contains("libgomp") {
      return .failure(Absence(reason: "libgomp is hidden by ASSAY_HIDE"))
    }
    guard let library = unsafe dlopen(libraryName, RTLD_NOW | RTLD_LOCAL) else {
      return .failure(
        Absence(reason: "\(libraryName) does not open; install it with: apt-get install libgomp1"))
    }
    func symbol<Function>(_ name: String, as type: Function.Type) -> Function? {
      guard let address = unsafe dlsym(library, name) else { return nil }
      return unsafe unsafeBitCast(address, to: type)
    }
    typealias Parallel =
      @convention(c) (Region, UnsafeMutableRawPointer?, UInt32, UInt32) -> Void
    guard let parallel = unsafe symbol("GOMP_parallel", as: Parallel.self),
      let threadNumber = symbol("omp_get_thread_num", as: Count.self),
      let teamSize = symbol("omp_get_num_threads", as: Count.self),
      let level = symbol("omp_get_level", as: Count.self),
      let defaultThreads = symbol("omp_get_max_threads", as: Count.self),
      let threadLimit = symbol("omp_get_thread_limit", as: Count.self)
    else { return .failure(Absence(reason: "\(libraryName) lacks a function that is needed")) }
    return unsafe .success(
      OpenMPRuntime(
        parallel: parallel, threadNumber: threadNumber, teamSize: teamSize, level: level,
        defaultThreads: defaultThreads, threadLimit: threadLimit))
  }

  struct Absence: Error {
    let reason: String
  }

  /// Runs the parts on a team of `count` threads, or of fewer where the library has no more.
  ///
  /// Called on the kept thread only.
  func fork(_ work: UnsafeRawPointer, of type: any ParallelWork.Type, parts: Int, count: Int) {
    var region = unsafe RegionRecord(work: work, type: type, parts: parts, runtime: self)
    unsafe withUnsafeMutablePointer(to: &region) { pointer in
      unsafe parallel(runMember, pointer, UInt32(clamping: count), 0)
    }
  }
}

/// What the threads of a team are told.
@unsafe
private struct RegionRecord {
  let work: UnsafeRawPointer
  let type: any ParallelWork.Type
  let parts: Int
  let runtime: OpenMPRuntime
}

/// What each thread of a team does: every `teamSize`-th part.
private let runMember: OpenMPRuntime.Region = { pointer in
  guard let pointer = unsafe pointer else { return }
  let region = unsafe pointer.assumingMemoryBound(to: RegionRecord.self)
  let runtime = unsafe region.pointee.runtime
  let size = max(1, Int(runtime.teamSize()))
  var part = Int(runtime.threadNumber())
  while unsafe part < region.pointee.parts {
    unsafe region.pointee.type.run(part: part, ofWorkAt: region.pointee.work)
    part += size
  }
}
