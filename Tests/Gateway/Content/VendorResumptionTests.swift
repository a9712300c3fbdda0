// SPDX-License-Identifier: Apache-2.0

import Network
import Testing
import VideoDocuments

@testable import Gateway

@Suite struct VendorResumptionTests {
  private static func headers(_ fields: [(String, String)]) -> [HTTPHeader] {
    fields.map { HTTPHeader($0.0, $0.1) }
  }

  private static func resumption(
    _ status: Int = 200, _ fields: [(String, String)], range: String? = nil
  ) throws -> VendorResumption? {
    let headers = headers(fields)
    let answer = try VendorAnswer(
      status: status, headers: headers, range: range, first: sampleClip(), output: VideoOutput(url: "https://m/1"))
    return VendorResumption(answer, headers: headers)
  }

  static let old = "Sat, 01 Jan 2000 00:00:00 GMT"
  static let later = "Sat, 01 Jan 2000 00:00:01 GMT"

  @Test(arguments: [
    ([("ETag", "\"1\"")], "\"1\""), ([("ETag", "\"1\""), ("Last-Modified", old)], "\"1\""),
    ([("Last-Modified", old), ("Date", later)], old), ([("ETag", "\"1\""), ("Accept-Ranges", "bytes")], "\"1\""),
    ([("ETag", "W/\"1\"")], nil), ([("ETag", "W/\"1\""), ("Last-Modified", old), ("Date", later)], nil),
    ([("ETag", "1")], nil), ([("Last-Modified", old)], nil), ([("Last-Modified", old), ("Date", old)], nil),
    ([("ETag", "\"1\""), ("Accept-Ranges", "none")], nil), ([], nil),
  ]) func `Only what proves the file to be the same allows to continue`(
    _ fields: [(String, String)], _ validator: String?
  )
    throws
  {
    let found = try Self.resumption(200, fields + [("Content-Length", "5044")])
    #expect(found?.headers.first("if-range") == validator)
    #expect(found?.headers.first("range") == validator.map { _ in "bytes=0-5043" })
  }

  @Test func `It goes on at the first byte that is missing, to the end of what was asked for`() throws {
    var part = try #require(
      try Self.resumption(206, [("ETag", "\"1\""), ("Content-Range", "bytes 100-299/1000")], range: "bytes=100-299"))
    part.advance(50)
    #expect(part.headers.first("range") == "bytes=150-299" && !part.isComplete)
    part.advance(150)
    #expect(part.isComplete)
    var open = try #require(try Self.resumption(200, [("ETag", "\"1\"")]))
    open.advance(70)
    #expect(open.headers.first("range") == "bytes=70-" && !open.isComplete)
  }

  @Test(arguments: [
    (206, [("Content-Range", "bytes 100-999/1000"), ("ETag", "\"1\"")], true),
    (206, [("Content-Range", "bytes 100-999/1000")], true), (206, [("Content-Range", "bytes 100-999/*")], true),
    (206, [("Content-Range", "bytes 100-999/1000"), ("Content-Length", "900")], true),
    (206, [("Content-Range", "bytes 100-999/1000"), ("Content-Length", "899")], false),
    (206, [("Content-Range", "bytes 100-999/1000"), ("ETag", "\"2\"")], false),
    (206, [("Content-Range", "bytes 99-999/1000")], false), (206, [("Content-Range", "bytes 100-899/1000")], false),
    (206, [("Content-Range", "bytes 100-999/1001")], false), (206, [], false),
    (200, [("Content-Length", "1000"), ("ETag", "\"1\"")], false),
  ]) func `Nothing but the rest of the same file is added`(_ status: Int, _ fields: [(String, String)], _ isGood: Bool)
    throws
  {
    var resumption = try #require(try Self.resumption(200, [("ETag", "\"1\""), ("Content-Length", "1000")]))
    resumption.advance(100)
    let isAccepted = resumption.accepts(status: status, headers: Self.headers(fields))
    #expect(isAccepted == isGood)
  }

  @Test func `Where the length was not known, the answer must bring everything up to the end`() throws {
    var resumption = try #require(try Self.resumption(200, [("ETag", "\"1\"")]))
    resumption.advance(100)
    var accepted: [Bool] = []
    for range in ["bytes 100-899/1000", "bytes 100-899/*", "bytes 100-999/1000"] {
      accepted.append(resumption.accepts(status: 206, headers: Self.headers([("Content-Range", range)])))
    }
    #expect(accepted == [false, false, true])
    resumption.advance(900)
    #expect(resumption.isComplete)
  }

  @Test func `It is tried a few times in a row, and anew once much has come`() throws {
    var resumption = try #require(try Self.resumption(200, [("ETag", "\"1\""), ("Content-Length", "100000000")]))
    func waits(_ resumption: inout VendorResumption) -> [Int64] {
      var waits: [Int64] = []
      while let wait = resumption.nextTry() {
        waits.append(wait)
        // Too little to count.
        resumption.advance(1_000_000)
      }
      return waits
    }
    let first = waits(&resumption)
    resumption.advance(1_100_000)
    let second = waits(&resumption)
    #expect(first == [0, 500, 2_000, 5_000] && second == first)
  }
}
