// SPDX-License-Identifier: Apache-2.0
import CLinux
import EventLoop
import Glibc

/// Tells when something changes in plugin folders, through inotify. A folder that does not exist is waited for, from
/// the nearest one above it that does.
@LoopActor final class FolderWatcher {
  /// `isArranged` is false when folders came or went, so that a new watcher has to be started.
  typealias Handler = @LoopActor (_ isArranged: Bool) -> Void

  private let arrangement: FolderArrangement
  private let handler: Handler
  private var watch: Watch?
  private var buffer = [UInt8](repeating: 0, count: 16_384)

  /// Nil where the system has no watches left.
  static func start(_ folders: [PluginFolder], _ handler: @escaping Handler) async -> FolderWatcher? {
    // Paths may lead to slow file systems.
    guard let arrangement = await Blocking.run({ FolderArrangement(folders) }) else { return nil }
    let watcher = FolderWatcher(arrangement, handler)
    do throws(SystemFailure) {
      watcher.watch = try EventLoop.watch(arrangement.descriptor, .readable) { [weak watcher] _ in watcher?.receive() }
    } catch {
      watcher.stop()
      return nil
    }
    return watcher
  }

  private init(_ arrangement: FolderArrangement, _ handler: @escaping Handler) {
    self.arrangement = arrangement
    self.handler = handler
  }

  func stop() {
    guard let watch else { return }
    watch.cancel()
    self.watch = nil
    close(arrangement.descriptor)
  }

  private func receive() {
    var isOfInterest = false
    var isArranged = true
    while watch != nil {
      let count = buffer.withUnsafeMutableBytes { read(arrangement.descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { break }
      for event in InotifyEvent.all(in: buffer[..<count]) {
        switch arrangement.meaning(of: event) {
        case .nothing: continue
        case .plugin: isOfInterest = true
        case .folder:
          isOfInterest = true
          isArranged = false
        }
      }
    }
    if isOfInterest { handler(isArranged) }
  }
}

/// What one inotify descriptor watches, and what its events mean.
struct FolderArrangement: Sendable {
  enum Meaning { case nothing, plugin, folder }

  /// What is waited for in one folder.
  private struct Place {
    /// The folder holds plugins; other files in it may matter too.
    var holdsPlugins = false
    var isForPluginsOnly = false
    /// Names of folders on the way to plugins.
    var folderNames: Set<String> = []
  }

  private static let fileEvents =
    IN_CLOSE_WRITE | IN_MODIFY | IN_ATTRIB | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO
  private static let folderEvents = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO
  private static let endEvents = IN_DELETE_SELF | IN_MOVE_SELF

  /// Looks at one folder while those above it come and go.
  private static let maximumAttempts = 8

  let descriptor: Int32
  private var places: [Int32: Place] = [:]

  /// Blocks, though not for long. Nil when there can be no watch at all, or not enough of them.
  init?(_ folders: [PluginFolder]) {
    descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
    guard descriptor >= 0 else { return nil }
    for folder in folders where !arrange(folder, attempts: Self.maximumAttempts) {
      close(descriptor)
      return nil
    }
  }

  private mutating func arrange(_ folder: PluginFolder, attempts: Int) -> Bool {
    let path = folder.path.hasPrefix("/") ? folder.path : "./" + folder.path
    switch add(path, Self.fileEvents | Self.endEvents) {
    case .none: return false
    case .some(-1): break
    case .some(let number):
      places[number, default: Place()].holdsPlugins = true
      if folder.isForPluginsOnly { places[number]?.isForPluginsOnly = true }
    }
    // The folder itself may be replaced or come later, so the one above it is watched, or the nearest that there is.
    var child = path
    while child != "/", child != "." {
      let parent = parentFolder(of: child)
      switch add(parent, Self.folderEvents | Self.endEvents) {
      case .none: return false
      case .some(-1):
        child = parent
        continue
      case .some(let number):
        places[number, default: Place()].folderNames.insert(Self.name(of: child))
      }
      // It may have come between the two looks.
      guard child != path, access(child, F_OK) == 0, attempts > 1 else { return true }
      return arrange(folder, attempts: attempts - 1)
    }
    return true
  }

  /// The watch's number, -1 when the folder does not exist or cannot be read, nil when the system has no watches left.
  private func add(_ path: String, _ events: Int32) -> Int32? {
    let number = inotify_add_watch(descriptor, path, UInt32(events | IN_ONLYDIR | IN_MASK_ADD))
    guard number < 0 else { return number }
    let reason = filmgate_errno()
    return reason == ENOSPC || reason == ENOMEM ? nil : -1
  }

  private static func name(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
  }

  func meaning(of event: InotifyEvent) -> Meaning {
    let mask = Int32(bitPattern: event.mask)
    // Events were lost, or a folder is gone.
    if mask & (IN_Q_OVERFLOW | IN_IGNORED | IN_UNMOUNT | Self.endEvents) != 0 { return .folder }
    guard let place = places[event.watch] else { return .nothing }
    if place.folderNames.contains(event.name), mask & Self.folderEvents != 0 { return .folder }
    guard place.holdsPlugins else { return .nothing }
    // Without a name it is the folder's own permissions.
    if event.name.isEmpty || place.isForPluginsOnly && !event.name.hasPrefix(".") { return .plugin }
    return PluginFileName.isPlugin(event.name) ? .plugin : .nothing
  }
}

/// One event as the kernel writes it: four 32-bit numbers (watch, mask, cookie, length), then the name with zeros.
struct InotifyEvent {
  var watch: Int32
  var mask: UInt32
  var name: String

  static func all(in bytes: ArraySlice<UInt8>) -> [InotifyEvent] {
    var events: [InotifyEvent] = []
    var rest = bytes
    func number(_ offset: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(rest[rest.startIndex + offset + $1]) << (8 * UInt32($1)) }
    }
    while rest.count >= 16 {
      let length = Int(number(12))
      guard rest.count >= 16 + length else { break }
      let name = rest.dropFirst(16).prefix(length).prefix { $0 != 0 }
      events.append(
        InotifyEvent(
          watch: Int32(bitPattern: number(0)), mask: number(4), name: String(decoding: name, as: UTF8.self)))
      rest = rest.dropFirst(16 + length)
    }
    return events
  }
}
