// SPDX-License-Identifier: Apache-2.0
import Loader
import OrderedJSON
import Testing
import VideoDocuments

/// Compiles a plugin of one operation, loads it into this process, and calls it.
private struct Bound {
  let library: PluginLibrary
  let sink = OutputSink()

  init(_ operation: CPlugin.Operation, name: String) throws {
    let path = try CPlugin.compile(CPlugin.source(id: "test", [operation]), name: "libfilmgate-bind-\(name).so")
    library = try PluginLibrary(path: path)
  }

  var disabled: String? {
    if case .disabled(let failure) = library.operations[0] { failure.sentence } else { nil }
  }

  func call(_ values: [String: PluginArgument]) throws -> String {
    guard case .bound(let operation) = library.operations[0] else { return "disabled" }
    var frame: [UInt8] = []
    try operation.plan.encode(values, into: &frame)
    let result = frame.withUnsafeBytes { operation.call($0, into: sink) }
    return "\(result) \(String(decoding: sink.output, as: UTF8.self))"
  }

  func callRaw(_ frame: [UInt8]) -> BoundOperation.Result? {
    guard case .bound(let operation) = library.operations[0] else { return nil }
    return frame.withUnsafeBytes { operation.call($0, into: sink) }
  }
}

@Suite("Binding")
struct BindingTests {
  @Test("every type of the closed list arrives as it was given")
  func everyType() throws {
    let bound = try Bound(
      CPlugin.Operation(
        "all", kind: "extra",
        parameters: """
          {"name": "a", "type": "i32"}, {"name": "b", "type": "f64"}, {"name": "c", "type": "text"},
          {"name": "d", "type": "bool"}, {"name": "e", "type": "u32"}, {"name": "f", "type": "bytes"},
          {"name": "g", "type": "u64"}, {"name": "h", "type": "i64"}, "host", "out"
          """,
        """
        (int32_t a, double b, const char *c, uint64_t cl, bool d, uint32_t e, const void *f, uint64_t fl, uint64_t g,
         int64_t h, const filmgate_host *host, filmgate_out *out)
        """,
        """
        char line[200];
        int n = snprintf(line, sizeof line, "%d %g %.*s %d %u %.*s %lu %ld %d", a, b, (int)cl, c, (int)d, e, (int)fl,
                         (const char *)f, (unsigned long)g, (long)h, host->lookup(host, "log/1") != NULL);
        out->write(out, line, n);
        return 7;
        """), name: "all")
    let answer = try bound.call([
      "a": .integer(-5), "b": .number(2.5), "c": .text("héllo"), "d": .flag(true), "e": .integer(4_000_000_000),
      "f": .bytes(Array("raw".utf8)), "g": .unsigned(.max), "h": .integer(.min),
    ])
    #expect(answer == "returned(7) -5 2.5 héllo 1 4000000000 raw 18446744073709551615 -9223372036854775808 1")
  }

  @Test("sixteen C parameters, integers and doubles beyond the registers, keep their places")
  func sixteenParameters() throws {
    let integers = (0..<7).map { "{\"name\": \"i\($0)\", \"type\": \"i64\"}" }
    let doubles = (0..<8).map { "{\"name\": \"d\($0)\", \"type\": \"f64\"}" }
    let bound = try Bound(
      CPlugin.Operation(
        "many", kind: "extra", parameters: (integers + doubles + ["\"out\""]).joined(separator: ", "),
        """
        (int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f, int64_t g, double h, double i, double j,
         double k, double l, double m, double n, double o, filmgate_out *out)
        """,
        """
        char line[200];
        int length = snprintf(line, sizeof line, "%ld%ld%ld%ld%ld%ld%ld %g%g%g%g%g%g%g%g", (long)a, (long)b, (long)c,
                              (long)d, (long)e, (long)f, (long)g, h, i, j, k, l, m, n, o);
        out->write(out, line, length);
        return 0;
        """), name: "many")
    var values: [String: PluginArgument] = [:]
    for index in 0..<7 { values["i\(index)"] = .integer(Int64(index + 1)) }
    for index in 0..<8 { values["d\(index)"] = .number(Double(index + 1)) }
    #expect(try bound.call(values) == "returned(0) 1234567 12345678")
  }

