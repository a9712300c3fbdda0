// SPDX-License-Identifier: Apache-2.0
import EventLoop
import Foundation
import HTTPServer
import Testing

private let formType = "multipart/form-data; boundary=b"

/// A part as it was read, whole.
private struct ReadPart: Equatable {
  var name: String
  var filename: String?
  var contentType: String?
  var bytes: [UInt8]
}

private struct Outcome: Equatable {
  var parts: [ReadPart] = []
  var failure: MultipartFailure?
}

/// Everything a parser says about the bytes, pieces of data joined.
private func readForm(
  _ body: [UInt8], slice: Int, contentType: String = formType, limits: MultipartLimits = MultipartLimits()
) -> Outcome {
  var parts: [ReadPart] = []
  do throws(MultipartFailure) {
    var parser = try MultipartParser(contentType: contentType, limits: limits)
    var offset = 0
    while true {
      switch try parser.next() {
      case .part(let head):
        parts.append(ReadPart(name: head.name, filename: head.filename, contentType: head.contentType, bytes: []))
      case .data(let piece):
        #expect(!piece.isEmpty)
        parts[parts.count - 1].bytes += piece
      case .partEnd: break
      case .end: return Outcome(parts: parts)
      case nil:
        if offset == body.count { parser.finish() }
        parser.feed(Array(body[offset..<min(body.count, offset + slice)]))
        offset = min(body.count, offset + slice)
      }
    }
  } catch {
    return Outcome(parts: parts, failure: error)
  }
}

private func part(_ disposition: String, _ content: String = "x", fields: String = "") -> String {
  "--b\r\nContent-Disposition: \(disposition)\r\n\(fields)\r\n\(content)\r\n"
}

private let end = "--b--\r\n"
private let plain = "form-data; name=\"a\""

