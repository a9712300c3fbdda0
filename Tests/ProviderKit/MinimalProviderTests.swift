// SPDX-License-Identifier: Apache-2.0

import FilmgateABI
import OrderedJSON
import ProviderKit
import Testing
import VideoDocuments

@Suite struct MinimalProviderTests {
  private let connection = Connection(profile: "official", baseURL: "https://api.acme.example")

  @Test func itsManifestIsOne() throws {
    let manifest = try Manifest(JSON(parsing: MinimalProvider.manifest))
    #expect(manifest.models.map { $0.id } == ["acme-1"])
  }

  @Test func createAccountsForEveryFieldThatWasGiven() throws {
    var request = VideoRequest(model: "acme-1", prompt: "a boat")
    request.durationSeconds = 4
    request.seed = 7
    request.options = ["mood": "calm"]
    let step = try MinimalProvider().create(
      CreateCall(request: request, connection: connection, nowMilliseconds: 0))
    guard case .http(let http) = step.action else {
      Issue.record("no http step")
      return
    }
    #expect(http.body == .json(["model": "acme-1", "prompt": "a boat", "seconds": 4]))
    #expect(http.retry == .never)
    let outcomes = Dictionary(uniqueKeysWithValues: step.ledger.map { ($0.field, $0.outcome) })
    #expect(
      outcomes == ["prompt": .sent, "duration_seconds": .sent, "seed": .unsupported, "options.mood": .unsupported])
  }

  @Test func aTaskGoesThroughTheCEntry() throws {
    let task = VideoTask(
      id: "t", request: VideoRequest(model: "acme-1"), phase: .queued, createdAtMilliseconds: 0)
    let head = ResponseHead(operation: "poll", status: 200)
    let body = Array(#"{"id":"9","state":"ready","url":"https://e/x.mp4"}"#.utf8)
    let sink = Sink()
    let status = try sink.collect { out in
      withText(.null) { state, stateLength in
        withText(head.json) { headText, headLength in
          body.withUnsafeBytes { raw in
            PluginEntry<MinimalProvider>.resume(
              state, stateLength, headText, headLength, raw.baseAddress, UInt64(raw.count), 0, out)
          }
        }
      }
    }
    #expect(status == ProviderStatus.ok.rawValue)
    guard case .update(let update) = try Step(JSON(parsing: sink.bytes)).action else {
      Issue.record("no update")
      return
    }
    #expect(update.phase == .succeeded)
    #expect(update.outputs.map { $0.url } == ["https://e/x.mp4"])
    #expect(task.phase == .queued)
  }

  @Test func aFailureCrossesTheCEntryAsADocumentAndAStatus() throws {
    let sink = Sink()
    let head = ResponseHead(operation: "create", status: 402)
    let status = try sink.collect { out in
      withText(.null) { state, stateLength in
        withText(head.json) { text, length in
          PluginEntry<MinimalProvider>.resume(state, stateLength, text, length, nil, 0, 0, out)
        }
      }
    }
    #expect(status == ProviderStatus.balance.rawValue)
    #expect(try Failure(JSON(parsing: sink.bytes)).kind == .balance)
  }

  private func withText(_ json: JSON, _ body: (UnsafePointer<CChar>?, UInt64) -> Int32) -> Int32 {
    json.serialized().withUnsafeBytes { body($0.baseAddress?.assumingMemoryBound(to: CChar.self), UInt64($0.count)) }
  }
}

/// Collects what a plugin writes, as a host does.
final class Sink {
  private(set) var bytes: [UInt8] = []

  private struct Out {
    var out: filmgate_out
    var sink: Unmanaged<Sink>
  }

  func collect(_ body: (UnsafeMutablePointer<filmgate_out>) -> Int32) throws -> Int32 {
    var out = Out(
      out: filmgate_out(write: { out, data, length in
        let sink = UnsafeMutableRawPointer(out).assumingMemoryBound(to: Out.self).pointee.sink.takeUnretainedValue()
        sink.bytes.append(contentsOf: UnsafeRawBufferPointer(start: data, count: Int(length)))
        return 0
      }), sink: .passUnretained(self))
    return withUnsafeMutablePointer(to: &out) {
      body(UnsafeMutableRawPointer($0).assumingMemoryBound(to: filmgate_out.self))
    }
  }
}