  @Test("roles come in whatever order they are declared, and with their fixed types")
  func reorderedRoles() throws {
    let bound = try Bound(
      CPlugin.Operation(
        "poll", parameters: "\"out\", \"now_ms\", \"body\", \"state\", \"random\", \"task\"",
        """
        (filmgate_out *out, int64_t now, const void *body, uint64_t bl, const char *state, uint64_t sl,
         const void *random, uint64_t rl, const char *task, uint64_t tl)
        """,
        """
        char line[200];
        int n = snprintf(line, sizeof line, "%ld %.*s %.*s %lu %.*s", (long)now, (int)bl, (const char *)body, (int)sl,
                         state, (unsigned long)rl, (int)tl, task);
        out->write(out, line, n);
        return 0;
        """), name: "roles")
    let answer = try bound.call([
      "now_ms": .integer(1_700_000_000_000), "body": .bytes(Array("B".utf8)), "state": .text("S"), "task": .text("T"),
      "random": .bytes(Array(repeating: 1, count: 32)),
    ])
    #expect(answer == "returned(0) 1700000000000 B S 32 T")
  }

  @Test("a function that reads parameters it did not declare sees zero")
  func undeclaredParametersAreZero() throws {
    let bound = try Bound(
      CPlugin.Operation(
        "poll", parameters: "\"out\"",
        "(filmgate_out *out, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, double f, double g)",
        "say(out, (a | b | c | d | e) == 0 && f == 0 && g == 0 ? \"zero\" : \"leftovers\"); return 0;"),
      name: "zero")
    for _ in 0..<3 { #expect(try bound.call([:]) == "returned(0) zero") }
  }

  @Test("an unknown optional role is passed as zero, whatever its type")
  func unknownOptionalRole() throws {
    let bound = try Bound(
      CPlugin.Operation(
        "poll",
        parameters: """
          {"name": "moon", "optional": true}, {"name": "tide", "type": "f64", "optional": true},
          {"name": "wind", "type": "i32", "optional": true}, "out"
          """,
        "(const char *moon, uint64_t ml, double tide, int32_t wind, filmgate_out *out)",
        "say(out, moon == NULL && ml == 0 && tide == 0 && wind == 0 ? \"zero\" : \"something\"); return 0;"),
      name: "optional")
    #expect(bound.disabled == nil)
    #expect(try bound.call([:]) == "returned(0) zero")
    #expect(try bound.call(["moon": .text("full")]) == "returned(0) zero")
  }

  @Test("an unknown role with a default gets its default")
  func unknownRoleWithDefault() throws {
    let bound = try Bound(
      CPlugin.Operation(
        "poll", parameters: "{\"name\": \"moon\", \"type\": \"i32\", \"default\": -3}, \"out\"",
        "(int32_t moon, filmgate_out *out)", "say(out, moon == -3 ? \"default\" : \"other\"); return 0;"),
      name: "default")
    #expect(try bound.call([:]) == "returned(0) default")
  }

  @Test("an operation that requires an unknown role is disabled with its name, and the others are not")
  func unknownRequiredRole() throws {
    let operations = [
      CPlugin.Operation("poll", parameters: "\"moon\", \"out\"", "(void)", "return 0;"),
      CPlugin.Operation("create", parameters: "\"out\"", "(filmgate_out *out)", "say(out, \"ok\"); return 0;"),
    ]
    let path = try CPlugin.compile(CPlugin.source(id: "test", operations), name: "libfilmgate-bind-unknown.so")
    let library = try PluginLibrary(path: path)
    guard case .disabled(let failure) = library.operations[0], case .bound = library.operations[1] else {
      Issue.record("the wrong operation is disabled")
      return
    }
    #expect(
      failure.sentence == "The operation poll is disabled: it requires “moon”, which this host does not know.")
  }

  @Test(
    "a declaration that cannot be bound disables the operation with one sentence",
    arguments: [
      ("{\"name\": \"a\", \"type\": \"i16\"}", "its parameter “a” has the type “i16”, which is not one of i32,"),
      ("{\"name\": \"state\", \"type\": \"i32\"}", "it declares “state” as i32, but its type is text."),
      (
        "{\"name\": \"a\", \"type\": \"i32\", \"default\": 3000000000}",
        "the default of its parameter “a” is not a whole"
      ),
      (
        "{\"name\": \"a\", \"type\": \"bool\", \"default\": 1}",
        "the default of its parameter “a” is not true or false."
      ),
      (
        (0..<8).map { "{\"name\": \"t\($0)\", \"type\": \"text\"}" }.joined(separator: ", ") + ", \"out\"",
        "its parameters take 17 C parameters (text and bytes take two each), and at most 16 are possible."
      ),
    ])
  func unbindable(parameters: String, expected: String) throws {
    let bound = try Bound(
      CPlugin.Operation("extra", kind: "extra", parameters: parameters, "(void)", "return 0;"),
      name: "unbindable-\(parameters.utf8.reduce(0) { $0 &* 31 &+ UInt32($1) })")
    let sentence = try #require(bound.disabled)
    #expect(sentence.hasPrefix("The operation extra is disabled: "))
    #expect(sentence.contains(expected))
  }

