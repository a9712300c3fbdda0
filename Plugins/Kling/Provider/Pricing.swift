// SPDX-License-Identifier: Apache-2.0

import ProviderKit
import VideoDocuments

extension KlingProvider {
  /// By the second of what is made; a clip whose shots alone say how long it is counts their sum.
  static func price(_ request: VideoRequest, _ prices: PriceTable?) -> Quote {
    guard prices != nil else {
      return Quote(basis: "Kling publishes no price by the call; packages are bought in its console")
    }
    var request = request
    if request.durationSeconds == nil, !request.shots.isEmpty {
      request.durationSeconds = Creation.totalSeconds(request.shots, durationSeconds: nil)
    }
    return PriceList.quote(request, prices: prices)
  }
}
