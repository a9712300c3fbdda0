// SPDX-License-Identifier: Apache-2.0
import EventLoop
import Foundation
import Testing

@Suite struct ProcessFolderTests {
  private let parent = NSTemporaryDirectory() + "filmgate-folders-\(UUID().uuidString)"

  private var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: parent).sorted()) ?? [] }

  @Test func whatAProcessLeftIsRemovedByTheNextAndWhatIsInUseStays() throws {
    try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: parent) }
    let used = try ProcessFolder("a", in: parent)
    var left: ProcessFolder? = try ProcessFolder("a", in: parent)
    let path = try #require(left?.path)
    try FileManager.default.createDirectory(atPath: path + "/b/c", withIntermediateDirectories: true)
    try Data([1]).write(to: URL(fileURLWithPath: path + "/b/c/file"))
    try FileManager.default.createSymbolicLink(atPath: path + "/link", withDestinationPath: used.path)
    // Not made by this, and made for something else.
    for name in ["a-strang", "a-longer-name", "ab-123456", "a-plain1"] {
      try FileManager.default.createDirectory(atPath: parent + "/" + name, withIntermediateDirectories: true)
    }
    try Data([1]).write(to: URL(fileURLWithPath: parent + "/ab-123456/.lock"))
    // As when the process ends: nobody removes it, and the lock is free.
    left = nil
    #expect(FileManager.default.fileExists(atPath: path))
    let next = try ProcessFolder("a", in: parent)
    #expect(!FileManager.default.fileExists(atPath: path))
    let others = [used.path, next.path].map { String($0.dropFirst(parent.utf8.count + 1)) }
    #expect(names == (["a-strang", "a-longer-name", "ab-123456", "a-plain1"] + others).sorted())
    used.remove()
    next.remove()
    #expect(names == ["a-longer-name", "a-plain1", "a-strang", "ab-123456"])
  }

  @Test func aFolderThatCannotBeMadeIsAFailureWithItsErrorNumber() {
    #expect(throws: SystemFailure(call: "mkdtemp", errno: 2)) { try ProcessFolder("a", in: parent + "/nowhere") }
  }
}
