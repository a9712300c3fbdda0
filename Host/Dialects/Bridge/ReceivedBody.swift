// SPDX-License-Identifier: Apache-2.0
public import EventLoop
public import HTTPServer
public import Network
public import VideoDocuments

/// A request's body: the document that plugins get, the media that stood in it, and the digest of all that was received.
public struct ReceivedBody: Sendable {
  /// How much is gathered before a thread that may block looks at it, and how much by all bodies together.
  private static let batchBytes = 16 << 10...256 << 10
  private static let sharedBatchBytes = 16 << 20
  @LoopActor private static var bodiesUnderWay = 0

  public var document: [UInt8]
  public var media: [HoistedMedia]
  /// Of all bytes as they came, for signatures that cover the body; nil where none was asked for.
  public var digest: SHA256Digest?
  /// The memory that the document takes.
  private let share: IntakeShare?

  public init(document: [UInt8], media: [HoistedMedia], digest: SHA256Digest?, share: IntakeShare? = nil) {
    self.document = document
    self.media = media
    self.digest = digest
    self.share = share
  }

  /// With many bodies under way each gathers less.
  @LoopActor private static var wantedBatchBytes: Int {
    min(batchBytes.upperBound, max(batchBytes.lowerBound, sharedBatchBytes / max(1, bodiesUnderWay)))
  }

  /// Reads a body to its end. Media go to files as they come, so that memory holds no more than the rest.
  ///
  /// - Parameters:
  ///   - maximumBytes: of the whole body.
  ///   - maximumDocumentBytes: of what is left once the media are in files.
  ///   - folder: where the media's files are made; they have no name there and go with their last user.
  ///   - needsDigest: whether the digest is made.
  ///   - share: what it may hold; nil for no bound.
  @LoopActor public static func read(
    _ body: HTTPBody, maximumBytes: Int, maximumDocumentBytes: Int, folder: String, needsDigest: Bool = true,
    share: IntakeShare? = nil
  ) async throws(ReceivingFailure) -> ReceivedBody {
    bodiesUnderWay += 1
    defer { bodiesUnderWay -= 1 }
    var limits = InlineMediaHoister.Limits()
    limits.maximumDocumentBytes = maximumDocumentBytes
    limits.maximumMediaBytes = Int64(maximumBytes)
    let intake = BodyIntake(
      InlineMediaHoister(folder: folder, limits: limits, share: share), needsDigest: needsDigest)
    var batch: [UInt8] = []
    var count = 0
    var isWhole = true
    while let piece = try await next(body) {
      count += piece.count
      guard count <= maximumBytes else {
        throw .refused(Failure(.limit, "The body has more than \(maximumBytes) bytes.", field: "body"))
      }
      batch = batch.isEmpty ? piece : batch + piece
      guard batch.count >= wantedBatchBytes else { continue }
      isWhole = false
      do throws(Failure) { try await intake.consume(batch) } catch { throw .refused(error) }
      batch = []
    }
    do throws(Failure) {
      let (hoisted, digest) = try await intake.finish(batch, isWhole: isWhole)
      return ReceivedBody(document: hoisted.json, media: hoisted.media, digest: digest, share: share)
    } catch {
      throw .refused(error)
    }
  }

  private static func next(_ body: HTTPBody) async throws(ReceivingFailure) -> [UInt8]? {
    do throws(HTTPBodyFailure) {
      return try await body.next()
    } catch {
      if case .refused(let failure) = error { throw .malformed(failure) }
      throw .interrupted
    }
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
