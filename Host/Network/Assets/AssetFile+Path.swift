// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

extension AssetFile {
  /// Opens a regular file for reading; nil, with errno set, when that is not possible. Blocks.
  public convenience init?(path: String) {
    let descriptor = filmgate_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0)
    guard descriptor >= 0 else { return nil }
    self.init(taking: descriptor)
  }
}
