// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import Testing
import VideoDocuments

/// Every document comes back as it was written, member for member.
@Suite struct RoundTripTests {
  private func expectRoundTrip<Document: JSONDocument>(
    _ type: Document.Type, _ text: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let json = try JSON(parsing: text)
    let document = try Document(json)
    #expect(document.json == json, sourceLocation: sourceLocation)
    #expect(try Document(document.json) == document, sourceLocation: sourceLocation)
  }

  @Test func aRequestWithEveryFieldComesBack() throws {
    try expectRoundTrip(
      VideoRequest.self,
      """
      {"model":"m","prompt":"p","negative_prompt":"n","inputs":[{"kind":"image","role":"first_frame","asset":"a1",
      "media_type":"image/png","byte_count":12,"width":640,"height":480},{"kind":"video","url":"https://e/v.mp4",
      "duration_seconds":2.5}],"duration_seconds":5,"frames":121,"aspect_ratio":"16:9","resolution":"720p","width":1280,
      "height":720,"fps":24,"seed":4294967295,"audio":true,"watermark":false,"count":1,
      "shots":[{"prompt":"one","duration_seconds":2},{"prompt":"two"}],"user":"u","options":{"mode":"pro","b":{"c":[1]}},
      "external_id":"fg_1"}
      """)
  }

  @Test func anInputNeedsExactlyOneOfURLAndAsset() {
    #expect(throws: DocumentFailure.self) { try MediaInput(JSON(parsing: #"{"kind":"image"}"#)) }
    #expect(throws: DocumentFailure.self) {
      try MediaInput(JSON(parsing: #"{"kind":"image","url":"u","asset":"a"}"#))
    }
  }

  @Test func aStepComesBackInEachOfItsForms() throws {
    try expectRoundTrip(
      Step.self,
      """
      {"http":{"method":"POST","path":"/v1","query":[["a","b"]],"headers":[["X","y"]],"body":{"media_type":
      "application/json","segments":[{"text":"{"},{"asset":"a1","encoding":"base64"}]},"retry":"never"},
      "state":{"kind":"t2v"},"ledger":[{"field":"prompt","outcome":"sent","to":"prompt"}]}
      """)
    try expectRoundTrip(
      Step.self,
      """
      {"update":{"phase":"succeeded","upstream_id":"1","progress_percent":100,"outputs":[{"kind":"video","url":"u",
      "id":"x","duration_seconds":5.041,"width":1,"height":2,"media_type":"video/mp4"}],"usage":{"total_tokens":1},
      "cost":{"currency":"USD","amount":"0.35"},"raw_status":"succeed","poll_after_ms":5,"expires_at":6,
      "vendor_task":{"a":null}}}
      """)
    try expectRoundTrip(Step.self, #"{"wait_ms":100}"#)
    try expectRoundTrip(Step.self, #"{"fail":{"kind":"balance","message":"m","retryable":false,"charged":"no"}}"#)
  }

  @Test func aStepIsExactlyOneThing() {
    #expect(throws: DocumentFailure.self) { try Step(JSON(parsing: "{}")) }
    #expect(throws: DocumentFailure.self) {
      try Step(JSON(parsing: #"{"wait_ms":1,"update":{"phase":"queued"}}"#))
    }
  }

  @Test func anHTTPStepHasAPathOrAURL() {
    #expect(throws: DocumentFailure.self) { try HTTPStep(JSON(parsing: #"{"method":"GET"}"#)) }
    #expect(throws: DocumentFailure.self) {
      try HTTPStep(JSON(parsing: #"{"method":"GET","path":"/a","url":"https://e"}"#))
    }
  }

  @Test func aMultipartBodyComesBack() throws {
    try expectRoundTrip(
      RequestBody.self,
      #"{"parts":[{"name":"f","filename":"a.png","media_type":"image/png","segments":[{"asset":"a","encoding":"raw"}]}]}"#
    )
  }

  @Test func aTaskComesBack() throws {
    try expectRoundTrip(
      VideoTask.self,
      """
      {"id":"t","model":"m","phase":"failed","upstream_id":"u","progress_percent":3,"created_at_ms":1,"updated_at_ms":2,
      "started_at_ms":2,"finished_at_ms":3,"request":{"model":"m"},"usage":{"a":1},"raw_status":"failed",
      "failure":{"kind":"refused_output","message":"m","retryable":false,"charged":"unknown","vendor_code":"x",
      "vendor_message":"y","vendor_request_id":"z","retry_after_ms":1,"field":"f","advice":"a"},"expires_at":9}
      """)
  }

  @Test(arguments: [
    #"{"create":{"model":"m"},"ledger":[{"field":"n","outcome":"unsupported"}]}"#, #"{"get":{"id":"a"}}"#,
    #"{"list":{"page_number":2,"page_size":5,"ids":["a"],"phase":"queued","model":"m","scenarios":["text"]}}"#,
    #"{"cancel":{"id":"a"}}"#,
    #"{"remove":{"id":"a"}}"#, #"{"reply":{"status":200,"headers":[["A","b"]],"body":{"x":1}}}"#,
  ])
  func anIntentComesBack(_ text: String) throws {
    try expectRoundTrip(Intent.self, text)
  }

  @Test(arguments: [
    #"{"created":{"id":"t","model":"m","phase":"queued","created_at_ms":1,"updated_at_ms":1,"request":{"model":"m"}},"request_id":"r","now_ms":1,"elapsed_ms":1.5}"#,
    #"{"page":{"items":[],"total":7},"request_id":"r","now_ms":1,"elapsed_ms":0.0}"#,
    #"{"removed":{"id":"x"},"request_id":"r","now_ms":1,"elapsed_ms":0.0,"options":{"a":1}}"#,
    #"{"failure":{"kind":"auth","message":"m","retryable":false,"charged":"no"},"request_id":"r","now_ms":1,"elapsed_ms":0.0}"#,
  ])
  func anOutcomeComesBack(_ text: String) throws {
    try expectRoundTrip(Outcome.self, text)
  }

  @Test func nullMeansNotGiven() throws {
    let request = try VideoRequest(JSON(parsing: #"{"model":"m","prompt":null,"seed":null,"options":null}"#))
    #expect(request.prompt == nil)
    #expect(request.json == ["model": "m"])
  }

  @Test func aFailureNamesThePathOfTheWrongValue() {
    do {
      _ = try VideoRequest(
        JSON(parsing: #"{"model":"m","inputs":[{"kind":"image","url":"u"},{"kind":"smell","url":"u"}]}"#))
      Issue.record("accepted")
    } catch let failure as DocumentFailure {
      #expect(failure.path == "inputs[1].kind")
      #expect(failure.description == "inputs[1].kind is \"smell\", which is none of image, video, audio")
    } catch {
      Issue.record("another error")
    }
  }
}
