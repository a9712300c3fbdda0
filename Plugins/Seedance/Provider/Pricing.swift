// SPDX-License-Identifier: Apache-2.0

import ArkProtocol

extension SeedanceProvider {
  static let pricing = ArkPricing(manifest: manifest)
}
