// SPDX-License-Identifier: Apache-2.0

import VideoDocuments

/// What a gateway says beside a refusal: that nothing was bought. A status of the 500s alone leaves that open, so a gateway
/// whose account is another gateway would have to hold every such create for a purchase of unknown outcome.
public enum ChargeStatement {
  public static let header = "X-Filmgate-Charged"
  public static let nothing = "no"

  /// Whether an answer other than success says so.
  static func saysNothingWasBought(status: Int, _ headers: [NameValuePair]) -> Bool {
    status >= 400 && headers.header(header)?.lowercased() == nothing
  }
}
