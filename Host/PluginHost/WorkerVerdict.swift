// SPDX-License-Identifier: Apache-2.0
import Glibc

/// What became of a worker that ended by itself or had to be ended.
public enum WorkerVerdict: Sendable, Hashable {
  /// It made a system call that the jail does not allow.
  case policy
  /// Its memory ran out.
  case memory
  /// It aborted.
  case abort
  /// A check of the language stopped it.
  case trap
  /// A bad memory access or the like.
  case crash(signal: Int32)
  /// It ended the process.
  case exit(code: Int32)
  /// It did not answer in time and was ended.
  case hang(milliseconds: Int64)
  /// It sent what no worker sends, and was ended.
  case forgedReply(ForgedReply)
  /// A signal from outside ended it.
  case killed(signal: Int32)

  /// What was wrong with what it sent.
  public enum ForgedReply: Sendable, Hashable {
    case unasked
    case tooLong(bytes: UInt32)
    case otherSequence
    case malformedHello
    case notJailed
    case hungUp
  }

  /// The constant name for metrics and the cache.
  public var name: String {
    switch self {
    case .policy: "policy"
    case .memory: "memory"
    case .abort: "abort"
    case .trap: "trap"
    case .crash: "crash"
    case .exit: "exit"
    case .hang: "hang"
    case .forgedReply: "forged_reply"
    case .killed: "killed"
    }
  }

  /// One sentence for people, to stand after the plugin's name and a colon.
  public var sentence: String {
    switch self {
    case .policy:
      "it tried something that plugins may not do, such as opening a file or a connection, starting a process or a "
        + "thread, or sleeping, and was stopped."
    case .memory: "it used up its \(WorkerVerdict.memoryBytes >> 20) MiB of memory and was stopped."
    case .abort: "it aborted, as programs do when a check fails or no memory is left."
    case .trap: "it stopped at a programming error."
    case .crash(let signal): "it crashed (\(WorkerVerdict.name(ofSignal: signal)))."
    case .exit(let code): "it ended its process by itself (exit code \(code))."
    case .hang(let milliseconds): "it did not answer within \(WorkerVerdict.duration(milliseconds)) and was stopped."
    case .forgedReply(let reply): "it sent the host \(reply.description); it was stopped."
    case .killed(let signal): "its process was ended from outside (\(WorkerVerdict.name(ofSignal: signal)))."
    }
  }

  /// What a plugin may use, as the worker sets it.
  static let memoryBytes: Int64 = 256 << 20
  /// Resident bytes from which on a violent end is put down to memory; the limit itself is on address space, which
  /// runs out somewhat before all of it is resident.
  static let memoryAlmostUsedBytes = memoryBytes / 4 * 3

  /// Reads a wait status. `ranOutOfMemory` says what a violent end is put down to.
  init(waitStatus status: Int32, ranOutOfMemory ranOut: Bool) {
    // WIFEXITED and WEXITSTATUS are macros: the low seven bits are the signal, the next byte the exit code.
    let signal = status & 0x7F
    guard signal != 0 else {
      self = .exit(code: (status >> 8) & 0xFF)
      return
    }
    switch signal {
    case SIGSYS: self = .policy
    case SIGABRT: self = ranOut ? .memory : .abort
    case SIGILL, SIGTRAP: self = ranOut ? .memory : .trap
    case SIGSEGV, SIGBUS: self = ranOut ? .memory : .crash(signal: signal)
    case SIGFPE: self = .crash(signal: signal)
    default: self = .killed(signal: signal)
    }
  }

  /// The verdict on a worker that closed the channel and was killed for still being there a while after: it may have
  /// been about to end by itself, on a machine that had no time for it, and then that is what became of it.
  var afterHangingUp: WorkerVerdict { self == .killed(signal: SIGKILL) ? .forgedReply(.hungUp) : self }

  private static func name(ofSignal signal: Int32) -> String {
    switch signal {
    case SIGSEGV: "bad memory access"
    case SIGBUS: "bad memory address"
    case SIGFPE: "division by zero"
    case SIGKILL: "SIGKILL"
    case SIGTERM: "SIGTERM"
    case SIGINT: "SIGINT"
    default: "signal \(signal)"
    }
  }

  static func duration(_ milliseconds: Int64) -> String {
    milliseconds % 1000 == 0 ? "\(milliseconds / 1000) s" : "\(milliseconds) ms"
  }
}

extension WorkerVerdict.ForgedReply: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unasked: "a reply that nothing had asked for"
    case .tooLong(let bytes): "a reply that claims \(bytes) bytes, which is more than allowed"
    case .otherSequence: "a reply to a call that does not exist"
    case .malformedHello: "a greeting that is not one"
    case .notJailed: "a greeting before its jail was closed"
    case .hungUp: "nothing, but closed the channel"
    }
  }
}

/// Why a worker gave no answer.
public enum WorkerFailure: Error, Sendable, Hashable {
  /// No process could be started; nothing the plugin could help.
  case cannotStart(String)
  /// The worker says why the file cannot be used as a plugin.
  case refused(String)
  /// It ended, with the last line that it wrote to standard error.
  case ended(WorkerVerdict, lastWords: String?)
  /// It ended through another call, or was stopped by the host, before this one began.
  case interrupted
  /// The plugin's file is not the one that was checked.
  case fileChanged
  /// The arguments did not fit the declaration.
  case malformedArguments
  /// The worker has no such operation, or it is disabled there.
  case noOperation

  /// One sentence for people, to stand after the plugin's name and a colon.
  public var sentence: String {
    switch self {
    case .cannotStart(let reason): "no worker could be started: \(reason)."
    case .refused(let sentence): sentence
    case .ended(let verdict, let lastWords):
      if let lastWords, !lastWords.isEmpty {
        verdict.sentence + " Its last words: “\(lastWords)”."
      } else {
        verdict.sentence
      }
    case .interrupted: "its worker was stopped before the call began."
    case .fileChanged: "its file is not the one that was checked."
    case .malformedArguments: "the arguments did not fit what the operation declares."
    case .noOperation: "the operation is disabled."
    }
  }

  /// Whether it counts as a crash of the plugin.
  var isCrash: Bool {
    switch self {
    case .ended(.killed, _): false
    case .ended: true
    case .cannotStart, .refused, .interrupted, .fileChanged, .malformedArguments, .noOperation: false
    }
  }
}

/// A worker's answer to one call.
public struct WorkerReply: Sendable, Hashable {
  /// The status that the plugin returned, already one of the contract's list.
  public let status: Int32
  public let output: [UInt8]

  public init(status: Int32, output: [UInt8]) {
    self.status = status
    self.output = output
  }
}
