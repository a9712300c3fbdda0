// SPDX-License-Identifier: Apache-2.0

import Dialects
import Foundation
import Network
import OrderedJSON
import Testing
import VideoDocuments

@Suite struct InlineMediaHoisterTests {
  /// Begins like a picture, as bare base64 must to be taken for one.
  static let picture: [UInt8] =
    [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + (8..<6_001).map { UInt8(truncatingIfNeeded: $0 &* 37) }
  static let encoded = Base64.encode(picture)

  static func hoist(
    _ text: String, pieceBytes: Int = 7, folder: String = "/tmp", limits: InlineMediaHoister.Limits = .init()
  ) throws -> HoistedBody {
    let bytes = Array(text.utf8)
    var hoister = InlineMediaHoister(folder: folder, limits: limits)
    var start = 0
    while start < bytes.count {
      let end = min(start + pieceBytes, bytes.count)
      try hoister.consume(bytes[start..<end])
      start = end
    }
    return try hoister.finish()
  }

  static func content(_ media: HoistedMedia) throws -> [UInt8] {
    let handle = FileHandle(fileDescriptor: try media.file.duplicate(), closeOnDealloc: true)
    try handle.seek(toOffset: 0)
    return Array(try handle.readToEnd() ?? Data())
  }

  static func text(_ body: HoistedBody) -> String { String(decoding: body.json, as: UTF8.self) }

  @Test(arguments: [1, 3, 4096, 65_537])
  func `Long base64 and data links leave the body, in whatever pieces it comes`(pieceBytes: Int) throws {
    let slashed = Self.encoded.replacingOccurrences(of: "/", with: "\\/")
    let body = try Self.hoist(
      """
      {"model": "m", "prompt": "a \\"quoted\\" word \\\\", "image": "\(Self.encoded)",
       "images": ["https://a/1.png", "data:image/png;base64,aGVsbG8=", "DATA:;base64,", "\(slashed)"],
       "extra_body": {"content": [{"image_url": {"url": "data:image\\/jpeg;base64,\(slashed)"}}]}, "n": 1}
      """, pieceBytes: pieceBytes)
    #expect(
      Self.text(body) == """
        {"model": "m", "prompt": "a \\"quoted\\" word \\\\", "image": "filmgate-asset:inline-1",
         "images": ["https://a/1.png", "filmgate-asset:inline-2", "filmgate-asset:inline-3", "filmgate-asset:inline-4"],
         "extra_body": {"content": [{"image_url": {"url": "filmgate-asset:inline-5"}}]}, "n": 1}
        """)
    #expect(
      body.media.map { $0.place } == [
        "image", "images[1]", "images[2]", "images[3]", "extra_body.content[0].image_url.url",
      ])
    #expect(body.media.map { $0.declaredType } == [nil, "image/png", nil, nil, "image/jpeg"])
    #expect(body.media.map { $0.byteCount } == [6_001, 5, 0, 6_001, 6_001])
    for index in [0, 3, 4] { #expect(try Self.content(body.media[index]) == Self.picture) }
    #expect(try Self.content(body.media[1]) == Array("hello".utf8))
  }

