// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// How many files and connections this process may have open.
enum DescriptorLimit {
  /// Kept for what is no connection of a caller: vendors, files, the database, plugins.
  static let reserved = 1_024

  /// Lifts the limit as far as the system allows, and returns it.
  static func raise() -> Int {
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    var limit = rlimit()
    guard getrlimit(resource, &limit) == 0 else { return reserved }
    if limit.rlim_cur < limit.rlim_max {
      var raised = rlimit(rlim_cur: limit.rlim_max, rlim_max: limit.rlim_max)
      if setrlimit(resource, &raised) == 0 { limit = raised }
    }
    return Int(clamping: limit.rlim_cur)
  }

  /// How many connections of callers there is room for among so many descriptors, where that many are wanted.
  static func connections(wanted: Int, descriptors: Int) -> Int {
    max(1, min(wanted, descriptors - min(reserved, descriptors / 2)))
  }
}