  @Test("a missing symbol disables the operation with its name")
  func missingSymbol() throws {
    let source =
      CPlugin.prelude
      + CPlugin.describe(
        """
        {"manifest": 1, "id": "test", "version": "1", "operations": [{"name": "poll", "symbol": "filmgate_poll",
        "parameters": ["out"]}]}
        """)
    let library = try PluginLibrary(path: CPlugin.compile(source, name: "libfilmgate-bind-symbol.so"))
    guard case .disabled(let failure) = library.operations[0] else {
      Issue.record("not disabled")
      return
    }
    #expect(
      failure.sentence == "The operation poll is disabled: the library does not export its symbol “filmgate_poll”.")
  }

  @Test("without a declared out the output is empty")
  func noOut() throws {
    let bound = try Bound(
      CPlugin.Operation("poll", parameters: "\"now_ms\"", "(int64_t now)", "return (int32_t)now;"), name: "noout")
    #expect(try bound.call(["now_ms": .integer(3)]) == "returned(3) ")
  }

  @Test("frames that are short, long, or lie about a length are refused without a call")
  func malformedFrames() throws {
    let bound = try Bound(
      CPlugin.Operation(
        "poll", kind: "extra",
        parameters:
          "{\"name\": \"t\", \"type\": \"text\"}, {\"name\": \"n\", \"type\": \"i32\"}, {\"name\": \"b\", \"type\": \"bool\"}",
        "(const char *t, uint64_t l, int32_t n, bool b)", "abort();"), name: "malformed")
    func frame(_ numbers: UInt64...) -> [UInt8] {
      var bytes: [UInt8] = []
      for number in numbers { bytes.appendLittleEndian(number) }
      return bytes
    }
    let bad = [
      [], [0], frame(0), frame(0, 1), frame(0, 1, 1, 0), frame(0, 1, 1) + [0], frame(1, 1, 1), frame(.max, 1, 1),
      frame(1 << 63, 1, 1), frame(17, 1, 1), frame(0, 1 << 40, 1), frame(0, 1, 2), frame(UInt64.max - 7, 1, 1),
    ]
    for bytes in bad { #expect(bound.callRaw(bytes) == .malformedFrame) }
  }

  @Test("values that do not fit are refused before anything is called")
  func mismatchedValues() throws {
    let declaration = OperationDeclaration(
      name: "x", symbol: "s", kind: .extra,
      parameters: [
        ParameterDeclaration("n", type: "i32"), ParameterDeclaration("u", type: "u64", isOptional: true),
        ParameterDeclaration("random", isOptional: true),
      ])
    let plan = try CallPlan(declaration)
    #expect(throws: ArgumentFailure.missing(operation: "x", parameter: "n")) { try plan.frame(for: [:]) }
    #expect(throws: ArgumentFailure.mismatch(operation: "x", parameter: "n", type: .i32)) {
      try plan.frame(for: ["n": .integer(1 << 31)])
    }
    #expect(throws: ArgumentFailure.mismatch(operation: "x", parameter: "n", type: .i32)) {
      try plan.frame(for: ["n": .text("1")])
    }
    #expect(throws: ArgumentFailure.mismatch(operation: "x", parameter: "u", type: .u64)) {
      try plan.frame(for: ["n": .integer(1), "u": .integer(-1)])
    }
    #expect(throws: ArgumentFailure.mismatch(operation: "x", parameter: "random", type: .bytes)) {
      try plan.frame(for: ["n": .integer(1), "random": .bytes([1])])
    }
    #expect(throws: ArgumentFailure.unknown(operation: "x", parameter: "m")) {
      try plan.checkNames(of: ["n": .integer(1), "m": .integer(1)])
    }
  }

  @Test("output beyond the limit is refused to the plugin and dropped")
  func outputLimit() throws {
    let bound = try Bound(
      CPlugin.Operation(
        "poll", parameters: "\"out\"", "(filmgate_out *out)",
        """
        static char block[65536];
        int refused = 0;
        for (int i = 0; i < 2000; i++) refused += out->write(out, block, sizeof block) != 0;
        out->write(out, NULL, 5);
        out->write(out, block, UINT64_MAX);
        return refused == 2000 - 16 ? 0 : 11;
        """), name: "limit")
    #expect(try bound.call([:]).hasPrefix("returned(0)"))
    #expect(bound.sink.hasOverflowed)
    #expect(bound.sink.effectiveStatus(0) == 10)
    #expect(bound.sink.output.isEmpty)
    #expect(bound.sink.effectiveStatus(3) == 3)
    #expect(bound.sink.effectiveStatus(12) == 11)
    #expect(bound.sink.effectiveStatus(-1) == 11)
  }
}
