// SPDX-License-Identifier: Apache-2.0
import Glibc
import Loader

/// A plugin in C with operations that do next to nothing, compiled when the benchmark runs.
struct EmptyPlugin {
  struct CompilerFailure: Error {}

  let folder: String
  var path: String { folder + "/libfilmgate-empty.so" }

  init() throws {
    var template = Array("/tmp/filmgate-benchmark-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw CompilerFailure() }
    folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    guard let file = fopen(folder + "/empty.c", "w") else { throw CompilerFailure() }
    fputs(EmptyPlugin.source, file)
    fclose(file)
    guard system("cc -shared -fPIC -O2 -o \(path) \(folder)/empty.c && rm \(folder)/empty.c") == 0 else {
      throw CompilerFailure()
    }
  }

  func arguments(bytes: Int) -> [String: PluginArgument] {
    let text = PluginArgument.text([UInt8](repeating: 0x78, count: bytes))
    return [
      "request": text, "connection": text, "task": text, "state": text, "now_ms": .integer(1),
    ]
  }

  private static let source = #"""
    #include <stdint.h>
    #include <string.h>
    typedef struct out { int32_t (*write)(struct out *, const void *, uint64_t); } out;
    static const char manifest[] =
      "{\"manifest\": 1, \"id\": \"empty\", \"version\": \"1\", \"operations\": ["
      "{\"name\": \"nothing\", \"symbol\": \"filmgate_nothing\", \"parameters\": [\"out\"]},"
      "{\"name\": \"echo\", \"symbol\": \"filmgate_echo\", \"parameters\": [\"request\", \"out\"]},"
      "{\"name\": \"poll\", \"symbol\": \"filmgate_poll\","
      " \"parameters\": [\"task\", \"state\", \"connection\", \"now_ms\", \"out\"]}]}";
    int32_t filmgate_describe_1(const void *host, out *out) { return out->write(out, manifest, sizeof manifest - 1); }
    int32_t filmgate_nothing(out *out) { return 0; }
    int32_t filmgate_echo(const char *text, uint64_t length, out *out) { return out->write(out, text, length); }
    int32_t filmgate_poll(const char *t, uint64_t tl, const char *s, uint64_t sl, const char *c, uint64_t cl, int64_t now,
                          out *out) { return 0; }
    """#
}
