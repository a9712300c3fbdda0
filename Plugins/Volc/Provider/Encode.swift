// SPDX-License-Identifier: Apache-2.0

import ArkProtocol

extension VolcProvider {
  static let encoder = ArkEncode(modelPrefix: modelPrefix) { pricing.tokens($0)?.expected }
}
