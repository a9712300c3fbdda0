// SPDX-License-Identifier: Apache-2.0

import VideoDocuments

extension TaskState {
  /// Resellers speak the same bodies and queries under a path of their own.
  static func path(_ connection: Connection) -> String { connection.profile == "relay" ? "/jimeng/" : "/" }
}
