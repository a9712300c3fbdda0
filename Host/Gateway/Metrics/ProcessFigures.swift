// SPDX-License-Identifier: Apache-2.0

import CLinux
import EventLoop
import Glibc

/// What the system says of this process and its workers.
struct ProcessFigures: Sendable {
  var residentBytes = 0
  var workerBytes = 0
  var workerCount = 0
  var openDescriptors = 0
  var maximumDescriptors: UInt64 = 0
  var processorSeconds = 0.0

  /// Blocks for a moment: reads /proc.
  static func read() -> ProcessFigures {
    var figures = ProcessFigures()
    figures.residentBytes = resident(of: "self")
    figures.openDescriptors = max(0, entries("/proc/self/fd") - 1)
    var limit = rlimit()
    if getrlimit(__rlimit_resource_t(7), &limit) == 0 { figures.maximumDescriptors = UInt64(limit.rlim_cur) }
    var usage = rusage()
    if getrusage(__rusage_who_t(0), &usage) == 0 {
      figures.processorSeconds = seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }
    for thread in FolderListing.names(in: "/proc/self/task") ?? [] {
      for child in text("/proc/self/task/\(thread)/children").split(separator: " ") {
        guard text("/proc/\(child)/comm").hasPrefix("filmgate-worker") else { continue }
        figures.workerCount += 1
        figures.workerBytes += resident(of: String(child))
      }
    }
    return figures
  }

  /// When this process began, in unix seconds; zero where the system does not say.
  static func startTime() -> Double {
    let stat = text("/proc/self/stat")
    guard let end = stat.lastIndex(of: ")") else { return 0 }
    // Field 22 of proc(5), in clock ticks since the start of the machine; the rest of the line begins with field 3.
    let fields = stat[stat.index(after: end)...].split(separator: " ")
    guard fields.count > 19, let ticks = Double(fields[19]) else { return 0 }
    let boot = text("/proc/stat").split(separator: "\n").first { $0.hasPrefix("btime ") }
    guard let boot = boot.flatMap({ Double($0.dropFirst(6)) }) else { return 0 }
    return boot + ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }

  private static func resident(of process: String) -> Int {
    let fields = text("/proc/\(process)/statm").split(separator: " ")
    return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(getpagesize()) : 0
  }

  private static func entries(_ folder: String) -> Int { FolderListing.names(in: folder)?.count ?? 0 }

  private static func text(_ path: String) -> String {
    let file = filmgate_open(path, O_RDONLY | O_CLOEXEC, 0)
    guard file >= 0 else { return "" }
    defer { close(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4096)
    while bytes.count < 1 << 20 {
      let count = Glibc.read(file, &piece, piece.count)
      guard count > 0 else { break }
      bytes += piece[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
