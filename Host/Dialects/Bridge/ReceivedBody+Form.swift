// SPDX-License-Identifier: Apache-2.0

import EventLoop
public import HTTPServer
import Network
import OrderedJSON
public import VideoDocuments

extension ReceivedBody {
  /// How a body is written.
  public enum Encoding: Sendable, Hashable {
    case json
    case multipartForm
    case urlEncodedForm

    /// By the Content-Type. JSON is what every format here speaks, so an unnamed or a general type is taken for it.
    public init(contentType: String?) throws(Failure) {
      let type = (contentType ?? "").split(separator: ";").first.map { trimmed($0).lowercased() } ?? ""
      switch type {
      case "", "application/json", "text/json", "text/plain", "application/octet-stream": self = .json
      case "multipart/form-data": self = .multipartForm
      case "application/x-www-form-urlencoded": self = .urlEncodedForm
      default:
        guard type.hasSuffix("+json") else {
          throw Failure(
            .invalid, "A body of the type \(type.prefix(80)) is not understood.", field: "Content-Type",
            advice: "Send application/json, multipart/form-data or application/x-www-form-urlencoded.")
        }
        self = .json
      }
    }
  }

  /// Reads a body in any of the encodings; a form becomes the JSON object that it stands for, its files media.
  @LoopActor public static func read(
    _ body: HTTPBody, contentType: String?, maximumBytes: Int, maximumDocumentBytes: Int, folder: String,
    needsDigest: Bool = true, share: IntakeShare? = nil
  ) async throws(ReceivingFailure) -> ReceivedBody {
    let encoding: Encoding
    do throws(Failure) {
      encoding = try Encoding(contentType: contentType)
      if let length = body.length { try share?.announce(length) }
    } catch {
      throw .refused(error)
    }
    if encoding == .multipartForm {
      return try await readForm(
        body, contentType: contentType, maximumBytes: maximumBytes, maximumDocumentBytes: maximumDocumentBytes,
        folder: folder, needsDigest: needsDigest, share: share)
    }
    var received = try await read(
      body, maximumBytes: maximumBytes, maximumDocumentBytes: maximumDocumentBytes, folder: folder,
      needsDigest: needsDigest, share: share)
    // Command-line clients call every body of theirs a form, JSON too.
    if encoding == .urlEncodedForm, received.document.first(where: { $0 > 0x20 }) != UInt8(ascii: "{") {
      do throws(Failure) {
        received.document = try FormFields.json(try FormFields.urlEncoded(received.document)).serialized()
      } catch {
        throw .refused(error)
      }
    }
    return received
  }

  @LoopActor private static func readForm(
    _ body: HTTPBody, contentType: String?, maximumBytes: Int, maximumDocumentBytes: Int, folder: String,
    needsDigest: Bool, share: IntakeShare?
  ) async throws(ReceivingFailure) -> ReceivedBody {
    let meter = BodyMeter(needsDigest: needsDigest)
    let counted = HTTPBody(length: body.length) { () throws(HTTPBodyFailure) in
      guard let piece = try await body.next() else { return nil }
      guard meter.add(piece) <= maximumBytes else { throw .tooLarge(limit: maximumBytes) }
      return piece
    }
    var form = FormDraft(folder: folder, maximumDocumentBytes: maximumDocumentBytes, share: share)
    do throws(MultipartFailure) {
      let reader = try MultipartReader(counted, contentType: contentType)
      while let part = try await reader.nextPart() {
        if part.head.filename == nil, !Self.isMedia(part.head.contentType) {
          try form.add(part.head.name, text: try await part.text())
        } else {
          try await form.add(part)
        }
      }
    } catch {
      if case .body(.disconnected) = error { throw .interrupted }
      if case .body(.refused(let failure)) = error { throw .malformed(failure) }
      if let failure = form.failure { throw .refused(failure) }
      let kind: FailureKind = error.status == 413 ? .limit : .invalid
      throw .refused(Failure(kind, "\(error)", field: "body", advice: "Correct the form, or send JSON."))
    }
    do throws(Failure) {
      let document = try FormFields.json(form.fields).serialized()
      return ReceivedBody(document: document, media: form.media, digest: meter.digest(), share: share)
    } catch {
      throw .refused(error)
    }
  }

