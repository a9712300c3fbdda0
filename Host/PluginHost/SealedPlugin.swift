// SPDX-License-Identifier: Apache-2.0
import CCrypto
import CLinux
import Glibc
public import Loader
import Synchronization

/// Why a plugin's bytes could not be taken over.
public enum PluginFileRefusal: Error, Sendable, Hashable {
  case unreadable(errno: Int32)
  case notRegular
  case tooLarge(bytes: Int64)
  case untrusted(TrustRefusal)
  case image(PluginImage.Refusal)
  case changedMeanwhile
  case noMemoryFile(errno: Int32)

  /// One sentence for people, to stand after the file's name and a colon.
  public var sentence: String {
    switch self {
    case .unreadable(let number): "it cannot be read: \(String(cString: strerror(number)))."
    case .notRegular: "it is not a regular file."
    case .tooLarge(let bytes):
      "it has \(bytes >> 20) MiB; a plugin has at most \(SealedPlugin.maximumFileBytes >> 20)."
    case .untrusted(let refusal): refusal.sentence
    case .image(let refusal): refusal.sentence
    case .changedMeanwhile: "it was being written while it was read; try again."
    case .noMemoryFile(let number): "its bytes cannot be held in memory: \(String(cString: strerror(number)))."
    }
  }
}

/// A plugin's bytes in a sealed memory file: what was hashed is what every worker loads, whatever becomes of the file.
/// Made once for each plugin; its pages are shared by all workers.
public final class SealedPlugin: Sendable {
  /// Bytes that a plugin file can have.
  public static let maximumFileBytes: Int64 = 256 << 20
  private static let pieceBytes = 256 << 10
  /// MFD_NOEXEC_SEAL, of kernel 6.3: the descriptor can never be executed as a program.
  private static let memoryFileNotExecutable: UInt32 = 8
  /// F_SEAL_SEAL, _SHRINK, _GROW and _WRITE: nothing about the bytes can change any more.
  private static let allSeals: Int32 = 1 | 2 | 4 | 8

  /// The memory file; it stays open as long as the object.
  let descriptor: Int32
  public let path: String
  public let identity: FileIdentity
  /// The hash of the very bytes in the memory file.
  public let sha256: [UInt8]
  /// Whether a worker found that the plugin needs other shared libraries, so that the next one is let read them.
  let needsLibraries = Atomic(false)

  deinit { close(descriptor) }

  /// Reads, checks and seals the file at `path`. Blocks for some milliseconds.
  init(path: String, trust: FileTrust) throws(PluginFileRefusal) {
    // O_NONBLOCK, so that a pipe put in the folder does not hold us.
    let file = filmgate_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0)
    guard file >= 0 else { throw .unreadable(errno: filmgate_errno()) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw .unreadable(errno: filmgate_errno()) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular }
    do {
      try trust.check(status, path: path, isFolder: false)
      try trust.check(folder: parentFolder(of: resolvedPath(path) ?? path))
    } catch {
      throw .untrusted(error)
    }
    let size = Int64(status.st_size)
    guard size <= SealedPlugin.maximumFileBytes else { throw .tooLarge(bytes: size) }
    guard size > 0 else { throw .image(.empty) }

    let memory = try SealedPlugin.memoryFile()
    var isKept = false
    defer { if !isKept { close(memory) } }
    sha256 = try SealedPlugin.copy(file, to: memory, bytes: Int(size))
    var after = stat()
    guard fstat(file, &after) == 0, FileIdentity(after) == FileIdentity(status) else { throw .changedMeanwhile }
    guard filmgate_add_seals(memory, SealedPlugin.allSeals) == 0 else {
      throw .noMemoryFile(errno: filmgate_errno())
    }
    try SealedPlugin.check(memory, bytes: Int(size))
    descriptor = memory
    isKept = true
    self.path = path
    identity = FileIdentity(status)
  }

  private static func memoryFile() throws(PluginFileRefusal) -> Int32 {
    let flags = UInt32(MFD_CLOEXEC) | UInt32(MFD_ALLOW_SEALING)
    var descriptor = filmgate_memfd_create("plugin", flags | memoryFileNotExecutable)
    if descriptor < 0 { descriptor = filmgate_memfd_create("plugin", flags) }
    guard descriptor >= 0 else { throw .noMemoryFile(errno: filmgate_errno()) }
    return descriptor
  }

  /// Copies, and hashes what it writes: nobody else has the memory file, so that is what will be in it. Piece by piece,
  /// as long as each is in the processor's cache.
  private static func copy(_ source: Int32, to memory: Int32, bytes: Int) throws(PluginFileRefusal) -> [UInt8] {
    let context = EVP_MD_CTX_new()
    defer { EVP_MD_CTX_free(context) }
    EVP_DigestInit_ex(context, EVP_sha256(), nil)
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceBytes, alignment: 4096)
    defer { piece.deallocate() }
    var rest = bytes
    while rest > 0 {
      let count = Glibc.read(source, piece.baseAddress, min(rest, piece.count))
      if count < 0, filmgate_errno() == EINTR { continue }
      guard count >= 0 else { throw .unreadable(errno: filmgate_errno()) }
      guard count > 0 else { throw .changedMeanwhile }
      EVP_DigestUpdate(context, piece.baseAddress, count)
      var written = 0
      while written < count {
        let more = Glibc.write(memory, piece.baseAddress?.advanced(by: written), count - written)
        guard more > 0 else { throw .noMemoryFile(errno: filmgate_errno()) }
        written += more
      }
      rest -= count
    }
    var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
    EVP_DigestFinal_ex(context, &digest, nil)
    return digest
  }

  /// Looks at the headers of what is sealed, not of what lies in the folder.
  private static func check(_ memory: Int32, bytes: Int) throws(PluginFileRefusal) {
    guard let base = mmap(nil, bytes, PROT_READ, MAP_SHARED, memory, 0), base != MAP_FAILED else {
      throw .noMemoryFile(errno: filmgate_errno())
    }
    defer { munmap(base, bytes) }
    do {
      try PluginImage.check(UnsafeRawBufferPointer(start: base, count: bytes))
    } catch {
      throw .image(error)
    }
  }
}

/// The folder part of a path.
func parentFolder(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// The path without links, nil when it leads nowhere.
func resolvedPath(_ path: String) -> String? {
  guard let resolved = realpath(path, nil) else { return nil }
  defer { free(resolved) }
  return String(cString: resolved)
}

/// Bytes as lowercase hexadecimal digits.
func hexadecimal(_ bytes: [UInt8]) -> String {
  let digits = Array("0123456789abcdef".utf8)
  var text: [UInt8] = []
  text.reserveCapacity(2 * bytes.count)
  for byte in bytes {
    text.append(digits[Int(byte >> 4)])
    text.append(digits[Int(byte & 15)])
  }
  return String(decoding: text, as: UTF8.self)
}
