// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Foundation
import HTTPServer
import Jobs
import Network
import OrderedJSON
import Store
import Testing
import VideoDocuments

@testable import Gateway

@Suite("From the vendor's word to the caller's file") @LoopActor struct ContentFlowTests {
  private static let clip = sampleClip(mediaBytes: 100_000)

  /// A runner whose vendor has the clip ready at the first look, under the link of the moment.
  private func runner(_ vendor: InstantVendor, _ folder: TestFolder, isArchiving: Bool) -> JobRunner {
    var policy = JobPolicy()
    policy.isArchiving = isArchiving
    let client = HTTPClient(proxies: ProxySettings())
    return JobRunner(
      store: MemoryStore(), provider: vendor, wire: NoWire(),
      archive: FileArchive(client: client, defaultFolder: folder.path + "/clips", hasDayFolders: true),
      machine: JobMachine(policy: policy))
  }

  private func run(_ runner: JobRunner, base: String) async throws -> JobRecord {
    var draft = JobDraft(
      request: VideoRequest(model: "acme-1", prompt: "a fox"), pluginID: "acme", pluginVersion: "1", account: "a",
      connection: Connection(profile: "official", baseURL: base))
    draft.caller = JobCaller(keyID: "k1", format: "openai", requestID: "r1")
    draft.isLenient = true
    let job = try await runner.submit(draft)
    _ = try await runner.drive(job.id, until: .accepted)
    return try await runner.drive(job.id, looksAtOnce: true).job
  }

  @Test("an archived clip is ours: it needs no vendor, and is named and summed")
  func archived() async throws {
    let folder = try TestFolder()
    let origin = try Origin { Origin.file(Self.clip, $0) }
    let vendor = InstantVendor(origin.baseURL)
    let job = try await run(runner(vendor, folder, isArchiving: true), base: origin.baseURL)
    origin.stop()
    #expect(job.state == .done && job.archived.map(\.sha256) == [SHA256Digest(of: Self.clip).hexadecimal])
    let day = FileArchive.dayFolder("clips", job)
    #expect(folder.names == ["\(day)/filmgate-\(job.id).mp4"])
    let front = try Front(job: job, folder: folder)
    defer { front.stop() }
    #expect(await front.send()?.body == Self.clip && vendor.looks == 1)
  }

  @Test("without an archive the clip comes from the vendor, under a fresh link once the first has died")
  func streamed() async throws {
    let folder = try TestFolder()
    let vendor = InstantVendor("")
    let origin = try Origin { request in
      request.head.path == "/\(vendor.looks)" ? Origin.file(Self.clip, request) : .text(status: 403, "expired")
    }
    defer { origin.stop() }
    vendor.base = origin.baseURL
    let runner = runner(vendor, folder, isArchiving: false)
    let job = try await run(runner, base: origin.baseURL)
    #expect(job.state == .done && job.archived.isEmpty && folder.names.isEmpty && origin.requests.isEmpty)
    let front = try Front(job: job, folder: folder) { (id) async throws(Failure) in try await runner.relink(id) }
    defer { front.stop() }
    #expect(await front.send()?.body == Self.clip && front.relinks == 0)
    vendor.looks += 1
    #expect(await front.send()?.body == Self.clip && front.relinks == 1)
    // The next one finds the fresh link in the record.
    front.job = try await runner.show(job.id)
    #expect(await front.send()?.body == Self.clip && front.relinks == 1)
  }
}

@LoopActor private final class InstantVendor: ProviderCalls {
  var base: String
  var looks = 0

  init(_ base: String) { self.base = base }

  func create(_ job: JobRecord, nowMilliseconds: Int64) async throws(Failure) -> Step {
    Step(.update(TaskUpdate(.queued, upstreamID: "up-1")))
  }

  func poll(_ job: JobRecord, nowMilliseconds: Int64) async throws(Failure) -> Step {
    looks += 1
    var update = TaskUpdate(.succeeded, upstreamID: "up-1")
    update.outputs = [VideoOutput(url: "\(base)/\(looks)")]
    return Step(.update(update))
  }

  func cancel(_ job: JobRecord, nowMilliseconds: Int64) async throws(Failure) -> Step {
    throw Failure(.unsupported, "No.")
  }

  func resume(
    _ job: JobRecord, state: JSON?, head: ResponseHead, body: [UInt8], nowMilliseconds: Int64
  ) async throws(Failure) -> Step {
    throw Failure(.plugin, "Nothing was sent.")
  }
}

private struct NoWire: Wire {
  func send(_ step: HTTPStep, for job: JobRecord) async -> WireOutcome {
    .notSent(Failure(.internal, "Nothing is to be sent."))
  }
}
