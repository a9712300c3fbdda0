// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
public import OrderedJSON
public import VideoDocuments

/// A process that may drive jobs, told apart from every other one: a process id alone is given out again.
///
/// JSON: `{"pid", "start", "boot", "namespace"?}`.
public struct LeaseOwner: JSONDocument {
  public var processID: Int32
  /// Clock ticks from boot to the start of the process: field 22 of `/proc/PID/stat`, see proc(5).
  public var startTicks: UInt64
  /// `/proc/sys/kernel/random/boot_id`.
  public var bootID: String
  /// The process-id namespace, as `/proc/self/ns/pid` names it: a container counts its processes by itself.
  public var namespace: String

  public init(processID: Int32, startTicks: UInt64, bootID: String, namespace: String = "") {
    self.processID = processID
    self.startTicks = startTicks
    self.bootID = bootID
    self.namespace = namespace
  }

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    processID = Int32(clamping: try reader.optionalInteger64("pid") ?? 0)
    startTicks = UInt64(clamping: try reader.optionalInteger64("start") ?? 0)
    bootID = try reader.optionalText("boot") ?? ""
    namespace = try reader.optionalText("namespace") ?? ""
  }

  public var json: JSON {
    var object = JSONObject()
    object.add("pid", Int(processID))
    object.add("start", Int64(clamping: startTicks))
    object.add("boot", bootID)
    if !namespace.isEmpty { object.add("namespace", namespace) }
    return .object(object)
  }

  /// This process.
  public static let current = LeaseOwner(
    processID: getpid(), startTicks: startTicks(of: getpid()) ?? 0, bootID: currentBootID(),
    namespace: currentNamespace())

  /// Whether the process still runs; nil when that cannot be seen from here (another namespace of the same machine).
  public var isAlive: Bool? {
    guard bootID == Self.current.bootID else { return false }
    guard namespace == Self.current.namespace else { return nil }
    return Self.startTicks(of: processID) == startTicks
  }

  private static func startTicks(of processID: Int32) -> UInt64? {
    guard let text = readSmallFile("/proc/\(processID)/stat") else { return nil }
    // The name stands in parentheses and may hold anything, these included: what follows the last one is sound.
    guard let close = text.lastIndex(of: ")") else { return nil }
    let fields = text[text.index(after: close)...].split(separator: " ")
    // Field 3, the state, is the first here: a zombie or a dead process drives nothing any more.
    guard fields.count > 19, fields[0] != "Z", fields[0] != "X" else { return nil }
    return UInt64(fields[19])
  }

  private static func currentBootID() -> String {
    String((readSmallFile("/proc/sys/kernel/random/boot_id") ?? "").prefix { $0 != "\n" })
  }

  private static func currentNamespace() -> String {
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = bytes.withUnsafeMutableBytes { buffer in
      buffer.withMemoryRebound(to: CChar.self) { characters in
        characters.baseAddress.map { readlink("/proc/self/ns/pid", $0, characters.count) } ?? -1
      }
    }
    return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : ""
  }

  private static func readSmallFile(_ path: String) -> String? {
    let descriptor = filmgate_open(path, O_RDONLY | O_CLOEXEC, 0)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(descriptor, &bytes, bytes.count)
    guard count > 0 else { return nil }
    return String(decoding: bytes[..<count], as: UTF8.self)
  }
}

/// Who drives a job, and when that was last confirmed.
///
/// JSON: the owner's, with `"renewed_at_ms"`.
public struct Lease: JSONDocument {
  public var owner: LeaseOwner
  /// Unix milliseconds.
  public var renewedAtMilliseconds: Int64

  public init(owner: LeaseOwner, renewedAtMilliseconds: Int64) {
    self.owner = owner
    self.renewedAtMilliseconds = renewedAtMilliseconds
  }

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    owner = try LeaseOwner(json, at: path)
    renewedAtMilliseconds = try reader.optionalInteger64("renewed_at_ms") ?? 0
  }

  public var json: JSON {
    var object = owner.json.object ?? JSONObject()
    object.add("renewed_at_ms", renewedAtMilliseconds)
    return .object(object)
  }
}
