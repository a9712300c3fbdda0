// SPDX-License-Identifier: Apache-2.0

import Dialects
import OrderedJSON
import VideoDocuments

/// What a caller wants, once its request is decoded.
enum Order: Sendable {
  case create(CreateOrder)
  /// By our id, or by the caller's own.
  case get(id: String, options: JSONObject)
  /// Pages by number.
  case list(TaskFilter)
  case cancel(id: String)
  /// Cancel if not over, else delete the record.
  case remove(id: String)
  case reply(HTTPReply)
}

/// A job to be made.
struct CreateOrder: Sendable {
  var decoded: DecodedRequest
  var media: [HoistedMedia]
  /// Where the inputs stood in the body.
  var places = InputPlaces()
  /// Where the clip is made from another.
  var basis: Basis?

  enum Basis: Sendable, Hashable {
    /// The other's request with these changes; where the model can use it, its clip is an input.
    case remix(id: String)
    /// The other's request once more, with these changes.
    case again(id: String)
    /// This request, with inputs that the other has.
    case inputs(ofID: String)
    /// A clip to change or continue.
    case followUp(FollowUp.Source)
  }

  init(_ decoded: DecodedRequest, media: [HoistedMedia], basis: Basis? = nil) {
    self.decoded = decoded
    self.media = media
    self.basis = basis
  }
}
