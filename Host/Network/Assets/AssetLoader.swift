// SPDX-License-Identifier: Apache-2.0
import CLinux
import EventLoop
import Glibc

/// Makes assets of sources. Whatever is not a file of the user's goes into an unnamed temporary file, so that no asset is
/// held in memory.
public struct AssetLoader: Sendable {
  /// Largest asset when nobody says otherwise.
  public static let defaultLimitBytes: Int64 = 64 * 1024 * 1024

  private let client: HTTPClient
  /// Largest asset.
  public var limitBytes: Int64
  /// Whether links may lead to private addresses.
  public var allowsPrivateAddresses: Bool

  public init(
    client: HTTPClient = HTTPClient(), limitBytes: Int64 = defaultLimitBytes, allowsPrivateAddresses: Bool = false
  ) {
    self.client = client
    self.limitBytes = limitBytes
    self.allowsPrivateAddresses = allowsPrivateAddresses
  }

  /// Loads one asset; what blocks happens on the pool for it.
  public func load(_ source: AssetSource) async throws(AssetFailure) -> Asset {
    if case .link(let url) = source { return try await fetch(url, name: source.name) }
    let limit = limitBytes
    return try await Self.attempt { () throws(AssetFailure) in try Self.loadBlocking(source, limitBytes: limit) }
  }

  /// Runs work that may block or fail on the pool for it.
  private static func attempt<Value: Sendable>(
    _ work: @escaping @Sendable () throws(AssetFailure) -> Value
  ) async throws(AssetFailure) -> Value {
    try await Blocking.run { () -> Result<Value, AssetFailure> in
      do throws(AssetFailure) {
        return .success(try work())
      } catch {
        return .failure(error)
      }
    }.get()
  }

  /// As `load`, on this thread, for every source but a link.
  static func loadBlocking(_ source: AssetSource, limitBytes: Int64) throws(AssetFailure) -> Asset {
    let name = source.name
    let file: AssetFile
    switch source {
    case .file(let path): file = try open(path)
    case .standardInput: file = try spool(STDIN_FILENO, name: name, limitBytes: limitBytes)
    case .dataURL(let text): file = try decode(try payload(text), name: name, limitBytes: limitBytes)
    case .base64(let text): file = try decode(Array(text.utf8)[...], name: name, limitBytes: limitBytes)
    case .bytes(let bytes):
      file = try TemporaryAssetFile.make(name: name) { output throws(AssetFailure) in try output.write(bytes) }
    case .link: throw .malformedURL(.unsupportedScheme)
    }
    return try Asset(inspecting: file, name: name, limitBytes: limitBytes)
  }

  private static func open(_ path: String) throws(AssetFailure) -> AssetFile {
    // O_NONBLOCK: opening a named pipe that nobody writes to would never return.
    let descriptor = filmgate_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0)
    guard descriptor >= 0 else {
      let code = filmgate_errno()
      throw code == ENOENT || code == ENOTDIR ? .notFound(name: path) : .unreadable(name: path, errno: code)
    }
    guard let file = AssetFile(taking: descriptor) else { throw .notAFile(name: path) }
    return file
  }

  /// Copies a stream to a temporary file, up to the limit.
  static func spool(_ descriptor: Int32, name: String, limitBytes: Int64) throws(AssetFailure) -> AssetFile {
    try TemporaryAssetFile.make(name: name) { output throws(AssetFailure) in
      var buffer = [UInt8](repeating: 0, count: 128 * 1024)
      while true {
        let count = read(descriptor, &buffer, buffer.count)
        if count == 0 { return }
        if count < 0 {
          let code = filmgate_errno()
          if code == EINTR { continue }
          throw .unreadable(name: name, errno: code)
        }
        guard output.byteCount + Int64(count) <= limitBytes else { throw .tooLarge(name: name, limitBytes: limitBytes) }
        try output.write(buffer[..<count])
      }
    }
  }

  /// What follows `;base64,` of a data URL.
  private static func payload(_ text: String) throws(AssetFailure) -> ArraySlice<UInt8> {
    let bytes = Array(text.utf8)
    guard let comma = bytes.firstIndex(of: UInt8(ascii: ",")) else { throw .malformedData(offset: nil) }
    let head = String(decoding: bytes[..<comma], as: UTF8.self).lowercased()
    guard head.hasPrefix("data:"), head.hasSuffix(";base64") else { throw .malformedData(offset: nil) }
    return bytes[(comma + 1)...]
  }

  private static func decode(
    _ text: ArraySlice<UInt8>, name: String, limitBytes: Int64
  ) throws(AssetFailure) -> AssetFile {
    guard Int64(text.count) / 4 * 3 <= limitBytes + 3 else { throw .tooLarge(name: name, limitBytes: limitBytes) }
    let step = 64 * 1024
    return try TemporaryAssetFile.make(name: name) { output throws(AssetFailure) in
      for start in stride(from: text.startIndex, to: text.endIndex, by: step) {
        let end = min(start + step, text.endIndex)
        let bytes: [UInt8]
        do throws(Base64.DecodingFailure) {
          bytes = try Base64.decode(text[start..<end], isLast: end == text.endIndex)
        } catch {
          guard case .badCharacter(let offset) = error else { throw AssetFailure.malformedData(offset: nil) }
          throw AssetFailure.malformedData(offset: start - text.startIndex + offset)
        }
        try output.write(bytes)
      }
    }
  }

  private func fetch(_ url: HTTPURL, name: String) async throws(AssetFailure) -> Asset {
    let output = try await Self.attempt { () throws(AssetFailure) in try TemporaryAssetFile(name: name) }
    var download = DownloadDescription(url, maximumBytes: limitBytes)
    download.allowsPrivateAddresses = allowsPrivateAddresses
    let outcome = await client.download(download, to: output.descriptor)
    switch outcome {
    case .complete:
      let limit = limitBytes
      return try await Self.attempt { () throws(AssetFailure) in
        try Asset(inspecting: try output.take(), name: name, limitBytes: limit)
      }
    case .refused(let response): throw .fetchRefused(name: name, status: response.status)
    case .failed(let failure, _) where failure.kind == .tooLarge: throw .tooLarge(name: name, limitBytes: limitBytes)
    case .failed(let failure, _): throw .fetchFailed(name: name, failure)
    }
  }
}
