// SPDX-License-Identifier: Apache-2.0

import Jobs
import Testing
import VideoDocuments

@Suite struct SecretCommandTests {
  static func run(_ arguments: [String], _ timeout: Int64 = 5_000) throws -> String {
    try #require(SecretCommand(arguments)).run(timeoutMilliseconds: timeout)
  }

  @Test func `The first line that a command prints is the secret`() throws {
    #expect(try Self.run(["printf", "s3cret\\nmore\\n"]) == "s3cret")
    #expect(try Self.run(["/bin/sh", "-c", "echo $0", "$HOME; ls"]) == "$HOME; ls")
  }

  @Test(arguments: [
    (["/nonexistent/program"], "cannot be started"), (["false"], "ended with status 1"),
    (["true"], "printed no secret"),
    (["sh", "-c", "echo canary; exit 3"], "ended with status 3"),
    (["sh", "-c", "kill -9 $$"], "was ended by signal 9"),
    (["sleep", "30"], "took longer"), (["sh", "-c", "exec >&-; sleep 30"], "did not end"),
    (["yes"], "printed too much"), (["printf", "\\377\\376"], "printed no secret"),
  ])
  func `A command that gives no secret is a failure that does not quote it`(arguments: [String], part: String) throws {
    let failure = #expect(throws: Failure.self) { try Self.run(arguments, 300) }
    #expect(failure?.kind == .authentication)
    #expect(failure?.message.contains(part) == true, "\(failure?.message ?? "")")
    #expect(failure?.message.contains("canary") == false)
  }

  @Test func `A command needs a program`() {
    #expect(SecretCommand([]) == nil)
    #expect(SecretCommand([""]) == nil)
  }
}
