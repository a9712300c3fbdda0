// SPDX-License-Identifier: Apache-2.0
import Loader

// The cache file: a mark with the format's number, the number of records, the records. Numbers least significant byte
// first, blocks with a 32-bit length. Whatever cannot be read makes the whole file count as absent: all of it can be
// found out again.

enum CacheFormat {
  static let mark = Array("filmgate plugins 1\n".utf8)
  static let maximumRecords: UInt32 = 4096

  static func encode(_ records: [CacheRecord], worker: FileIdentity?) -> [UInt8] {
    var bytes = mark
    bytes.append(worker)
    bytes.appendLittleEndian(UInt32(clamping: records.count))
    for record in records { bytes.append(record) }
    return bytes
  }

  /// Nil when it is damaged, of another format, or from another worker program, which may judge differently.
  static func decode(_ bytes: [UInt8], worker: FileIdentity?) -> [CacheRecord]? {
    guard bytes.starts(with: mark) else { return nil }
    var reader = ByteReader(bytes)
    guard reader.bytes(mark.count) != nil, reader.identity() == worker, let count = reader.number(UInt32.self),
      count <= maximumRecords
    else { return nil }
    var records: [CacheRecord] = []
    for _ in 0..<count {
      guard let record = reader.record() else { return nil }
      records.append(record)
    }
    return reader.remaining == 0 ? records : nil
  }
}

extension [UInt8] {
  fileprivate mutating func appendBlock(_ bytes: some Collection<UInt8>) {
    appendLittleEndian(UInt32(clamping: bytes.count))
    append(contentsOf: bytes)
  }

  fileprivate mutating func append(_ identity: FileIdentity?) {
    let identity =
      identity
      ?? FileIdentity(device: 0, inode: 0, sizeBytes: 0, modifiedNanoseconds: 0, changedNanoseconds: 0)
    appendLittleEndian(identity.device)
    appendLittleEndian(identity.inode)
    appendLittleEndian(identity.sizeBytes)
    appendLittleEndian(identity.modifiedNanoseconds)
    appendLittleEndian(identity.changedNanoseconds)
  }

  fileprivate mutating func append(_ record: CacheRecord) {
    appendBlock(record.path.utf8)
    append(record.identity)
    appendBlock(record.sha256)
    appendLittleEndian(record.checkedMilliseconds)
    switch record.outcome {
    case .described(let manifest, let level, let disabled, let needsLibraries):
      append(contentsOf: [0, level.rawValue, needsLibraries ? 1 : 0])
      appendLittleEndian(UInt32(clamping: disabled.count))
      for sentence in disabled { appendBlock((sentence ?? "").utf8) }
      appendBlock(manifest)
    case .refused(let sentence, let isLasting):
      append(contentsOf: [1, isLasting ? 1 : 0])
      appendBlock(sentence.utf8)
    }
    appendLittleEndian(UInt32(clamping: record.crashes.times.count))
    for time in record.crashes.times { appendLittleEndian(time) }
    appendLittleEndian(record.crashes.quarantine?.untilMilliseconds ?? 0)
    appendBlock((record.crashes.quarantine?.reason ?? "").utf8)
  }
}

extension ByteReader {
  fileprivate mutating func block() -> ArraySlice<UInt8>? {
    guard let length = number(UInt32.self) else { return nil }
    return bytes(Int(length))
  }

  fileprivate mutating func text() -> String? {
    block().map { String(decoding: $0, as: UTF8.self) }
  }

  /// All zero stands for none.
  fileprivate mutating func identity() -> FileIdentity? {
    guard let device = number(UInt64.self), let inode = number(UInt64.self), let size = number(Int64.self),
      let modified = number(Int64.self), let changed = number(Int64.self), inode != 0
    else { return nil }
    return FileIdentity(
      device: device, inode: inode, sizeBytes: size, modifiedNanoseconds: modified, changedNanoseconds: changed)
  }

  fileprivate mutating func record() -> CacheRecord? {
    guard let path = text(), let identity = identity(), let sha256 = block(), let checked = number(Int64.self),
      let outcome = outcome(), let crashCount = number(UInt32.self), crashCount <= 16
    else { return nil }
    var times: [Int64] = []
    for _ in 0..<crashCount {
      guard let time = number(Int64.self) else { return nil }
      times.append(time)
    }
    guard let until = number(Int64.self), let reason = text() else { return nil }
    return CacheRecord(
      path: path, identity: identity, sha256: Array(sha256), checkedMilliseconds: checked, outcome: outcome,
      crashes: CrashHistory(times: times, quarantine: reason.isEmpty ? nil : (reason, until)))
  }

  private mutating func outcome() -> CacheRecord.Outcome? {
    switch byte() {
    case 0:
      guard let levelByte = byte(), let level = JailLevel(rawValue: levelByte), let needsLibraries = byte(),
        let count = number(UInt32.self), Int(count) <= remaining
      else { return nil }
      var disabled: [String?] = []
      for _ in 0..<count {
        guard let sentence = text() else { return nil }
        disabled.append(sentence.isEmpty ? nil : sentence)
      }
      guard let manifest = block() else { return nil }
      return .described(
        manifest: Array(manifest), jailLevel: level, disabled: disabled, needsLibraries: needsLibraries != 0)
    case 1:
      guard let isLasting = byte(), let sentence = text() else { return nil }
      return .refused(sentence, isLasting: isLasting != 0)
    default:
      return nil
    }
  }
}
