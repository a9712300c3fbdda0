// SPDX-License-Identifier: Apache-2.0

import ProviderKit
import VideoDocuments

extension JimengProvider {
  /// By the second of what is made: as many as were asked for, or as the video lasts that is imitated.
  static func price(_ request: VideoRequest, _ prices: PriceTable?) -> Quote {
    guard prices != nil else {
      return Quote(basis: "Jimeng is sold by the second in Volcengine's console; no price is known here")
    }
    var request = request
    if let frames = request.frames, frames > 0 {
      request.durationSeconds = (frames - 1) / Creation.framesPerSecond
    }
    if request.durationSeconds == nil {
      let seconds = request.inputs.first { $0.kind == .video }?.durationSeconds
      if let seconds, (0..<86_400).contains(seconds) { request.durationSeconds = Int(seconds.rounded(.up)) }
    }
    guard request.durationSeconds != nil else {
      let unit = prices?.unitPrice(for: request, profile: nil)
      let rate = unit.map { "\($0.decimal) \($0.currency) a second" } ?? "no price for this request"
      return Quote(basis: "\(rate), and the length of the video given is not known", asOf: prices?.asOf)
    }
    return PriceList.quote(request, prices: prices)
  }
}