private let dispositions: [(String, String, String?)] = [
  ("form-data; name=\"a\"", "a", nil),
  ("form-data; name=a", "a", nil),
  ("FORM-DATA ;  NAME=\"a\";", "a", nil),
  ("form-data; name=\"\"; filename=\"\"", "", ""),
  ("form-data; name=\"a%22b%0D%0a%41\"", "a\"b\r\n%41", nil),
  (#"form-data; name="a\"b\\c"; filename="C:\new\x.png""#, #"a"b\c"#, #"C:\new\x.png"#),
  ("form-data; name=\"Bild[ä]\"; filename=\"流れ; x.png\"", "Bild[ä]", "流れ; x.png"),
  ("form-data; name=\"a\"; filename*=UTF-8''na%C3%AFve.png", "a", "naïve.png"),
  ("form-data; name=\"a\"; filename=plain; filename*=UTF-8''other", "a", "plain"),
]

private let refusedBodies: [(String, MultipartFailure)] = [
  ("", .truncated),
  ("--", .truncated),
  (part(plain), .truncated),
  (part(plain) + "--b", .truncated),
  (part(plain) + "--b-", .truncated),
  ("--b\r\nContent-Disposition: form-data; name=a\r\n", .truncated),
  ("preamble\r\n--b--\r\n", .missingOpening),
  ("\r\n\r\n--b--\r\n", .missingOpening),
  ("--c--\r\n", .missingOpening),
  ("--b \r\n", .malformedDelimiter(part: 1)),
  ("--b\n", .malformedDelimiter(part: 1)),
  ("--bb\r\n", .malformedDelimiter(part: 1)),
  (part(plain) + "--bx\r\n", .malformedDelimiter(part: 2)),
  (part(plain, "--b--") + end, .malformedDelimiter(part: 2)),
  (part(plain) + "--b--\n", .bytesAfterEnd),
  (part(plain) + "--b--\r", .bytesAfterEnd),
  (part(plain) + "--b--\r\n\r\n", .bytesAfterEnd),
  (part(plain) + "--b--epilogue", .bytesAfterEnd),
  ("--b\r\nContent-Disposition: form-data; name=a\n\r\nx\r\n--b--", .malformedPartHead(part: 1)),
  ("--b\r\nContent-Disposition: form-data;\r\n name=a\r\n\r\nx\r\n--b--", .malformedPartHead(part: 1)),
  ("--b\r\nContent-Disposition : form-data; name=a\r\n\r\nx\r\n--b--", .malformedPartHead(part: 1)),
  ("--b\r\nContent-Disposition: form-data; name=a\0\r\n\r\nx\r\n--b--", .malformedPartHead(part: 1)),
  ("--b\r\n\r\nx\r\n--b--", .malformedPartHead(part: 1)),
  (part(plain, fields: "Content-Disposition: form-data; name=c\r\n") + end, .malformedPartHead(part: 1)),
  (part(plain, fields: "Content-Type: a/b\r\nContent-Type: a/b\r\n") + end, .malformedPartHead(part: 1)),
  (part("attachment; name=a") + end, .malformedPartHead(part: 1)),
  (part("form-data; name=a; name=c") + end, .malformedPartHead(part: 1)),
  (part("form-data; name=\"a") + end, .malformedPartHead(part: 1)),
  (part("form-data; name=\"a\"x") + end, .malformedPartHead(part: 1)),
  (part("form-data; name") + end, .malformedPartHead(part: 1)),
  (part("form-data; name=a; filename*=latin1''x") + end, .malformedPartHead(part: 1)),
  (part("form-data; filename=a") + end, .missingName(part: 1)),
  (part(plain, fields: "Content-Transfer-Encoding: base64\r\n") + end, .unsupportedEncoding(part: 1)),
  (part(plain, fields: "A: \(String(repeating: "x", count: 100))\r\n") + end, .partHeadTooLarge(part: 1, limit: 120)),
  (part(plain, fields: String(repeating: "A:b\r\n", count: 4)) + end, .malformedPartHead(part: 1)),
  (String(repeating: part(plain), count: 4) + end, .tooManyParts(limit: 3)),
]

private let contentTypes: [(String?, MultipartFailure?)] = [
  ("multipart/form-data; boundary=b", nil),
  ("Multipart/Form-Data;charset=utf-8; Boundary=\"b\"", nil),
  ("multipart/form-data; boundary=----=_Part_1.2:3", nil),
  ("multipart/form-data; boundary=\"a b\"", nil),
  ("multipart/form-data; boundary=\(String(repeating: "x", count: 70))", nil),
  ("multipart/form-data; boundary=\(String(repeating: "x", count: 71))", .malformedBoundary),
  ("multipart/form-data", .malformedBoundary),
  ("multipart/form-data; boundary=", .malformedBoundary),
  ("multipart/form-data; boundary=\"\"", .malformedBoundary),
  ("multipart/form-data; boundary=\"a \"", .malformedBoundary),
  ("multipart/form-data; boundary=a@b", .malformedBoundary),
  ("multipart/form-data; boundary=a; boundary=b", .malformedBoundary),
  ("multipart/mixed; boundary=b", .notMultipart),
  ("application/json", .notMultipart),
  (nil, .notMultipart),
]

@Suite struct MultipartTests {
  @Test(arguments: [1, 2, 3, 5, 16, 1 << 20])
  func partsDoNotDependOnSlicing(_ slice: Int) {
    // Content full of what could be taken for a boundary, ended by half of one.
    let tricky = "\r\n--\r\n-b\r\r\n--a--b\r\n\r\n--"
    let body =
      part("form-data; name=\"prompt\"", "Ein Fluß\r\nin der Nacht")
      + part("form-data; name=\"empty\"", "")
      + part(
        "form-data; name=\"file\"; filename=\"ref.png\"", tricky, fields: "X-Extra: 1\r\nContent-Type: image/png\r\n")
      + "--b--"
    let expected = [
      ReadPart(name: "prompt", bytes: Array("Ein Fluß\r\nin der Nacht".utf8)),
      ReadPart(name: "empty", bytes: []),
      ReadPart(name: "file", filename: "ref.png", contentType: "image/png", bytes: Array(tricky.utf8)),
    ]
    for ending in ["", "\r\n"] {
      let read = readForm(Array((body + ending).utf8), slice: slice)
      #expect(read.parts == expected)
      #expect(read.failure == nil)
    }
    #expect(readForm(Array("\r\n--b--\r\n".utf8), slice: slice) == Outcome())
  }

  @Test func everyByteComesThrough() {
    let content = (0..<100_000).map { index in
      [0x0D, 0x0A, 0x2D, 0x62, UInt8(truncatingIfNeeded: index * 7)][index % 5]
    }
    let head = "--bbb\r\nContent-Disposition: form-data; name=f; filename=f\r\n\r\n"
    let body = Array(head.utf8) + content + Array("\r\n--bbb--\r\n".utf8)
    for slice in [997, 4_096, body.count] {
      let read = readForm(body, slice: slice, contentType: "multipart/form-data; boundary=bbb")
      #expect(read.failure == nil)
      #expect(read.parts.first?.bytes == content)
    }
  }

  @Test(arguments: dispositions)
  func namesAreDecoded(_ disposition: String, name: String, filename: String?) {
    let read = readForm(Array((part(disposition) + end).utf8), slice: 7)
    #expect(read.failure == nil)
    #expect(read.parts == [ReadPart(name: name, filename: filename, bytes: [0x78])])
  }

  @Test(arguments: refusedBodies)
  func aMalformedBodyIsRefusedAlikeForAnySlicing(_ body: String, failure: MultipartFailure) {
    var limits = MultipartLimits()
    limits.parts = 3
    limits.partFields = 4
    limits.partHeadBytes = 120
    let whole = readForm(Array(body.utf8), slice: max(1, body.utf8.count), limits: limits)
    #expect(whole.failure == failure)
    for slice in [1, 2, 7] { #expect(readForm(Array(body.utf8), slice: slice, limits: limits) == whole) }
  }

  @Test func aBoundaryInAHeadIsNotAHeader() {
    // With a colon in the boundary its line would read as a field.
    let body = "--a:b\r\nContent-Disposition: form-data; name=x\r\n--a:b\r\n\r\nx\r\n--a:b--"
    let read = readForm(Array(body.utf8), slice: 3, contentType: "multipart/form-data; boundary=\"a:b\"")
    #expect(read.failure == .malformedPartHead(part: 1))
  }

  @Test(arguments: contentTypes)
  func onlyFormsWithAProperBoundaryAreTaken(_ contentType: String?, failure: MultipartFailure?) {
    var thrown: MultipartFailure?
    do throws(MultipartFailure) { _ = try MultipartParser(contentType: contentType) } catch { thrown = error }
    #expect(thrown == failure)
  }
}

@Suite(.timeLimit(.minutes(10))) struct MultipartReaderTests {
  private func form(_ text: String) async throws -> MultipartReader {
    try await MultipartReader(HTTPBody(Array(text.utf8)), contentType: formType)
  }

  @Test @LoopActor func whatIsUnreadOfAPartIsSkippedAndGone() async throws {
    let reader = try await form(part(plain, "first") + part("form-data; name=c", "second") + end)
    let first = try #require(try await reader.nextPart())
    let second = try #require(try await reader.nextPart())
    await #expect(throws: MultipartFailure.partIsOver) { try await first.next() }
    #expect(try await second.text() == "second")
    #expect(try await second.next() == nil)
    #expect(try await reader.nextPart() == nil)
    #expect(try await reader.nextPart() == nil)
  }

  @Test @LoopActor func fieldsHaveALimitAndMustBeText() async throws {
    let reader = try await form(part(plain, "four") + end)
    let field = try #require(try await reader.nextPart())
    await #expect(throws: MultipartFailure.fieldTooLong(name: "a", limit: 3)) { try await field.collect(limit: 3) }
    let bytes = Array(part(plain, "?").utf8.map { $0 == UInt8(ascii: "?") ? 0xFF : $0 }) + Array(end.utf8)
    let other = try MultipartReader(HTTPBody(bytes), contentType: formType)
    let binary = try #require(try await other.nextPart())
    await #expect(throws: MultipartFailure.notText(name: "a")) { try await binary.text() }
  }

  @Test @LoopActor func anUploadPassesThroughPieceByPieceAndTheConnectionStays() async throws {
    let total = 4 << 20
    try await withServer { request in
      do throws(MultipartFailure) {
        let reader = try MultipartReader(request.body, contentType: request.head.headers["content-type"])
        var said: [String] = []
        while let part = try await reader.nextPart() {
          guard part.head.filename != nil else {
            said.append("\(part.head.name)=\(try await part.text())")
            continue
          }
          var count = 0
          var largest = 0
          var sum: UInt8 = 0
          while let piece = try await part.next() {
            count += piece.count
            largest = max(largest, piece.count)
            sum = piece.reduce(sum, &+)
          }
          said.append("\(part.head.name):\(count):\(sum):\(largest <= 1 << 17)")
        }
        return .text(status: 200, said.joined(separator: " "))
      } catch {
        return .text(status: error.status ?? 500, "\(error)")
      }
    } test: { server in
      let port = server.port
      let answer = await onThread {
        let client = TestClient(port)
        let head = part("form-data; name=f; filename=f", "").dropLast("\r\n".count)
        let tail = "\r\n" + part("form-data; name=prompt", "after") + end
        client.send(
          """
          POST / HTTP/1.1\r\nHost: h\r\nContent-Type: \(formType)\r\n\
          Content-Length: \(head.utf8.count + total + tail.utf8.count)\r\n\r\n\(head)
          """)
        let block = [UInt8](repeating: 3, count: 1 << 16)
        for _ in 0..<(total / block.count) { client.send(block) }
        client.send(tail)
        let first = client.receive(until: "after\n")
        client.send("POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Type: \(formType)\r\n")
        client.send("Transfer-Encoding: chunked\r\n\r\n3\r\n--b\r\n2\r\n--\r\n0\r\n\r\n")
        return first + client.receiveAll()
      }
      #expect(answer.contains("\r\n\r\nf:\(total):0:true prompt=after\n"))
      #expect(answer.components(separatedBy: "HTTP/1.1 200 OK").count == 3)
    }
  }
}
