// SPDX-License-Identifier: Apache-2.0
import EventLoop
import Foundation
import Gateway
import Jobs
import OrderedJSON
import Store
import Testing
import VideoDocuments

@Suite("The log") struct RequestLogTests {
  private static func file() -> String { NSTemporaryDirectory() + "filmgate-log-\(UUID().uuidString)" }

  private static func lines(_ path: String) throws -> [String] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
  }

  private static func request(_ route: String = "/v1/videos/{id}", status: Int = 200) -> LoggedRequest {
    LoggedRequest(
      requestID: "req_1", method: "GET", route: route, path: "/v1/videos/job_1", status: status, nanoseconds: 1_234_567)
  }

  @Test("a request is one line of JSON, without what its query hides")
  func json() async throws {
    var configuration = LogConfiguration()
    configuration.file = Self.file()
    let log = try await RequestLog.open(configuration)
    var request = Self.request()
    request.query = "variant=thumbnail&signature=topsecret&expires=17&X-Amz-Signature=topsecret&note=top%20secret"
    request.keyID = "fg_1"
    request.jobID = "job_1"
    request.bytes = 17
    request.warningCount = 2
    request.failure = "limit"
    request.peer = "127.0.0.1:9\n{\"forged\": true}"
    await log.request(request)
    await log.flush()
    let path = try #require(configuration.file)
    let lines = try Self.lines(path)
    #expect(lines.count == 1)
    let line = try JSON(parsing: Array(lines[0].utf8))
    #expect(line["time"]?.string?.hasSuffix("Z") == true)
    var shown = try #require(line.object)
    shown["time"] = Optional.none
    #expect(
      JSON.object(shown).text
        == #"{"level":"info","event":"request","request_id":"req_1","key":"fg_1","method":"GET","#
        + #""route":"/v1/videos/{id}","query":"variant=thumbnail&signature=***&expires=17&X-Amz-Signature=***&note=***","#
        + #""status":200,"bytes":17,"microseconds":1234,"job":"job_1","warnings":2,"failure":"limit","#
        + #""peer":"127.0.0.1:9\n{\"forged\": true}"}"#)
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test(
    "a path that no route has is written, but for the address of a callback",
    arguments: [
      ("/no/such", "/no/such"), ("/callbacks/secret", "/callbacks/***"), ("/Callbacks/secret/x", "/Callbacks/***"),
      ("/base/callbacks/secret", "/base/callbacks/***"), ("/callbacks", "/callbacks"),
      ("//callbacks//secret", "//callbacks/***"),
    ])
  func paths(_ path: String, _ written: String) async throws {
    var configuration = LogConfiguration()
    configuration.file = Self.file()
    let log = try await RequestLog.open(configuration)
    await log.request(
      LoggedRequest(requestID: "req_1", method: "GET", route: "unmatched", path: path, status: 405, nanoseconds: 1))
    await log.flush()
    let file = try #require(configuration.file)
    let line = try #require(try Self.lines(file).first)
    #expect(try JSON(parsing: Array(line.utf8))["path"]?.string == written)
  }

  @Test("the level decides, and probes are quiet as long as they succeed")
  func levels() async throws {
    var configuration = LogConfiguration()
    configuration.file = Self.file()
    configuration.format = .text
    let log = try await RequestLog.open(configuration)
    await log.request(Self.request("/healthz"))
    await log.request(Self.request("/readyz", status: 503))
    await log.note(.warning, "plugins", "A \"word\" here.", plugin: "acme")
    configuration.level = .error
    try await log.reopen(configuration)
    await log.request(Self.request())
    await log.request(Self.request("unmatched", status: 500))
    await log.flush()
    let lines = try Self.lines(try #require(configuration.file)).map { $0.drop { $0 != " " }.dropFirst() }
    #expect(
      lines == [
        "level=error event=request request_id=req_1 method=GET route=/readyz status=503 microseconds=1234",
        #"level=warning event=plugins plugin=acme message="A \"word\" here.""#,
        "level=error event=request request_id=req_1 method=GET route=unmatched path=/v1/videos/job_1 status=500 "
          + "microseconds=1234",
      ])
  }

  @Test("a job is written of when its state changes, and not in between")
  func jobs() async throws {
    var configuration = LogConfiguration()
    configuration.file = Self.file()
    let log = try await RequestLog.open(configuration)
    let feed = JobFeed()
    await log.follow(feed)
    for state in [JobState.submitting, .watching, .watching, .watching, .collecting, .done, .done] {
      var job = await MetricsTests.job("job_1", state)
      job.revision = 5
      await feed.publish(job)
    }
    await log.flush()
    let states = try Self.lines(try #require(configuration.file)).map { line in
      try JSON(parsing: Array(line.utf8))["state"]?.string ?? ""
    }
    #expect(states == ["submitting", "watching", "collecting", "done"])
  }

  @Test("a reader that does not read costs lines, and never the one who logs")
  func slowReader() async throws {
    // As the program does: the last of what waits is written when nobody can read it any more.
    signal(SIGPIPE, SIG_IGN)
    let pipe = Self.file()
    #expect(mkfifo(pipe, 0o600) == 0)
    // Opened for both directions, so that nobody waits for the other end.
    let reader = open(pipe, O_RDWR | O_NONBLOCK)
    defer { close(reader) }
    var configuration = LogConfiguration()
    configuration.file = pipe
    let log = try await RequestLog.open(configuration)
    let long = String(repeating: "x", count: 500)
    for _ in 0..<20_000 { await log.note(.info, "fill", long) }
    #expect(await log.droppedLines > 0)
    // What waits is written once somebody reads, and then how much is missing, though nothing more is logged.
    var text: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    for _ in 0..<30_000 where !text.suffix(400).contains("were dropped".utf8) {
      let count = read(reader, &piece, piece.count)
      if count > 0 { text += piece[..<count] } else { try await Task.sleep(for: .milliseconds(1)) }
    }
    let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
    let told = try #require(lines.last?.firstMatch(of: /"message":"(\d+) lines were dropped/)?.1)
    #expect(lines.dropLast().allSatisfy { $0.contains("xxxx") })
    #expect(Int(told) == 20_000 - (lines.count - 1))
    #expect(await log.droppedLines == Int(told))
  }

  @Test("a file that cannot be opened is said at once")
  func unopenable() async {
    var configuration = LogConfiguration()
    configuration.file = "/nowhere/at/all.log"
    let failure = await #expect(throws: Failure.self) { try await RequestLog.open(configuration) }
    #expect(failure?.field == "log.file")
  }
}
