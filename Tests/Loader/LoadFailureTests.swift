// SPDX-License-Identifier: Apache-2.0
import Foundation
import Loader
import Testing

@Suite("Files that are no plugins")
struct LoadFailureTests {
  private func failure(_ source: String, _ name: String, flags: [String] = []) throws -> LoadFailure? {
    let path = try CPlugin.compile(source, name: "libfilmgate-fail-\(name).so", flags: flags)
    do throws(LoadFailure) {
      _ = try PluginLibrary(path: path)
      return nil
    } catch {
      return error
    }
  }

  @Test("a library for another ABI says which")
  func otherABI() throws {
    let found = try failure("int filmgate_describe_2(void *h, void *o) { return 0; }", "abi2")
    #expect(found == .otherABI(major: 2))
    #expect(found?.sentence == "it was built for ABI 2, and this host speaks 1.")
  }

  @Test("a library that is no plugin says so")
  func notAPlugin() throws {
    #expect(try failure("int f(void) { return 0; }", "none") == .notAPlugin)
  }

  @Test("a function that no library provides is named")
  func undefinedSymbol() throws {
    let found = try failure(
      CPlugin.prelude + "int elsewhere(void);" + CPlugin.describe("{}") + "int g(void) { return elsewhere(); }",
      "undefined")
    #expect(found == .undefinedSymbol("elsewhere"))
  }

  @Test(
    "a manifest that cannot be used says why",
    arguments: [
      ("{", "its manifest is not valid JSON: "), ("[]", "its manifest is not valid: "),
      ("{\"manifest\": 1}", "its manifest is not valid: id is missing."), ("", "it wrote no manifest."),
      (
        "{\"manifest\": 1, \"id\": \"x\", \"version\": \"1\", \"requires\": [\"magic\"]}",
        "it requires “magic”, which this host does not understand"
      ),
    ])
  func badManifest(text: String, expected: String) throws {
    let name = "manifest-\(text.utf8.count)"
    let found = try #require(try failure(CPlugin.prelude + CPlugin.describe(text), name))
    #expect(found.sentence.contains(expected))
  }

  @Test("a manifest of ten megabytes is refused")
  func hugeManifest() throws {
    let source =
      CPlugin.prelude + """
        FILMGATE_EXPORT int32_t filmgate_describe_1(const filmgate_host *host, filmgate_out *out) {
          static char space[10 << 20];
          memset(space, ' ', sizeof space);
          return out->write(out, space, sizeof space) ? 10 : 0;
        }
        """
    #expect(try failure(source, "huge") == .manifestTooLarge)
  }

  @Test("describe's own failure is told")
  func describeFails() throws {
    let source =
      CPlugin.prelude
      + "FILMGATE_EXPORT int32_t filmgate_describe_1(const filmgate_host *h, filmgate_out *o) { return 4; }"
    #expect(try failure(source, "status") == .describeFailed(status: 4))
  }

  private func refusal(_ bytes: [UInt8]) -> PluginImage.Refusal? {
    bytes.withUnsafeBytes { bytes in
      do throws(PluginImage.Refusal) {
        try PluginImage.check(bytes)
        return nil
      } catch {
        return error
      }
    }
  }

  @Test("a file's first bytes tell what it is")
  func images() throws {
    let path = try CPlugin.compile(CPlugin.prelude + CPlugin.describe("{}"), name: "libfilmgate-image.so")
    let library = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    #expect(refusal(library) == nil)
    #expect(refusal([]) == .empty)
    #expect(refusal(Array("#!/bin/sh\necho\n".utf8)) == .text)
    #expect(refusal([0, 1, 2, 3, 4]) == .notELF)
    #expect(refusal(Array(library.prefix(40))) == .truncated)
    #expect(refusal(Array(library.prefix(3000))) == .truncated)
    var other = library
    other[18] = 40
    other[19] = 0
    #expect(refusal(other) == .otherMachine("32-bit ARM"))
    other = library
    other[16] = 2
    #expect(refusal(other) == .notALibrary("a program"))
    other = library
    other[4] = 1
    #expect(refusal(other) == .otherWordSize)
    // A header table far outside, and one whose end overflows.
    other = library
    for index in 32..<40 { other[index] = 0xFF }
    #expect(refusal(other) == .truncated)
  }

  @Test("no first kilobyte, however wrong, traps the check")
  func imageFuzzing() throws {
    let path = try CPlugin.compile(CPlugin.prelude + CPlugin.describe("{}"), name: "libfilmgate-fuzz.so")
    let library = Array(try Data(contentsOf: URL(fileURLWithPath: path)).prefix(1024))
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<5000 {
      var bytes = library
      for _ in 0..<8 {
        bytes[Int.random(in: 0..<200, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator))
      _ = refusal(bytes)
    }
  }

  @Test("a hello survives its encoding, and no cut of it is taken for one with another manifest")
  func hello() throws {
    let hello = Hello(jailLevel: .full, disabled: [nil, "The operation x is disabled."], manifest: Array("{}".utf8))
    let bytes = hello.encoded()
    #expect(Hello(bytes) == hello)
    for count in 0..<(bytes.count - 2) { #expect(Hello(Array(bytes.prefix(count))) == nil) }
  }
}

@Suite("Reading only the operations")
struct OperationsOnlyTests {
  private func names(_ manifest: String, _ name: String) throws -> [String] {
    let path = try CPlugin.compile(
      CPlugin.prelude + CPlugin.describe(manifest), name: "libfilmgate-scan-\(name).so")
    let library = try PluginLibrary(path: path, checkingManifest: false)
    return library.operations.map { operation in
      if case .disabled(.missingSymbol(let name, _)) = operation { name } else { "?" }
    }
  }

  @Test("the operations are found wherever they stand, and other members may hold their name")
  func found() throws {
    let operation = "{\"name\": \"a]}\\\"\", \"symbol\": \"filmgate_none\"}"
    #expect(try names("{\"operations\": [\(operation)]}", "first") == ["a]}\""])
    #expect(
      try names(
        """
        { "summary" : "\\"operations\\": [", "deep": {"operations": [1, {"x": "]"}]}, "n": -1.5e3, "t": true,
         "operations" : [ \(operation) ] , "models": [}
        """, "last") == ["a]}\""])
  }

  @Test("a manifest without operations, or with damaged ones, is refused as a whole")
  func damaged() throws {
    for (index, text) in ["{\"operations\": [{]}", "{\"operations\": [", "[1]", "{\"operations\"}", "\"x\\"]
      .enumerated()
    {
      #expect(throws: LoadFailure.self) { try names(text, "damaged-\(index)") }
    }
  }
}
