// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import ProviderKit
import Testing
import VideoDocuments

@Suite struct BodyTemplateTests {
  @Test func assetsStandBetweenTexts() {
    var body = BodyObject()
    body.set("model", "m")
    body.set("image", .asset("a1", .base64))
    body.set("metadata.sound", "on")
    body.append(.asset("a2", .dataURL), to: "images")
    body.append(.value("https://e/\"q\""), to: "images")
    #expect(
      BodyTemplate.object(body).segments == [
        .text(#"{"model":"m","image":""#), .asset("a1", .base64),
        .text(#"","metadata":{"sound":"on"},"images":[""#), .asset("a2", .dataURL),
        .text(#"","https://e/\"q\""]}"#),
      ])
  }

  @Test func aNestedMemberJoinsTheObjectThatIsThere() {
    var body = BodyObject()
    body.set("metadata.a", 1)
    body.set("metadata.b.c", 2)
    body.set("metadata.a", 3)
    #expect(BodyTemplate.object(body).segments == [.text(#"{"metadata":{"a":3,"b":{"c":2}}}"#)])
  }
}
