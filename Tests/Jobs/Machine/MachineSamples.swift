// SPDX-License-Identifier: Apache-2.0

import Jobs
import OrderedJSON
import Store
import VideoDocuments

let sampleNow: Int64 = 1_763_000_000_000

/// A job as a planner would hand it over.
func plannedJob(_ id: String = "fg_1") -> JobRecord {
  let task = VideoTask(
    id: id, request: VideoRequest(model: "acme-1", prompt: "a fox"), phase: .queued, createdAtMilliseconds: sampleNow)
  var job = JobRecord(
    task: task, pluginID: "acme", pluginVersion: "1.0.0", account: "default",
    connection: Connection(profile: "official", baseURL: "https://api.example.com"))
  job.polling.firstMilliseconds = 1_000
  job.polling.intervalMilliseconds = 1_000
  return job
}

/// A job in that state, made by the events that lead there.
func job(in state: JobState, machine: JobMachine = JobMachine()) -> JobRecord {
  let path: [JobEvent] =
    switch state {
    case .planned: []
    case .submitting: [.begin]
    case .watching: [.begin, .accept]
    case .collecting: [.begin, .accept, .look(.succeeded)]
    case .done: [.begin, .accept, .look(.succeeded), .file]
    case .failed: [.begin, .accept, .look(.failed)]
    case .cancelled: [.begin, .accept, .look(.cancelled)]
    case .expired: [.begin, .accept, .look(.expired)]
    case .unknown: [.begin, .outcomeUnknown(Failure(.unreachable, "The connection broke."))]
    }
  return path.reduce(plannedJob()) { machine.advance($0, $1, JobMoment(nowMilliseconds: sampleNow)).job }
}

extension JobEvent {
  static let begin = JobEvent.submissionBegins(state: nil, ledger: [])
  static let accept = JobEvent.accepted(TaskUpdate(.queued, upstreamID: "up-1"), state: ["id": "up-1"])
  static let file = JobEvent.archived(
    ArchivedFile(outputIndex: 0, kind: "video", path: "/tmp/x.mp4", byteCount: 1, sha256: "00"))

  static func look(_ phase: TaskPhase) -> JobEvent {
    var update = TaskUpdate(phase, upstreamID: "up-1", rawStatus: phase.rawValue)
    if phase == .succeeded { update.outputs = [VideoOutput(url: "https://media.example.com/1.mp4")] }
    return .looked(update, state: nil)
  }
}

/// A small generator with a seed, so that a run that fails can be run again.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
