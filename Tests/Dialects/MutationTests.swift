// SPDX-License-Identifier: Apache-2.0

import Dialects
import Jobs
import OrderedJSON
import Testing
import VideoDocuments

/// Damaged bodies: whatever comes in, what comes out is a plan or a failure with a sentence.
@Suite struct MutationTests {
  /// A small generator with a fixed start, so that a failure can be repeated.
  struct Random: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ state >> 29
    }
  }

  static let words: [JSON] = [
    .null, .bool(true), 0, -1, 1.5, "", "x", "5", "16:9", "1280x720", "on", [], [:], [1], [["prompt": "p"]],
    ["url": "https://a.example/1"], .number(JSONNumber(Int64.max)), "data:,", "-1", "99999999999999999999",
    .string(String(repeating: "9", count: 400)),
  ]
  static let names = [
    "model", "prompt", "image", "images", "last_image", "videos", "audios", "duration", "seconds", "size", "width",
    "height", "ratio", "n", "fps", "seed", "audio", "metadata", "extra_body", "multi_prompt", "options", "mode",
    "frames", "cfg_scale", "content", "user", "response_format", "count", "shots", "negative_prompt",
  ]

  /// Puts something else somewhere, adds or removes something.
  static func mutate(_ json: JSON, _ random: inout Random) -> JSON {
    if Int.random(in: 0..<4, using: &random) == 0 { return words.randomElement(using: &random) ?? .null }
    switch json {
    case .object(var object):
      let name = (Bool.random(using: &random) ? names : object.keys).randomElement(using: &random) ?? "x"
      object[name] = mutate(object[name] ?? .null, &random)
      return .object(object)
    case .array(var elements):
      guard let index = elements.indices.randomElement(using: &random) else { return [.null] }
      elements[index] = mutate(elements[index], &random)
      return .array(elements)
    default: return words.randomElement(using: &random) ?? .null
    }
  }

  @Test func `Damaged values end in a plan or in a sentence`() throws {
    let catalog = try ExamplePlanTests.catalog()
    let accounts = try AccountBook(manifests: catalog.entries.map { $0.manifest }, environment: [:]).accounts
    let bodies = try ExamplePlanTests.examples.map { try Example.request($0.0) }
    var random = Random(state: 1)
    var plans = 0
    for round in 0..<1_500 {
      var body = bodies[round % bodies.count]
      for _ in 0..<Int.random(in: 1...4, using: &random) { body = Self.mutate(body, &random) }
      do throws(Failure) {
        _ = try? RequestFile.recognize(body, catalog: catalog)
        let decoded = try UnifiedDialect.decode(body)
        do throws(PlanFailure) {
          _ = try Planner.plan(
            decoded.request, decoded: decoded.ledger, catalog: catalog, accounts: accounts,
            options: PlanOptions(leniency: round % 2 == 0 ? .strict : .lenient, needsSecrets: false))
          plans += 1
        } catch {
          for problem in error.problems { #expect(!problem.message.isEmpty && problem.message.utf8.count < 2_000) }
        }
      } catch {
        #expect(!error.message.isEmpty && error.message.utf8.count < 2_000)
      }
    }
    #expect(plans > 50)
  }

  @Test func `Damaged bytes pass the taking out of media as they are, or end in a sentence`() throws {
    let text =
      #"{"model":"m","image":"data:image/png;base64,aGVsbG8=","a":["x\\","\"",{"b":[1,2,"DATA:;base64,"]}],"c":"\/"}"#
    let base = Array(text.utf8)
    var random = Random(state: 2)
    for _ in 0..<3_000 {
      var bytes = base
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let index = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: index)
        default: bytes.insert("\"\\{}[],:".utf8.randomElement(using: &random) ?? 0, at: index)
        }
      }
      do throws(Failure) {
        let body = try InlineMediaHoister.hoist(bytes)
        // What was not a medium is unchanged: nothing is lost and nothing is invented.
        if body.media.isEmpty { #expect(body.json == bytes) }
        // Valid bodies stay valid.
        if (try? JSON(parsing: bytes)) != nil { #expect((try? JSON(parsing: body.json)) != nil) }
      } catch {
        #expect(!error.message.isEmpty)
      }
    }
  }
}
