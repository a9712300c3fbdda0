// SPDX-License-Identifier: Apache-2.0

import Dialects
import EventLoop
import HTTPServer
import Jobs
import Network
import OrderedJSON
import VideoDocuments

/// Proves who sends a request and takes its body in; whoever proves nothing uploads nothing.
@LoopActor struct RequestReader {
  let authenticator: any CallerAuthenticator
  let temporaryFolder: String
  let intake: IntakeBudget
  let places: CallerPlaces

  /// What is left of a body once its media are in files, at most.
  static let maximumDocumentBytes = 1 << 20

  /// The field of the refusal of a body that is compressed.
  static let codingField = "Content-Encoding"

  struct Received {
    var caller: Caller
    var body: ReceivedBody
    /// Taken until the answer is sent.
    var place: CallerPlace
  }

  /// Why a request is not taken in.
  enum Refusal: Error {
    /// The caller has left.
    case interrupted
    /// Its bytes break the protocol, or come too slowly.
    case malformed(RequestFailure)
    case failure(Failure)
  }

  func read(_ request: HTTPRequest, settings: GatewayConfiguration) async throws(Refusal) -> Received {
    let step = await authenticator.check(request)
    let owner: String
    var needsDigest = false
    switch step {
    case .caller(let caller): owner = caller.keyID
    case .needsBodyDigest(let holder, _): (owner, needsDigest) = (holder, true)
    case .refused(let failure): throw .failure(failure)
    }
    let place: CallerPlace
    do throws(Failure) { place = try places.take(owner) } catch { throw .failure(error) }
    let body: ReceivedBody
    do throws(ReceivingFailure) {
      body = try await receive(request, settings, owner, needsDigest: needsDigest)
    } catch {
      switch error {
      case .interrupted: throw .interrupted
      case .malformed(let failure): throw .malformed(failure)
      case .refused(let failure): throw .failure(failure)
      }
    }
    switch step {
    case .caller(let caller): return Received(caller: caller, body: body, place: place)
    case .refused(let failure): throw .failure(failure)
    case .needsBodyDigest(_, let finish):
      do throws(Failure) {
        return Received(caller: try await finish(body.digest ?? SHA256Digest(of: [])).get(), body: body, place: place)
      } catch {
        throw .failure(error)
      }
    }
  }

  private func receive(
    _ request: HTTPRequest, _ settings: GatewayConfiguration, _ owner: String, needsDigest: Bool
  ) async throws(ReceivingFailure) -> ReceivedBody {
    if let length = request.body.length, length > UInt64(settings.maximumBodyBytes) {
      throw .refused(tooLarge(settings))
    }
    // A HEAD or GET has nothing to say beside its target, whatever it claims to send.
    let contentType = request.head.framing == .empty ? nil : request.head.headers["content-type"]
    if request.head.framing != .empty, let coding = request.head.headers["content-encoding"],
      !coding.isEmpty, coding.lowercased() != "identity"
    {
      throw .refused(
        Failure(
          .invalid, "A body with a Content-Encoding is not read here.", field: Self.codingField,
          advice: "Send it as it is."))
    }
    return try await ReceivedBody.read(
      request.body, contentType: contentType, maximumBytes: settings.maximumBodyBytes,
      maximumDocumentBytes: Self.maximumDocumentBytes,
      folder: temporaryFolder, needsDigest: needsDigest, share: IntakeShare(intake, owner: owner))
  }

  private func tooLarge(_ settings: GatewayConfiguration) -> Failure {
    Failure(
      .limit, "The body has more than \(ByteText.text(Int64(settings.maximumBodyBytes))).", field: "body",
      advice: "Give media as links instead.")
  }
}
