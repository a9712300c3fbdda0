// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import Testing
import VideoDocuments

@testable import CommandLineInterface

@Suite struct RequestArgumentTests {
  @Test(arguments: [
    ("boat.mp4", OutputArgument.path("boat.mp4")), ("mode=pro", .option(name: "mode", value: "pro")),
    ("./a=b.mp4", .path("./a=b.mp4")), ("a/b=c.mp4", .path("a/b=c.mp4")), ("x=", .option(name: "x", value: "")),
  ])
  func anOutputIsAPathOrAnOption(_ text: String, _ expected: OutputArgument) {
    #expect(OutputArgument(text) == expected)
  }

  @Test(arguments: [
    ("5", JSON.number(JSONNumber(5))), ("true", .bool(true)), ("pro", .string("pro")), ("[1,2]", JSON.array([1, 2])),
    ("{\"a\":1}", JSON.object(["a": 1])), ("5s", .string("5s")), ("tea", .string("tea")), ("", .string("")),
  ])
  func optionValuesAreJSONWhereTheyLookLikeIt(_ text: String, _ expected: JSON) {
    #expect(OutputArgument.json(text) == expected)
  }

  @Test func placeholdersAreFilledIn() {
    #expect(OutputPath.expand("out/{model}-{id}.mp4", id: "fg_1", model: "a/b") == "out/a-b-fg_1.mp4")
    #expect(OutputPath.expand("{x}{", id: "1", model: "m") == "{x}{")
    #expect(OutputPath.expand(nil, id: "fg_1", model: "m") == "filmgate-fg_1.mp4")
  }

  @Test func inputsAreFilesLinksOrStreams() throws {
    func parse(_ text: String) throws -> InputArgument {
      try InputArgument.parse(text, option: "--ref", kind: nil, role: nil, exists: { $0 == "odd:name" })
    }
    #expect(try parse("a.png") == InputArgument(source: .file("a.png")))
    #expect(try parse("a.png:mask") == InputArgument(source: .file("a.png"), role: "mask"))
    #expect(try parse("odd:name") == InputArgument(source: .file("odd:name")))
    #expect(try parse("-:image") == InputArgument(source: .standardInput, kind: .image))
    #expect(try parse("https://e/v.mp4?x=1") == InputArgument(source: .link("https://e/v.mp4?x=1"), kind: .video))
    #expect(try parse("https://e/x:audio") == InputArgument(source: .link("https://e/x"), kind: .audio))
    #expect(try parse("data:image/png;base64,AA==").source == .inline("data:image/png;base64,AA=="))
    #expect(throws: UsageFailure.self) { try parse("https://e/x") }
    #expect(throws: UsageFailure.self) { try parse("") }
  }

  @Test func curlLinesRunInAShell() {
    let line = CurlLine.render(
      method: "POST", url: "https://e/a?b=c&d", headers: [("Authorization", "Bearer ***")],
      body: [.text("{\"a\":\"it's\"}")])
    #expect(
      line
        == """
        curl -sS -X POST 'https://e/a?b=c&d' \\
          -H 'Authorization: Bearer ***' \\
          --data-binary '{"a":"it'\\''s"}'
        """)
  }
}
