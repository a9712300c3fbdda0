// SPDX-License-Identifier: Apache-2.0

import EventLoop
import HTTPServer
import Network
import Testing
import VideoDocuments

@testable import Dialects

@Suite struct IntakeBudgetTests {
  static let media = Base64.encode([UInt8](repeating: 7, count: 300_000))

  static func budget(disk: Int64 = 1_000_000, memory: Int64 = 100_000) -> IntakeBudget {
    var limits = IntakeBudget.Limits()
    limits.diskBytes = disk
    limits.memoryBytes = memory
    return IntakeBudget(limits: limits)
  }

  /// Takes a whole body in, or says why not.
  @LoopActor static func read(
    _ text: String, _ budget: IntakeBudget, owner: String, contentType: String? = nil, announced: UInt64? = nil
  ) async -> Result<ReceivedBody, Failure> {
    var pieces = [Array(text.utf8)]
    let body = HTTPBody(length: announced) { pieces.popLast() }
    do throws(ReceivingFailure) {
      return .success(
        try await ReceivedBody.read(
          body, contentType: contentType, maximumBytes: 64 << 20, maximumDocumentBytes: 1 << 20, folder: "/tmp",
          share: IntakeShare(budget, owner: owner)))
    } catch .refused(let failure) {
      return .failure(failure)
    } catch {
      return .failure(Failure(.internal, "interrupted"))
    }
  }

  /// Files are closed by a thread of their own.
  @LoopActor static func settles(_ condition: @LoopActor () -> Bool) async -> Bool {
    for _ in 0..<2_000 where !condition() { try? await EventLoop.sleep(nanoseconds: 1_000_000) }
    return condition()
  }

  static func body(_ count: Int) -> String {
    "[\((0..<count).map { _ in "\"data:image/png;base64,\(media)\"" }.joined(separator: ","))]"
  }

  static func form(_ count: Int) -> String {
    let file = String(repeating: "x", count: 300_000)
    return (0..<count).map { number in
      "--b\r\nContent-Disposition: form-data; name=\"f\(number)\"; filename=\"a\"\r\n\r\n\(file)\r\n"
    }.joined() + "--b--"
  }

  @Test(arguments: ["application/json", "multipart/form-data; boundary=b"])
  @LoopActor func `One owner gets half of the disk, and all owners together no more than all`(type: String) async throws
  {
    let budget = Self.budget()
    let text = type.hasPrefix("multipart") ? Self.form : Self.body
    var first = try await Self.read(text(1), budget, owner: "a", contentType: type).get()
    #expect(budget.diskBytes == 300_000)
    let second = await Self.read(text(1), budget, owner: "a", contentType: type)
    guard case .failure(let failure) = second else {
      Issue.record("a third of the disk twice is more than half of it")
      return
    }
    #expect(failure.kind == .rateLimited && failure.retryAfterMilliseconds == 5_000)
    #expect(failure.message.hasPrefix("The media that this key is sending take "))
    #expect(failure.message.hasSuffix("; 488.2 KiB is the most for one key at a time."))
    #expect(await Self.settles { budget.diskBytes == 300_000 })
    // Others still get theirs, as far as it goes.
    let other = try await Self.read(text(1), budget, owner: "b", contentType: type).get()
    let third = try await Self.read(text(1), budget, owner: "c", contentType: type).get()
    #expect(await Self.settles { budget.diskBytes == 900_000 })
    guard case .failure(let full) = await Self.read(text(1), budget, owner: "d", contentType: type) else {
      Issue.record("more than all was taken in")
      return
    }
    #expect(full.kind == .unreachable && full.retryAfterMilliseconds == 5_000)
    #expect(full.message == "More media are being received at the moment than there is room for.")
    #expect(await Self.settles { budget.diskBytes == 900_000 })
    withExtendedLifetime((first, other, third)) {}
    first = ReceivedBody(document: [], media: [], digest: nil)
    #expect(await Self.settles { budget.diskBytes == 600_000 })
  }

  @Test @LoopActor func `What a body holds is given back with it, also when it is refused`() async throws {
    let budget = Self.budget()
    do {
      let body = try await Self.read("{\"a\": \"\(String(repeating: "a b", count: 10_000))\"}", budget, owner: "a")
        .get()
      // Arrays take more than they hold.
      #expect((Int64(body.document.count)...45_000).contains(budget.memoryBytes))
      for _ in 0..<3 {
        guard
          case .failure = await Self.read("[\"data:;base64,\(Self.media)\", \"data:;base64,!\"]", budget, owner: "b")
        else {
          Issue.record("this is no base64")
          return
        }
      }
      withExtendedLifetime(body) {}
    }
    #expect(budget.memoryBytes == 0)
    #expect(await Self.settles { budget.diskBytes == 0 })
  }

  @Test @LoopActor func `Text beside media is counted as memory`() async throws {
    let budget = Self.budget()
    let text = "{\"a\": \"\(String(repeating: "a b", count: 10_000))\"}"
    let first = try await Self.read(text, budget, owner: "a").get()
    guard case .failure(let failure) = await Self.read(text, budget, owner: "a") else {
      Issue.record("six tenths are more than a half")
      return
    }
    #expect(failure.kind == .rateLimited)
    #expect(failure.message.hasPrefix("The requests that this key is sending take "))
    let form =
      "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\(String(repeating: "x", count: 60_000))\r\n--b--"
    guard
      case .failure(let second) = await Self.read(
        form, budget, owner: "b", contentType: "multipart/form-data; boundary=b")
    else {
      Issue.record("six tenths are more than a half")
      return
    }
    #expect(second.kind == .rateLimited)
    withExtendedLifetime(first) {}
  }

  @Test @LoopActor func `A long body is refused at its announcement, a short one finds its way`() async throws {
    let budget = Self.budget()
    let held = try await Self.read(Self.body(1), budget, owner: "a").get()
    guard case .failure(let failure) = await Self.read("{}", budget, owner: "a", announced: 400_000) else {
      Issue.record("there is no room for so much")
      return
    }
    #expect(failure.kind == .rateLimited)
    #expect((try? await Self.read("{}", budget, owner: "a", announced: 60_000).get()) != nil)
    withExtendedLifetime(held) {}
  }

  @Test func `Text that looked like base64 is not gathered beyond the limit`() throws {
    var limits = InlineMediaHoister.Limits()
    limits.maximumDocumentBytes = 100_000
    let short = "[\"\(String(repeating: "A", count: 50_000))-\"]"
    #expect(try InlineMediaHoister.hoist(Array(short.utf8), limits: limits).json == Array(short.utf8))
    let long = "[\"\(String(repeating: "A", count: 150_000))-\"]"
    let failure = #expect(throws: Failure.self) { try InlineMediaHoister.hoist(Array(long.utf8), limits: limits) }
    #expect(failure?.kind == .limit)
    #expect(failure?.message == "The request has more than 97.6 KiB beside its media.")
  }
}
