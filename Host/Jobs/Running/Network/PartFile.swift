// SPDX-License-Identifier: Apache-2.0

import CLinux
import EventLoop
import Glibc
import Network
import Store
import VideoDocuments

/// The file under which a download grows, in the folder where it is to stay, so that a rename ends it.
struct PartFile: Sendable {
  static let diskAdvice = "Make room or choose another path; the clip is kept at the provider until then."
  /// Names that are tried when the wanted one is taken.
  private static let maximumNames = 1_000

  let folder: String
  let name: String

  private var path: String { folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)" }

  /// Creates it, or empties what a killed process left of it. It is this process's alone until it is closed.
  func open() async throws(CollectTrouble) -> Int32 {
    let result = await Blocking.run { () -> Result<Int32, CollectTrouble> in
      makeFolders()
      let descriptor = filmgate_open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666)
      guard descriptor >= 0 else { return .failure(.disk(trouble("cannot be made"))) }
      // Machines that share a folder may both believe that the job is theirs.
      let isTaken = flock(descriptor, LOCK_EX | LOCK_NB) != 0 && filmgate_errno() == EWOULDBLOCK
      guard !isTaken, isStillNamed(descriptor) else {
        close(descriptor)
        return .failure(.unreachable(Failure(.unreachable, "Another process is fetching the clip to \(folder).")))
      }
      guard ftruncate(descriptor, 0) == 0 else {
        let failure = trouble("cannot be emptied")
        close(descriptor)
        return .failure(.disk(failure))
      }
      return .success(descriptor)
    }
    return try result.get()
  }

  /// Whether the file still has this name alone: else its last owner has just given it its final one.
  private func isStillNamed(_ descriptor: Int32) -> Bool {
    var opened = stat()
    var named = stat()
    return fstat(descriptor, &opened) == 0 && lstat(path, &named) == 0 && opened.st_ino == named.st_ino
      && opened.st_dev == named.st_dev && opened.st_nlink == 1
  }

  func discard(_ descriptor: Int32) async {
    await Blocking.run {
      close(descriptor)
      unlink(path)
    }
  }

  /// Checks what was downloaded and gives it its name. Blocks; closes the descriptor.
  func settle(
    _ descriptor: Int32, at place: OutputPlace, _ output: VideoOutput, index: Int, mayReplace: Bool
  ) -> Result<ArchivedFile, CollectTrouble> {
    defer { close(descriptor) }
    let type: MediaType?
    switch ClipCheck.examine(descriptor, isClip: output.kind == "video") {
    case .whole(let found): type = found
    case .unreadable: return .failure(.disk(trouble("cannot be read back")))
    case .empty: return rejected("is empty", output)
    case .notAClip: return rejected("is no video", output)
    case .cut: return rejected("is cut short", output)
    }
    guard case .success(let digest) = SHA256Hasher.digest(ofFile: descriptor) else {
      return .failure(.disk(trouble("cannot be read back")))
    }
    guard fsync(descriptor) == 0 else { return .failure(.disk(trouble("cannot be synced"))) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return .failure(.disk(trouble("cannot be read back"))) }
    var file = ArchivedFile(
      outputIndex: index, kind: output.kind, path: "", byteCount: Int64(status.st_size), sha256: digest.hexadecimal,
      mediaType: type?.name ?? output.mediaType)
    if type == .mp4 || type == .mov { file.describe(ClipFacts(ofFile: descriptor)) }
    if mayReplace {
      file.path = place.path(for: type)
      guard rename(path, file.path) == 0 else { return .failure(.disk(trouble("cannot be named \(file.path)"))) }
      synchronizeFolder()
      return .success(file)
    }
    for number in 1...Self.maximumNames {
      file.path = place.path(for: type, number: number)
      if link(path, file.path) == 0 {
        unlink(path)
        synchronizeFolder()
        return .success(file)
      }
      let code = filmgate_errno()
      if code == EEXIST {
        // It may be this very clip, from a process that was killed before it could write that down.
        if isSame(file) {
          unlink(path)
          return .success(file)
        }
        continue
      }
      // A file system without hard links: rename, which would write over a file that appeared just now.
      if [EPERM, EOPNOTSUPP, ENOSYS, EMLINK].contains(code), access(file.path, F_OK) != 0, rename(path, file.path) == 0
      {
        synchronizeFolder()
        return .success(file)
      }
      return .failure(.disk(trouble("cannot be named \(file.path)")))
    }
    return .failure(
      .disk(Failure(.internal, "There are too many files named \(place.path(for: type)).", charged: .yes)))
  }

  private func isSame(_ file: ArchivedFile) -> Bool {
    let descriptor = filmgate_open(file.path, O_RDONLY | O_CLOEXEC, 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, Int64(status.st_size) == file.byteCount,
      case .success(let digest) = SHA256Hasher.digest(ofFile: descriptor)
    else { return false }
    return digest.hexadecimal == file.sha256
  }

  private func rejected(_ what: String, _ output: VideoOutput) -> Result<ArchivedFile, CollectTrouble> {
    unlink(path)
    // A signed link carries its secret in the query.
    let link = Sentence.printable(String(output.url.prefix { $0 != "?" }))
    return .failure(
      .invalidContent(Failure(.upstream, "What the link to the clip gives \(what) (\(link)).", charged: .yes)))
  }

  private func makeFolders() {
    var made = folder.hasPrefix("/") ? "/" : ""
    for part in folder.split(separator: "/") {
      made += made.isEmpty || made.hasSuffix("/") ? String(part) : "/\(part)"
      // What cannot be made shows when the file is opened.
      mkdir(made, 0o777)
    }
  }

  private func synchronizeFolder() {
    let descriptor = filmgate_open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  private func trouble(_ what: String) -> Failure {
    let why = String(cString: strerror(filmgate_errno()))
    return Failure(
      .internal, "The file for the clip in \(folder) \(what): \(why).", advice: Self.diskAdvice, charged: .yes)
  }
}

extension ArchivedFile {
  /// Takes what the file says of itself.
  fileprivate mutating func describe(_ facts: ClipFacts?) {
    guard let facts else { return }
    widthPixels = facts.pixelSize.width
    heightPixels = facts.pixelSize.height
    durationSeconds = facts.durationMilliseconds.map { Double($0) / 1_000 }
    framesPerSecond = facts.framesPerSecond
  }
}
