// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// Media that stood inside a request body.
public enum InlineMedia {
  /// `filmgate-asset:NAME` stands in a body for bytes that the host took out of it.
  public static let scheme = "filmgate-asset"

  /// The name in such a link; nil when it is none.
  public static func name(of link: String) -> String? {
    link.hasPrefix("\(scheme):") ? String(link.dropFirst(scheme.count + 1)) : nil
  }
}
