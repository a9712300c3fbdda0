// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import Testing
import VideoDocuments

@Suite struct GivenFieldsTests {
  @Test func everyGivenFieldHasOneLedgerName() {
    var request = VideoRequest(model: "m", prompt: "p")
    request.audio = false
    request.inputs = [MediaInput(kind: .image, url: "a"), MediaInput(kind: .audio, url: "b")]
    request.options = ["mode": "pro", "cfg_scale": 0.5]
    request.externalID = "x"
    #expect(
      request.givenFields.map { $0.name } == [
        "prompt", "inputs[0]", "inputs[1]", "audio", "options.mode", "options.cfg_scale",
      ])
  }

  @Test func aFieldIsSetByItsNameAndAnythingElseIsAnOption() throws {
    var request = VideoRequest(model: "m")
    try request.setValue(7, of: "seed")
    try request.setValue("pro", of: "mode")
    #expect(request.seed == 7)
    #expect(request.value(of: "mode") == "pro")
    #expect(throws: DocumentFailure.self) { try request.setValue("seven", of: "seed") }
    try request.setValue(nil, of: "seed")
    #expect(request.seed == nil)
  }

  @Test(arguments: [
    ([], "text"), (["first_frame"], "first_frame"), (["last_frame"], "last_frame"),
    (["first_frame", "last_frame"], "first_last_frame"), (["reference"], "reference"), (["source"], "source"),
    (["reference", "source"], "source"), (["mask"], "mask"),
  ])
  func theScenarioFollowsTheRoles(_ roles: [String], _ scenario: String) {
    var request = VideoRequest(model: "m")
    request.inputs = roles.map { MediaInput(kind: .image, role: $0, url: "u") }
    #expect(request.scenario == scenario)
  }
}
