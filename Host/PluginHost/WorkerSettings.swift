// SPDX-License-Identifier: Apache-2.0
import Loader

/// Times and sizes that hold for workers, with the defaults of the contract.
public struct WorkerLimits: Sendable, Hashable {
  /// From the start of the process to its greeting; `describe` is part of it.
  public var startMilliseconds: Int64 = 2000
  /// One call, by the clock on the wall.
  public var callMilliseconds: Int64 = 2000
  /// Workers of one plugin that are kept running while nothing is asked.
  public var warmWorkers = 1
  /// Workers of one plugin under load.
  public var maximumWorkers = 4
  /// Calls of one plugin that wait for a worker; more are refused.
  public var maximumWaitingCalls = 1024
  /// After this long without a call a worker beyond the warm ones ends.
  public var idleMilliseconds: Int64 = 30_000

  public init() {}
}

/// A worker that ends by itself closes its channel a moment before its process has ended. If it only closed the channel
/// it is ended after this time.
let endGraceMilliseconds: Int64 = 200

/// The start of every way to a worker: what its greeting means.
enum Greeting {
  case ready(Hello)
  case needsLibraries(String)
  case failed(WorkerFailure)

  init(word: UInt32, payload: [UInt8]) {
    switch Hello.Status(rawValue: word) {
    case .ready:
      if let hello = Hello(payload) {
        self = .ready(hello)
      } else {
        self = .failed(.ended(.forgedReply(.malformedHello), lastWords: nil))
      }
    case .refused: self = .failed(.refused(printable(payload)))
    case .needsLibraries: self = .needsLibraries(printable(payload))
    case .workerFailed: self = .failed(.cannotStart(printable(payload)))
    case nil: self = .failed(.ended(.forgedReply(.malformedHello), lastWords: nil))
    }
  }
}

/// Sequence numbers that a plugin cannot guess, so that what it sends by itself is told from an answer.
struct SequenceGenerator {
  private var state = UInt64.random(in: .min ... .max)

  /// SplitMix64.
  mutating func next() -> UInt32 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return UInt32(truncatingIfNeeded: mixed >> 16)
  }
}

/// Reads a reply's status.
func reply(word: UInt32, payload: [UInt8]) -> Result<WorkerReply, WorkerFailure> {
  switch word {
  case WireFrame.noOperation: .failure(.noOperation)
  case WireFrame.malformedArguments: .failure(.malformedArguments)
  default: .success(WorkerReply(status: Int32(bitPattern: word), output: payload))
  }
}
