// SPDX-License-Identifier: Apache-2.0
import Glibc

/// What lies in a folder. Blocks, as a slow disk does.
public enum FolderListing {
  /// The names in no order, without `.` and `..`; nil, with errno, when the folder cannot be read.
  public static func names(in folder: String) -> [String]? {
    guard let handle = opendir(folder) else { return nil }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }
}
