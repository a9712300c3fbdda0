// SPDX-License-Identifier: Apache-2.0

import HTTPServer
import Network
import Testing
import VideoDocuments

@testable import Gateway

@Suite struct VendorAnswerTests {
  private let clip = VideoOutput(url: "https://m/1")

  private func answer(
    _ status: Int = 200, _ headers: [(String, String)] = [], range: String? = nil, first: [UInt8] = sampleClip(),
    _ output: VideoOutput? = nil
  ) throws(VendorAnswer.Defect) -> VendorAnswer {
    try VendorAnswer(
      status: status, headers: headers.map { HTTPHeader($0.0, $0.1) }, range: range, first: first,
      output: output ?? clip)
  }

  @Test func `Listed fields are handed on, no others`() throws {
    let answer = try answer(
      200,
      [
        ("Content-Type", "binary/octet-stream"), ("Content-Length", "5044"), ("ETag", "\"1\""),
        ("Last-Modified", "Sat, 01 Jan 2000 00:00:00 GMT"), ("Accept-Ranges", "bytes"), ("Set-Cookie", "a=b"),
        ("Location", "/x"), ("X-Amz-Id", "1"), ("Cache-Control", "public"), ("Content-Disposition", "attachment"),
      ])
    #expect(answer.length == 5044)
    #expect(
      Set(answer.headers.fields.map(\.name)) == ["Content-Type", "ETag", "Last-Modified", "Accept-Ranges"])
    // The bytes say what it is.
    #expect(answer.headers["content-type"] == "video/mp4")
  }

  @Test func `A page is no clip, whatever it is called, and never reaches a browser as a page`() throws {
    let page = Array("<html><body>Sorry, this link has expired</body></html>".utf8)
    #expect(throws: VendorAnswer.Defect.noContent) { try answer(200, [("Content-Type", "text/html")], first: page) }
    #expect(throws: VendorAnswer.Defect.noContent) { try answer(200, [], first: []) }
    // A container that is not known here, but is said to be a video.
    #expect(
      try answer(200, [("Content-Type", "video/mp2t; x=1")], first: page).headers["content-type"] == "video/mp2t")
    let svg = [("Content-Type", "image/svg+xml")]
    #expect(throws: VendorAnswer.Defect.noContent) { try answer(200, svg, first: page) }
    // In the middle of a file nothing can be seen.
    let middle = try answer(
      206, [("Content-Type", "text/html"), ("Content-Range", "bytes 50-103/200")], range: "bytes=50-103", first: page)
    #expect(middle.headers["content-type"] == "video/mp4")
  }

  @Test(arguments: [
    ("bytes=0-3", "bytes 0-3/10", true), ("bytes=4-", "bytes 4-9/10", true), ("bytes=-4", "bytes 6-9/10", true),
    ("bytes=4-99", "bytes 4-9/10", true), ("bytes=4-5", "bytes 4-5/*", true), ("bytes=0-3", "bytes 0-4/10", false),
    ("bytes=4-", "bytes 0-9/10", false), ("bytes=4-5", "bytes 4-5/5", false), ("bytes=4-5", "bytes 5-4/10", false),
    ("bytes=4-5", "items 4-5/10", false), ("bytes=4-5", "bytes 4-5", false), ("bytes=4-5", "", false),
  ]) func `A part is handed on if it is the one that was asked for`(_ range: String, _ given: String, _ isGood: Bool)
    throws
  {
    do throws(VendorAnswer.Defect) {
      let answer = try answer(206, [("Content-Range", given)], range: range, first: [1, 2, 3])
      #expect(isGood && answer.headers["content-range"] == given)
    } catch {
      #expect(!isGood && error == .wrongPart)
    }
  }

  @Test func `Nobody who asked for the whole gets a part, and lengths must agree`() throws {
    let part = [("Content-Range", "bytes 0-2/10")]
    #expect(throws: VendorAnswer.Defect.wrongPart) { try answer(206, part, first: [1, 2, 3]) }
    #expect(throws: VendorAnswer.Defect.wrongPart) {
      try answer(206, part + [("Content-Length", "4")], range: "bytes=0-2", first: [1, 2, 3])
    }
    let good = try answer(206, part, range: "bytes=0-2", first: [1, 2, 3])
    #expect(good.length == 3 && good.whole.length == 10 && good.whole.headers["content-range"] == nil)
  }

  @Test func `Files are named after the job, with the end for their type`() {
    #expect(ContentHeaders.fileName("fg_1", kind: "video", number: 1, mediaType: "video/mp4") == "fg_1.mp4")
    #expect(ContentHeaders.fileName("fg_1", kind: "video", number: 2, mediaType: "video/quicktime") == "fg_1-2.mov")
    #expect(
      ContentHeaders.fileName("fg_1", kind: "last\"\r\n_frame", number: 1, mediaType: "x/y") == "fg_1-last_frame.bin")
  }
}
