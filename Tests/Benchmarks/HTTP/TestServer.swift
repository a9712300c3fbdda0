// SPDX-License-Identifier: Apache-2.0
import CLinux
import EventLoop
import Glibc
import HTTPServer

/// A server with a trivial responder, for measuring what the server itself costs: `http-test-server FILE [CONNECTIONS]`.
/// It prints its port and serves until it is killed: `/` is 500 bytes of text, `/file` is the file, `/upload` counts the
/// parts and bytes of a form, and a body sent to anything else is counted.
@main struct TestServer {
  static func main() async {
    let arguments = CommandLine.arguments
    guard arguments.count >= 2 else { return complain("usage: http-test-server FILE [CONNECTIONS]") }
    var limits = HTTPLimits()
    limits.bodyBytes = 64 << 30
    if arguments.count > 2, let connections = Int(arguments[2]) { limits.connections = connections }
    var files = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files)
    files.rlim_cur = files.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files)
    do throws(HTTPServerFailure) {
      let server = try await HTTPServer.start(
        host: "127.0.0.1", port: 0, responder: Responder(path: arguments[1]), limits: limits)
      print(await server.port)
      fflush(nil)
      while true { sleep(1_000) }
    } catch {
      complain("\(error)")
    }
  }

  private static func complain(_ sentence: String) {
    print(sentence)
    exit(1)
  }
}

private struct Responder: HTTPResponder {
  let path: String
  private let small = [UInt8](repeating: UInt8(ascii: "x"), count: 500)

  init(path: String) { self.path = path }

  func respond(to request: HTTPRequest) async -> HTTPResponse {
    switch request.head.path {
    case "/": HTTPResponse(status: 200, headers: ["Content-Type": "text/plain"], body: .bytes(small))
    case "/file": await file(request.head)
    case "/upload": await form(request)
    default: await count(request.body)
    }
  }

  @LoopActor private func file(_ head: RequestHead) async -> HTTPResponse {
    let path = path
    let opened: (file: OpenFile, length: UInt64)? = await Blocking.run {
      let descriptor = filmgate_open(path, Int32(O_RDONLY | O_CLOEXEC), 0)
      guard descriptor >= 0 else { return nil }
      var status = stat()
      fstat(descriptor, &status)
      return (OpenFile(descriptor: descriptor), UInt64(status.st_size))
    }
    guard let opened else { return .text(status: 404, "There is no such file.") }
    return FileResponse.make(
      for: head, file: opened.file, length: opened.length, contentType: "video/mp4", etag: "file")
  }

  @LoopActor private func form(_ request: HTTPRequest) async -> HTTPResponse {
    do throws(MultipartFailure) {
      let reader = try MultipartReader(request.body, contentType: request.head.headers["content-type"])
      var (parts, bytes) = (0, 0)
      while let part = try await reader.nextPart() {
        parts += 1
        while let piece = try await part.next() { bytes += piece.count }
      }
      return .text(status: 200, "\(parts) \(bytes)")
    } catch {
      return .text(status: error.status ?? 500, "\(error)")
    }
  }

  @LoopActor private func count(_ body: HTTPBody) async -> HTTPResponse {
    do throws(HTTPBodyFailure) {
      var bytes = 0
      while let piece = try await body.next() { bytes += piece.count }
      return .text(status: 200, "\(bytes)")
    } catch {
      return .text(status: 500, "\(error)")
    }
  }
}
