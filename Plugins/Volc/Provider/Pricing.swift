// SPDX-License-Identifier: Apache-2.0

import ArkProtocol

extension VolcProvider {
  static let pricing = ArkPricing(manifest: manifest)
}
