// SPDX-License-Identifier: Apache-2.0

import ArkProtocol

extension SeedanceProvider {
  static let encoder = ArkEncode { pricing.tokens($0)?.expected }
}
