// SPDX-License-Identifier: Apache-2.0
import Dialects
import EventLoop
import HTTPServer
import Network
import VideoDocuments

/// A request's body: the document that plugins get, the media that stood in it, and the digest of all that was received.
struct ReceivedBody: Sendable {
  /// How much is gathered before a thread that may block looks at it.
  private static let batchBytes = 256 << 10

  var document: [UInt8]
  var media: [HoistedMedia]
  var digest: SHA256Digest

  /// Reads a body to its end. Media go to files as they come, so that memory holds no more than the rest.
  @LoopActor static func read(
    _ body: HTTPBody, options: SandboxOptions, folder: TemporaryFolder
  ) async throws(ReceivingFailure) -> ReceivedBody {
    var limits = InlineMediaHoister.Limits()
    limits.maximumDocumentBytes = options.maximumDocumentBytes
    limits.maximumMediaBytes = Int64(options.maximumBodyBytes)
    var hoister = InlineMediaHoister(folder: folder.path, limits: limits)
    var hasher = SHA256Hasher()
    var batch: [UInt8] = []
    var count = 0
    while let piece = try await next(body) {
      count += piece.count
      guard count <= options.maximumBodyBytes else {
        throw .refused(Failure(.limit, "The body has more than \(options.maximumBodyBytes) bytes.", field: "body"))
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
enum ReceivingFailure: Error, Sendable {
  /// The caller has gone, or the server answers by itself.
  case interrupted
  case refused(Failure)
}
