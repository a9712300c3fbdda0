// SPDX-License-Identifier: Apache-2.0
import Foundation
import Loader
import PluginHost
import Testing
import VideoDocuments

/// A plugin in Swift with its own static runtime, compiled once when the tests run.
private enum SwiftPlugin {
  static let fixture: Result<Fixture, any Error> = Result {
    let fixture = try Fixture("swift")
    let file = "\(fixture.folder)/.plugin.swift"
    try source.write(toFile: file, atomically: true, encoding: .utf8)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "swiftc", "-emit-library", "-static-stdlib", "-parse-as-library", "-module-name", "Sample", "-swift-version", "6",
      "-o", "\(fixture.folder)/libfilmgate-sample.so", file,
    ]
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    let message = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw CPlugin.CompilerFailure(description: String(decoding: message, as: UTF8.self))
    }
    usleep(60_000)
    return fixture
  }

  // The C structures spelled out, as the module map of the header is not at hand here.
  private static let source = #"""
    import Synchronization

    public typealias Write = @convention(c) (UnsafeMutableRawPointer, UnsafeRawPointer?, UInt64) -> Int32

    func say(_ out: UnsafeMutableRawPointer, _ text: String) -> Int32 {
      let write = out.load(as: Write.self)
      var text = text
      return text.withUTF8 { write(out, $0.baseAddress, UInt64($0.count)) }
    }

    @c(filmgate_describe_1)
    public func describe(_ host: UnsafeRawPointer, _ out: UnsafeMutableRawPointer) -> Int32 {
      let operations = ["bounds", "unwrap", "recurse", "allocate", "task", "honest"].map {
        "{\"name\": \"\($0)\", \"symbol\": \"filmgate_\($0)\", \"kind\": \"extra\", \"parameters\": [\"out\"]}"
      }
      let all = """
        {"name": "all", "symbol": "filmgate_all", "kind": "extra", "parameters": [{"name": "a", "type": "i32"},
        {"name": "b", "type": "f64"}, {"name": "c", "type": "text"}, {"name": "d", "type": "bool"},
        {"name": "e", "type": "u32"}, {"name": "f", "type": "bytes"}, {"name": "g", "type": "u64"}, "now_ms", "out"]}
        """
      return say(out, """
        {"manifest": 1, "id": "sample", "version": "1.0.0", "operations": [\((operations + [all]).joined(separator: ","))]}
        """)
    }

    @c(filmgate_bounds)
    public func bounds(_ out: UnsafeMutableRawPointer) -> Int32 { Int32([1, 2][Int.random(in: 5...6)]) }

    @c(filmgate_unwrap)
    public func unwrap(_ out: UnsafeMutableRawPointer) -> Int32 { Int32("x\(Int.random(in: 0...9))")! }

    @c(filmgate_recurse)
    public func recurse(_ out: UnsafeMutableRawPointer) -> Int32 {
      func deeper(_ values: [Int]) -> Int { values.count < 0 ? 0 : deeper(values + [1]) + values.count }
      return Int32(truncatingIfNeeded: deeper([]))
    }

    @c(filmgate_allocate)
    public func allocate(_ out: UnsafeMutableRawPointer) -> Int32 {
      var kept: [[UInt8]] = []
      while true { kept.append([UInt8](repeating: 1, count: 4 << 20)) }
    }

    @c(filmgate_task)
    public func task(_ out: UnsafeMutableRawPointer) -> Int32 {
      Task { print("never") }
      while true {}
    }

    struct Oops: Error {}
    func mayThrow(_ number: Int) throws -> Int { if number > 2 { throw Oops() } else { number } }
    let counter = Mutex(0)

    @c(filmgate_honest)
    public func honest(_ out: UnsafeMutableRawPointer) -> Int32 {
      let caught = (0..<5).count { (try? mayThrow($0)) == nil }
      let words = ["b": 1, "a": 2].keys.sorted().joined() + "Straße".uppercased()
      let count = counter.withLock { $0 += 1; return $0 }
      print("swallowed", ContinuousClock.now, Int.random(in: 0...9))
      return say(out, "\(caught) \(words) \(count) \(Mirror(reflecting: Oops()).subjectType) \(0.1 + 0.2)")
    }

    @c(filmgate_all)
    public func all(
      _ a: Int32, _ b: Double, _ c: UnsafePointer<UInt8>?, _ cLength: UInt64, _ d: Bool, _ e: UInt32,
      _ f: UnsafeRawPointer?, _ fLength: UInt64, _ g: UInt64, _ now: Int64, _ out: UnsafeMutableRawPointer
    ) -> Int32 {
      let text = String(decoding: UnsafeBufferPointer(start: c, count: Int(cLength)), as: UTF8.self)
      let bytes = [UInt8](UnsafeRawBufferPointer(start: f, count: Int(fLength)))
      return say(out, "\(a) \(b) \(text) \(d) \(e) \(bytes) \(g) \(now)")
    }
    """#
}

@Suite("Plugins in Swift")
struct SwiftPluginTests {
  private func registry() throws -> PluginRegistry {
    var fixture = try SwiftPlugin.fixture.get()
    fixture.settings.cacheFile = nil
    fixture.settings.limits.callMilliseconds = 15_000
    fixture.settings.limits.startMilliseconds = 15_000
    return fixture.registry()
  }

  @Test("what a Swift translator uses works in the jail, and every type arrives")
  func honest() async throws {
    let registry = try registry()
    #expect(registry.catalog["sample"]?.problem == nil)
    #expect(registry.catalog["sample"]?.jailLevel == .full)
    for count in 1...2 {
      let reply = try await registry.call("honest", in: "sample", [:])
      #expect(String(decoding: reply.output, as: UTF8.self) == "2 abSTRASSE \(count) Oops 0.30000000000000004")
    }
    let reply = try await registry.call(
      "all", in: "sample",
      [
        "a": .integer(-7), "b": .number(1.5), "c": .text("größer"), "d": .flag(true), "e": .unsigned(4_294_967_295),
        "f": .bytes([0, 255]), "g": .unsigned(1 << 63), "now_ms": .integer(-1),
      ])
    #expect(
      String(decoding: reply.output, as: UTF8.self)
        == "-7 1.5 größer true 4294967295 [0, 255] 9223372036854775808 -1")
    await registry.stop()
  }

  @Test(
    "a Swift plugin's mistakes have their verdicts",
    arguments: [
      ("bounds", "it stopped at a programming error."), ("unwrap", "it stopped at a programming error."),
      ("recurse", "it "), ("allocate", "it used up its 256 MiB of memory and was stopped."),
      ("task", "it tried something that plugins may not do"),
    ])
  func mistakes(operation: String, expected: String) async throws {
    let registry = try registry()
    let failure = await registry.failure(operation, in: "sample")
    #expect(failure?.sentence.hasPrefix(expected) == true, "\(failure?.sentence ?? "none")")
    await registry.stop()
  }

  @Test("the same plugin runs in-process")
  func inProcess() async throws {
    var fixture = try SwiftPlugin.fixture.get()
    fixture.settings.inProcess["sample"] = fixture.discover()["sample"]?.sha256
    let registry = fixture.registry()
    let reply = try await registry.call("honest", in: "sample", [:])
    #expect(String(decoding: reply.output, as: UTF8.self).hasPrefix("2 abSTRASSE "))
    await registry.stop()
  }
}
