// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import Testing
import VideoDocuments

@Suite struct ConditionTests {
  private func holds(_ condition: String, _ request: VideoRequest, profile: String? = nil) throws -> Bool {
    try Condition(JSON(parsing: condition)).holds(for: request, profile: profile)
  }

  @Test func everyKindOfTestHoldsWhenItShould() throws {
    var request = VideoRequest(model: "m", prompt: "p")
    request.resolution = "1080p"
    request.durationSeconds = 7
    request.options = ["mode": "pro"]
    request.inputs = [
      MediaInput(kind: .image, role: "first_frame", url: "u"), MediaInput(kind: .image, role: "last_frame", url: "v"),
    ]
    #expect(try holds(#"{"resolution":"1080p"}"#, request))
    #expect(try holds(#"{"resolution":["720p","1080p"],"mode":"pro"}"#, request))
    #expect(try !holds(#"{"resolution":"1080p","mode":"std"}"#, request))
    #expect(try holds(#"{"seed":{"present":false}}"#, request))
    #expect(try holds(#"{"duration_seconds":{"minimum":5,"maximum":7}}"#, request))
    #expect(try !holds(#"{"duration_seconds":{"maximum":6}}"#, request))
    #expect(try holds(#"{"scenario":"first_last_frame"}"#, request))
    #expect(try holds(#"{"count.image":2,"count.image.last_frame":1,"count.video":0}"#, request))
    #expect(try holds(#"{"profile":"relay"}"#, request, profile: "relay"))
    #expect(try !holds(#"{"profile":"relay"}"#, request))
  }

  @Test func anUnknownTestIsRefused() {
    #expect(throws: DocumentFailure.self) { try Condition(JSON(parsing: #"{"a":{"above":3}}"#)) }
  }
}
