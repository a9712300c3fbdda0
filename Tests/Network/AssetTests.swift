// SPDX-License-Identifier: Apache-2.0
import Foundation
import Network
import Testing
import VideoDocuments

@Suite struct AssetTests {
  let loader = AssetLoader(client: HTTPClient(proxies: ProxySettings()), allowsPrivateAddresses: true)

  func load(_ bytes: [UInt8]) async -> Result<Asset, AssetFailure> {
    do throws(AssetFailure) {
      return .success(try await loader.load(.bytes(bytes)))
    } catch {
      return .failure(error)
    }
  }

  func facts(_ bytes: [UInt8]) async throws -> (MediaType, PixelSize?, Int64?) {
    let asset = try await load(bytes).get()
    #expect(asset.byteCount == Int64(bytes.count) && asset.digest == SHA256Digest(of: bytes))
    return (asset.mediaType, asset.pixelSize, asset.durationMilliseconds)
  }

  @Test func `Handmade headers of every kind of picture are read`() async throws {
    for (bytes, type, size) in Samples.pictures {
      let facts = try await facts(bytes)
      #expect(facts.0 == type && facts.1 == size && facts.2 == nil, "\(type)")
      #expect(type.kind == .image && type.name == "image/\(type.rawValue)")
    }
  }

  @Test func `A picture cut off in its header is said to be so, at every length`() async throws {
    for (bytes, type, _) in Samples.pictures {
      for count in 1..<bytes.count {
        switch await load(Array(bytes[..<count])) {
        case .success: #expect(count >= Samples.headerBytes(type), "\(type) \(count)")
        case .failure(.truncatedHeader(_, let seen)): #expect(seen == type)
        case .failure(.unknownMediaType): #expect(count < 20)
        case .failure(let failure): Issue.record("\(type) \(count) \(failure)")
        }
      }
    }
  }

  @Test func `Random changes of headers never crash the readers`() async throws {
    var random = SystemRandomNumberGenerator()
    let seeds = Samples.pictures.map(\.0) + [Samples.wav(), Samples.mp3(), Samples.movie(brand: "isom")]
    for seed in seeds {
      for _ in 0..<300 {
        var bytes = seed
        for _ in 0..<Int.random(in: 1...6, using: &random) {
          bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
        _ = await load(bytes)
      }
    }
  }

  @Test func `Sounds and films tell their length and size`() async throws {
    #expect(try await facts(Samples.wav()) == (.wav, nil, 2500))
    #expect(try await facts(Samples.movie(brand: "isom")) == (.mp4, PixelSize(width: 640, height: 360), 5040))
    #expect(try await facts(Samples.movie(brand: "qt  ")) == (.mov, PixelSize(width: 640, height: 360), 5040))
    #expect(try await facts(Samples.movie(brand: "M4A ")).0 == .m4a)
    // 128 kbit/s: 417 bytes a frame of 1152 samples at 44.1 kHz.
    let mp3 = try await facts(Samples.mp3())
    #expect(mp3.0 == .mp3 && abs((mp3.2 ?? 0) - 2606) < 30)
    #expect(try await facts(Array("OggS".utf8) + [0, 2]).0 == .ogg)
    #expect(try await facts([0xFF, 0xF1, 0x50, 0x80, 0, 0, 0]).0 == .aac)
    #expect(try await facts([0x1A, 0x45, 0xDF, 0xA3, 0x93, 0x42, 0x82, 0x84] + Array("webm".utf8)).0 == .webm)
    let cut = Array(Samples.movie(brand: "isom").dropLast(150))
    #expect(await load(cut).failure == .truncatedHeader(name: "bytes", mediaType: .mp4))
  }

  @Test(arguments: [
    "hello world, this is text", "<svg xmlns='x'/>", "%PDF-1.7", "BMW is no bitmap at all", "\u{0}\u{0}\u{0}\u{0}",
  ])
  func `What is no picture, film or sound is refused`(_ text: String) async {
    #expect(await load(Array(text.utf8)).failure == .unknownMediaType(name: "bytes"))
  }

  @Test func `Files: found, missing, empty, a folder, too large, not readable, a pipe`() async throws {
    let png = Samples.pictures[0].0
    let file = try TemporaryFile(png)
    #expect(try await loader.load(.file(path: file.path)).mediaType == .png)
    func failure(_ path: String, limit: Int64 = 1000) async -> AssetFailure? {
      var loader = loader
      loader.limitBytes = limit
      do throws(AssetFailure) {
        _ = try await loader.load(try AssetSource(argument: path))
        return nil
      } catch {
        return error
      }
    }
    #expect(await failure("/nowhere/x.png") == .notFound(name: "/nowhere/x.png"))
    #expect(await failure("\(file.path)/x") == .notFound(name: "\(file.path)/x"))
    #expect(await failure("/tmp") == .notAFile(name: "/tmp"))
    #expect(await failure("/dev/null") == .notAFile(name: "/dev/null"))
    #expect(await failure(file.path, limit: 10) == .tooLarge(name: file.path, limitBytes: 10))
    #expect(await failure("file://" + file.path) == nil)
    let empty = try TemporaryFile()
    #expect(await failure(empty.path) == .empty(name: empty.path))
    let pipe = file.path + ".pipe"
    mkfifo(pipe, 0o600)
    defer { unlink(pipe) }
    #expect(await failure(pipe) == .notAFile(name: pipe))
  }

  @Test func `Data URLs and base64 are read strictly, whatever type they state`() async throws {
    let png = Samples.pictures[0].0
    let text = Base64.encode(png)
    let asset = try await loader.load(try AssetSource(argument: "data:image/webp;charset=x;base64,\(text)"))
    #expect(asset.mediaType == .png && asset.digest == SHA256Digest(of: png) && asset.name == "data URL")
    #expect(try await loader.load(.base64(text)).mediaType == .png)
    let long = [UInt8](Samples.wav()) + [UInt8](repeating: 3, count: 200_000)
    #expect(try await loader.load(.base64(Base64.encode(long))).digest == SHA256Digest(of: long))
    for (bad, failure) in [
      ("data:image/png,\(text)", AssetFailure.malformedData(offset: nil)), ("data:", .malformedData(offset: nil)),
      ("data:image/png;base64,", .empty(name: "data URL")),
      ("data:image/png;base64,iVBO Rw0K", .malformedData(offset: nil)),
      ("data:image/png;base64,iVBO*w0K", .malformedData(offset: 4)),
    ] {
      await #expect(throws: failure) { try await loader.load(try AssetSource(argument: bad)) }
    }
    var small = loader
    small.limitBytes = 20
    await #expect(throws: AssetFailure.tooLarge(name: "base64 text", limitBytes: 20)) {
      try await small.load(.base64(text))
    }
  }

