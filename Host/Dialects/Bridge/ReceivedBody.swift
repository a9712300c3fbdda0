// SPDX-License-Identifier: Apache-2.0
public import EventLoop
public import HTTPServer
public import Network
public import VideoDocuments

/// A request's body: the document that plugins get, the media that stood in it, and the digest of all that was received.
public struct ReceivedBody: Sendable {
  /// How much is gathered before a thread that may block looks at it.
  private static let batchBytes = 256 << 10

  public var document: [UInt8]
  public var media: [HoistedMedia]
  /// Of all bytes as they came, for signatures that cover the body.
  public var digest: SHA256Digest

  public init(document: [UInt8], media: [HoistedMedia], digest: SHA256Digest) {
    self.document = document
    self.media = media
    self.digest = digest
  }

  /// Reads a body to its end. Media go to files as they come, so that memory holds no more than the rest.
  ///
  /// - Parameters:
  ///   - maximumBytes: of the whole body.
  ///   - maximumDocumentBytes: of what is left once the media are in files.
  ///   - folder: where the media's files are made; they have no name there and go with their last user.
  @LoopActor public static func read(
    _ body: HTTPBody, maximumBytes: Int, maximumDocumentBytes: Int, folder: String
  ) async throws(ReceivingFailure) -> ReceivedBody {
    var limits = InlineMediaHoister.Limits()
    limits.maximumDocumentBytes = maximumDocumentBytes
    limits.maximumMediaBytes = Int64(maximumBytes)
    var hoister = InlineMediaHoister(folder: folder, limits: limits)
    var hasher = SHA256Hasher()
    var batch: [UInt8] = []
    var count = 0
    while let piece = try await next(body) {
      count += piece.count
      guard count <= maximumBytes else {
        throw .refused(Failure(.limit, "The body has more than \(maximumBytes) bytes.", field: "body"))
      }
      hasher.update(piece)
      batch += piece
      guard batch.count >= batchBytes else { continue }
      hoister = try await consume(hoister, batch)
      batch.removeAll(keepingCapacity: true)
    }
    let hoisted = try finish(try await consume(hoister, batch))
    return ReceivedBody(document: hoisted.json, media: hoisted.media, digest: hasher.finish())
  }

  private static func next(_ body: HTTPBody) async throws(ReceivingFailure) -> [UInt8]? {
    do throws(HTTPBodyFailure) {
      return try await body.next()
    } catch {
      if case .refused(let failure) = error { throw .malformed(failure) }
      throw .interrupted
    }
  }

  /// The hoister writes files.
  private static func consume(
    _ hoister: InlineMediaHoister, _ bytes: [UInt8]
  ) async throws(ReceivingFailure) -> InlineMediaHoister {
    let result = await Blocking.run { () -> Result<InlineMediaHoister, Failure> in
      var next = hoister
      do throws(Failure) {
        try next.consume(bytes[...])
        return .success(next)
      } catch {
        return .failure(error)
      }
    }
    do throws(Failure) { return try result.get() } catch { throw .refused(error) }
  }

  private static func finish(_ hoister: InlineMediaHoister) throws(ReceivingFailure) -> HoistedBody {
    do throws(Failure) { return try hoister.finish() } catch { throw .refused(error) }
  }
}

/// Why a body was not taken in.
public enum ReceivingFailure: Error, Sendable {
  /// The caller has gone.
  case interrupted
  /// The bytes break the protocol, or come too slowly.
  case malformed(RequestFailure)
  case refused(Failure)
}
