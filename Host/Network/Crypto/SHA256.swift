// SPDX-License-Identifier: Apache-2.0
import CCrypto
import CLinux
import Glibc

/// A SHA-256 digest: always 32 bytes.
public struct SHA256Digest: Sendable, Hashable, CustomStringConvertible {
  /// How many bytes a digest has.
  public static let byteCount = 32

  /// The 32 bytes.
  public let bytes: [UInt8]

  fileprivate init(trusted bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Reads 64 hexadecimal digits of either case; nil for anything else.
  public init?(hexadecimal text: String) {
    guard let bytes = Hexadecimal.decode(text), bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }

  /// The digest of nothing, which signers use for an empty body.
  public static let ofNothing = SHA256Digest(of: [])

  /// Hashes `bytes` in one go.
  public init(of bytes: [UInt8]) {
    var hasher = SHA256Hasher()
    hasher.update(bytes)
    self = hasher.finish()
  }

  /// Hashes the UTF-8 bytes of `text`.
  public init(of text: String) {
    self.init(of: Array(text.utf8))
  }

  /// 64 lower-case hexadecimal digits.
  public var hexadecimal: String { Hexadecimal.encode(bytes) }

  public var description: String { hexadecimal }
}

/// SHA-256 over bytes that arrive in pieces.
public struct SHA256Hasher: ~Copyable {
  /// How many bytes of a file are read at once.
  public static let fileChunkBytes = 128 * 1024

  private let context: OpaquePointer

  /// Starts an empty hash. Running out of memory here ends the process, as any Swift allocation would.
  public init() {
    guard let context = EVP_MD_CTX_new() else { preconditionFailure("libcrypto: no memory for a digest") }
    guard EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
      preconditionFailure("libcrypto: SHA-256 is not available")
    }
    self.context = context
  }

  deinit { EVP_MD_CTX_free(context) }

  /// Adds raw bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress, bytes.count > 0 else { return }
    _ = EVP_DigestUpdate(context, base, bytes.count)
  }

  /// Adds bytes of an array.
  public mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  /// Ends the hash.
  public consuming func finish() -> SHA256Digest {
    var digest = [UInt8](repeating: 0, count: SHA256Digest.byteCount)
    var length: UInt32 = 0
    let done = EVP_DigestFinal_ex(context, &digest, &length)
    precondition(done == 1 && length == 32, "libcrypto: SHA-256 did not finish")
    return SHA256Digest(trusted: digest)
  }

  /// Hashes a file from its beginning to its end with `pread`, so the descriptor's position does not move.
  /// Blocks: call it on a thread that may. The error is the `errno` of the failed read.
  public static func digest(ofFile descriptor: Int32) -> Result<SHA256Digest, FileReadFailure> {
    var hasher = SHA256Hasher()
    var offset: off_t = 0
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: fileChunkBytes, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      let count = pread(descriptor, buffer.baseAddress, buffer.count, offset)
      if count < 0 {
        let code = filmgate_errno()
        if code == EINTR { continue }
        return .failure(FileReadFailure(errno: code))
      }
      if count == 0 { return .success(hasher.finish()) }
      hasher.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      offset += off_t(count)
    }
  }
}

/// Reading a file failed.
public struct FileReadFailure: Error, Sendable, Equatable {
  /// The system's error number.
  public let errno: Int32

  public init(errno: Int32) { self.errno = errno }
}