  /// In a process of its own, whose standard input is a pipe of the test's.
  @Test func `Standard input is read to its end, within bounds`() async {
    await #expect(processExitsWith: .success) {
      func feed(_ bytes: [UInt8]) {
        var ends: [Int32] = [0, 0]
        pipe(&ends)
        dup2(ends[0], 0)
        close(ends[0])
        let end = ends[1]
        Thread.detachNewThread {
          _ = bytes.withUnsafeBytes { write(end, $0.baseAddress, $0.count) }
          close(end)
        }
      }
      var loader = AssetLoader()
      feed(Samples.wav())
      let asset = try await loader.load(.standardInput)
      #expect(asset.mediaType == .wav && asset.digest == SHA256Digest(of: Samples.wav()))
      feed([])
      await #expect(throws: AssetFailure.empty(name: "standard input")) { try await loader.load(.standardInput) }
      loader.limitBytes = 1000
      feed(Array(Samples.wav().prefix(2000)))
      let small = loader
      await #expect(throws: AssetFailure.tooLarge(name: "standard input", limitBytes: 1000)) {
        try await small.load(.standardInput)
      }
    }
  }

  @Test func `Links are fetched, within bounds`() async throws {
    let png = Samples.pictures[0].0
    let server = try StubServer { connection in
      while let request = connection.readRequest() {
        if request.head.hasPrefix("GET /missing") {
          connection.send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        } else {
          connection.send(
            Array("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: \(png.count)\r\n\r\n".utf8) + png)
        }
      }
    }
    let asset = try await loader.load(try AssetSource(argument: "\(server.url)a.png?token=secret"))
    #expect(asset.mediaType == .png && asset.name == "\(server.url)a.png?…")
    await #expect(throws: AssetFailure.fetchRefused(name: "\(server.url)missing", status: 404)) {
      try await loader.load(try AssetSource(argument: "\(server.url)missing"))
    }
    var small = loader
    small.limitBytes = 10
    await #expect(throws: AssetFailure.tooLarge(name: "\(server.url)", limitBytes: 10)) {
      try await small.load(.link(server.url))
    }
    let strict = AssetLoader(client: HTTPClient(proxies: ProxySettings()))
    do {
      _ = try await strict.load(.link(server.url))
      Issue.record("a private address was fetched")
    } catch AssetFailure.fetchFailed(_, let failure) {
      #expect(failure.kind == .blockedAddress)
    }
    #expect(throws: AssetFailure.malformedURL(.userInformation)) { try AssetSource(argument: "http://a@b/") }
    #expect(try AssetSource(argument: "-") == .standardInput)
    #expect(try AssetSource(argument: "a b.png") == .file(path: "a b.png"))
  }
}

extension Result {
  var failure: Failure? { if case .failure(let failure) = self { failure } else { nil } }
}