  /// A part without a file name that says it is an image, a video or a sound.
  private static func isMedia(_ contentType: String?) -> Bool {
    let type = (contentType ?? "").lowercased()
    return ["image/", "video/", "audio/"].contains { type.hasPrefix($0) }
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}

/// Counts, and hashes if it has to, what passes by.
@LoopActor private final class BodyMeter {
  private var hasher: SHA256Hasher?
  private var count = 0

  init(needsDigest: Bool) { hasher = needsDigest ? SHA256Hasher() : nil }

  /// The bytes so far.
  func add(_ piece: [UInt8]) -> Int {
    count += piece.count
    hasher?.update(piece)
    return count
  }

  func digest() -> SHA256Digest? { hasher.take()?.finish() }
}

/// A form as it comes in.
@LoopActor private struct FormDraft {
  let folder: String
  let maximumDocumentBytes: Int
  let share: IntakeShare?
  var fields: [NameValuePair] = []
  var media: [HoistedMedia] = []
  /// Why reading was given up, where it is not the form's fault.
  var failure: Failure?
  private var textBytes = 0

  init(folder: String, maximumDocumentBytes: Int, share: IntakeShare?) {
    self.folder = folder
    self.maximumDocumentBytes = maximumDocumentBytes
    self.share = share
  }

  mutating func add(_ name: String, text: String) throws(MultipartFailure) {
    textBytes += name.utf8.count + text.utf8.count
    guard textBytes <= maximumDocumentBytes else {
      throw .fieldTooLong(name: name, limit: maximumDocumentBytes)
    }
    do throws(Failure) { try share?.hold(textBytes) } catch { throw giveUp(error) }
    fields.append(NameValuePair(name, text))
  }

  /// Takes a file: its bytes go to disk as they come.
  mutating func add(_ part: MultipartPart) async throws(MultipartFailure) {
    let (folder, share) = (folder, share)
    let made = await Blocking.run { try? HoistedFile(folder: folder, share: share) }
    guard let file = made else { throw giveUp(disk("No temporary file could be made in \(folder).")) }
    var count: Int64 = 0
    while let piece = try await part.next() {
      count += Int64(piece.count)
      do throws(Failure) { try file.claim(piece.count) } catch { throw giveUp(error) }
      let isWritten = await Computing.run { (try? file.write(piece)) != nil }
      guard isWritten else { throw giveUp(disk("A file of the form could not be kept in \(folder).")) }
    }
    if count == 0, part.head.filename?.isEmpty == true {
      // A file field of a page in which nothing was chosen.
      return
    }
    if let text = await Self.text(of: file, count, part.head) {
      try add(part.head.name, text: text)
      return
    }
    let name = "form-\(media.count + 1)"
    media.append(
      HoistedMedia(
        name: name, file: file, byteCount: count, declaredType: part.head.contentType, place: part.head.name))
    fields.append(NameValuePair(part.head.name, "\(InlineMedia.scheme):\(name)"))
  }

  /// The largest file that may be meant as a text.
  private static let longestTextBytes: Int64 = 64 << 10

  /// Some clients give every field a file name, texts too: what names no type but a text's, and holds one, is one.
  private static func text(of file: HoistedFile, _ count: Int64, _ head: MultipartPartHead) async -> String? {
    let type = (head.contentType ?? "").split(separator: ";").first.map { $0.lowercased() } ?? ""
    guard type.isEmpty || type.hasPrefix("text/") || type == "application/json", count <= longestTextBytes else {
      return nil
    }
    let read = await Blocking.run { try? file.bytes(count: Int(count)) }
    guard let bytes = read, MediaType(sniffing: bytes) == nil else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }

  private func disk(_ sentence: String) -> Failure {
    Failure(.internal, sentence, advice: "Make room on the disk; nothing was bought.")
  }

  private mutating func giveUp(_ failure: Failure) -> MultipartFailure {
    self.failure = failure
    return .truncated
  }
}
