// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A plugin written in C by a test and compiled by the system's compiler when the test runs.
struct CPlugin {
  struct CompilerFailure: Error, CustomStringConvertible {
    let description: String
  }

  /// One operation: its declaration's parameters (JSON), and its C function without the name.
  struct Operation {
    let name: String
    let kind: String
    /// The elements of the manifest's `parameters`.
    let parameters: String
    /// The C parameters, in parentheses.
    let signature: String
    /// The C statements between the braces.
    let body: String

    init(_ name: String, kind: String = "core", parameters: String, _ signature: String, _ body: String) {
      self.name = name
      self.kind = kind
      self.parameters = parameters
      self.signature = signature
      self.body = body
    }
  }

  /// Where the test's files go; removed by nobody but the system, as a loaded library must stay.
  static let folder: String = {
    let folder = NSTemporaryDirectory() + "filmgate-tests-\(getpid())"
    try? FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    return folder
  }()

  /// The header's folder, found from this file.
  static let headers = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Core/ABI").path

  static func source(id: String, _ operations: [Operation], before: String = "") -> String {
    let declarations = operations.map {
      """
      {"name": "\($0.name)", "symbol": "filmgate_\($0.name)", "kind": "\($0.kind)", "parameters": [\($0.parameters)]}
      """
    }
    let manifest = """
      {"manifest": 1, "id": "\(id)", "version": "1.0.0", "operations": [\(declarations.joined(separator: ", "))]}
      """
    let functions = operations.map { "FILMGATE_EXPORT int32_t filmgate_\($0.name)\($0.signature) { \($0.body) }" }
    return """
      \(prelude)
      \(before)
      \(functions.joined(separator: "\n"))
      \(describe(manifest))
      """
  }

  /// A describe function that writes the text.
  static func describe(_ manifest: String) -> String {
    let quoted = manifest.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"")
      .replacingOccurrences(of: "\n", with: "\\n")
    return """
      FILMGATE_EXPORT int32_t filmgate_describe_1(const filmgate_host *host, filmgate_out *out) {
        static const char text[] = "\(quoted)";
        return out->write(out, text, sizeof text - 1) == 0 ? 0 : 10;
      }
      """
  }

  // The core prototypes of the header are renamed away: a test's function may have other parameters.
  static let prelude = """
    #define _GNU_SOURCE
    #include <stdbool.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    #define filmgate_decode filmgate_unused_decode
    #define filmgate_encode filmgate_unused_encode
    #define filmgate_quote filmgate_unused_quote
    #define filmgate_create filmgate_unused_create
    #define filmgate_poll filmgate_unused_poll
    #define filmgate_cancel filmgate_unused_cancel
    #define filmgate_resume filmgate_unused_resume
    #define filmgate_callback filmgate_unused_callback
    #include "provider.h"
    #undef filmgate_decode
    #undef filmgate_encode
    #undef filmgate_quote
    #undef filmgate_create
    #undef filmgate_poll
    #undef filmgate_cancel
    #undef filmgate_resume
    #undef filmgate_callback
    static void say(filmgate_out *out, const char *text) { out->write(out, text, strlen(text)); }
    """

  /// Compiles the source into a library of that name in the tests' folder, or in another.
  @discardableResult
  static func compile(_ source: String, name: String, folder: String = folder, flags: [String] = []) throws -> String {
    let path = "\(folder)/\(name)"
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      ["cc", "-x", "c", "-shared", "-fPIC", "-O1", "-w", "-I", headers, "-o", path, "-"] + flags
    let input = Pipe()
    let errors = Pipe()
    process.standardInput = input
    process.standardError = errors
    try process.run()
    input.fileHandleForWriting.write(Data(source.utf8))
    try input.fileHandleForWriting.close()
    let message = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw CompilerFailure(description: String(decoding: message, as: UTF8.self))
    }
    return path
  }
}
