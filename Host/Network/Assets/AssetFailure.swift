// SPDX-License-Identifier: Apache-2.0

/// Why an image, video or sound cannot be taken. The first associated value of some cases tells how it was named by the
/// user: a path, `standard input`, `data URL`, or a URL without its query.
public enum AssetFailure: Error, Sendable, Hashable {
  /// No such file.
  case notFound(name: String)
  /// The file cannot be opened or read; the system's error number.
  case unreadable(name: String, errno: Int32)
  /// A folder, device or pipe where a file was expected.
  case notAFile(name: String)
  /// Not one byte.
  case empty(name: String)
  /// More than `limit` bytes.
  case tooLarge(name: String, limitBytes: Int64)
  /// No kind of image, video or sound that is known by its first bytes.
  case unknownMediaType(name: String)
  /// The first bytes are right, but the file ends before its header does.
  case truncatedHeader(name: String, mediaType: MediaType)
  /// Not a `data:` URL with base64, or broken base64; the byte offset where it goes wrong, if there is one.
  case malformedData(offset: Int?)
  /// The URL is not one that may be fetched.
  case malformedURL(HTTPURLFailure)
  /// Fetching failed.
  case fetchFailed(name: String, TransportFailure)
  /// The server answered with this status.
  case fetchRefused(name: String, status: Int)
  /// No temporary file could be made or written; the system's error number (28 means that the disk is full).
  case temporaryFile(errno: Int32)
}