  @Test func `A large picture is decoded in chunks`() throws {
    let large = Self.picture + (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    let body = try Self.hoist("[\"\(Base64.encode(large))\"]", pieceBytes: 16_384)
    #expect(try Self.content(try #require(body.media.first)) == large)
    #expect(body.media.first?.place == "[0]")
  }

  /// Texts that stay as they are.
  static let kept: [String] = [
    #"{"a": "data:text/plain,hello", "b": "database", "c": "data:", "d": ""}"#,
    "{\"\(encoded)\": 1}", "{\"data:image/png;base64,aGVsbG8=\": 1}",
    "{\"a\": \"\(String(encoded.prefix(4_095)))\"}",
    "{\"a\": \"\(String(encoded.prefix(5_001)))\"}",
    "{\"a\": \"\(encoded.dropLast(4)) and words\"}",
    "{\"a\": \"\(encoded.dropLast(4))\\u0041 \\\"x\\\"\"}",
    "{\"a\": \"\(String(repeating: "A", count: 70_000))-\"}",
    "{\"a\": \"\(String(repeating: "A", count: 70_000))=B\"}",
    "{\"a\": \"\(String(repeating: "A", count: 8_000))===\"}",
    "{\"prompt\": \"\(String(repeating: "a", count: 1 << 20))\"}",
    "{\"prompt\": \"\(String(repeating: "meow", count: 2_000))=\"}",
    "{\"prompt\": \"\(String(repeating: "YWFh", count: 1_500))\"}",
    "{\"a\": \"\(String(repeating: "A", count: 8_000))\\n\"}",
    #"{"a": "x\\", "b": "\"", "c": [[], {}, ""]}"#,
    "not json \"at all", "\"unfinished", "{\"a\": \"data:image/png",
  ]

  @Test(arguments: kept.indices)
  func `Everything else stays byte for byte`(index: Int) throws {
    for pieceBytes in [1, 1_000, 100_000] {
      let body = try Self.hoist(Self.kept[index], pieceBytes: pieceBytes)
      #expect(Self.text(body) == Self.kept[index])
      #expect(body.media.isEmpty)
    }
  }

  @Test(arguments: [
    ("{\"a\": \"data:image/png;base64,aGVsbG8\"}", "a is not valid base64."),
    ("{\"a\": \"data:image/png;base64,aGVs bG8=\"}", "a is not valid base64."),
    ("{\"a\": [0, \"data:image/png;base64,aGVs\\nbG8=\"]}", "a[1] is not valid base64."),
    ("{\"a\": \"data:image/png;base64,aGVsbG9=\"}", "a is not valid base64."),
    ("{\"a\": \"data:image/png;base64,aGVs", "The request ends in the middle of a."),
  ])
  func `A data link that is not base64 is told with its place`(text: String, message: String) throws {
    let failure = #expect(throws: Failure.self) { try Self.hoist(text) }
    #expect(failure?.kind == .invalid)
    #expect(failure?.message == message)
  }

  @Test func `Limits hold`() throws {
    var limits = InlineMediaHoister.Limits()
    limits.maximumMedia = 1
    limits.maximumMediaBytes = 5_000
    limits.maximumDocumentBytes = 100
    limits.maximumDepth = 3
    let link = "\"data:;base64,aGVsbG8=\""
    for text in [
      "[\(link), \(link)]", "[\"\(Self.encoded)\"]", "\"\(String(repeating: "a b", count: 100))\"", "[[[[1]]]]",
    ] {
      #expect(#expect(throws: Failure.self) { try Self.hoist(text, limits: limits) }?.kind == .limit)
    }
  }

  @Test func `The file of a dropped body is closed`() throws {
    // Other suites open files at the same time, but not here.
    let folder = NSTemporaryDirectory() + "filmgate-hoister-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    func openFiles() throws -> Int {
      try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count { name in
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(name)"))?.hasPrefix(folder) == true
      }
    }
    let body = try Self.hoist("[\"\(Self.encoded)\", \"\(Self.encoded)\"]", pieceBytes: 4_096, folder: folder)
    #expect(try openFiles() == 2)
    withExtendedLifetime(body) {}
    for _ in 0..<50 {
      _ = try Self.hoist("[\"\(Self.encoded)\", \"\(Self.encoded)\"]", pieceBytes: 4_096, folder: folder)
      _ = try? Self.hoist("[\"\(Self.encoded)\", \"data:;base64,!\"]", pieceBytes: 4_096, folder: folder)
    }
    #expect(try openFiles() <= 2)
  }

  @Test func `Short base64 leaves the request once it is known to be a medium`() throws {
    let decoded = try UnifiedDialect.decode([
      "model": "m", "image": "aGVsbG8=",
      "images": ["https://a.example/1.png", "filmgate-asset:inline-1", "data:image/png;base64,aGV5"],
    ])
    var request = decoded.request
    let first = try Self.hoist("[\"data:;base64,aGk=\"]").media
    let media = try InlineMedia.complete(first, for: &request)
    #expect(
      request.inputs.map { $0.url } == [
        "filmgate-asset:inline-2", "https://a.example/1.png", "filmgate-asset:inline-1", "filmgate-asset:inline-3",
      ])
    #expect(try media.map { String(decoding: try Self.content($0), as: UTF8.self) } == ["hi", "hello", "hey"])
    #expect(media.map { $0.declaredType } == [nil, "application/octet-stream", "image/png"])
  }

  @Test(arguments: [
    ("filmgate-asset:other", "inputs[0] is a filmgate-asset: link, which only Filmgate itself makes."),
    ("data:image/png,hello", "inputs[0] is a data: link without base64."),
    ("data:image/png;base64,a", "inputs[0] is neither a link nor base64."),
    ("plainword!", "inputs[0] is neither a link nor base64."),
  ])
  func `A link to nothing is told`(link: String, message: String) throws {
    var request = VideoRequest(model: "m")
    request.inputs = [MediaInput(kind: .image, url: link)]
    let failure = #expect(throws: Failure.self) { try InlineMedia.complete([], for: &request) }
    #expect(failure?.message == message)
  }
}
