// SPDX-License-Identifier: Apache-2.0

import CLinux
import Dialects
import EventLoop
import Glibc
import Network
import Store
import VideoDocuments

/// Turns typed inputs into the request's inputs and the job's assets: sniffed, measured, hashed.
struct InputLoader: Sendable {
  /// Where copies of what is not a file of the user's are kept until the job is submitted.
  let assetFolder: String
  let client: HTTPClient

  /// Loads one input under the id that the request will use for it.
  func load(_ argument: InputArgument, id: String, option: String) async throws(Failure) -> (MediaInput, JobAsset?) {
    switch argument.source {
    case .link(let link):
      var input = MediaInput(kind: argument.kind ?? .image, role: argument.role, url: link)
      input.role = argument.role
      return (input, nil)
    case .file(let path): return try await file(path, isOwned: false, argument, id, option)
    case .standardInput:
      return try await file(try await spool(.standardInput, option), isOwned: true, argument, id, option)
    case .inline(let text):
      return try await file(try await spool(.dataURL(text), option), isOwned: true, argument, id, option)
    }
  }

  private func file(
    _ path: String, isOwned: Bool, _ argument: InputArgument, _ id: String, _ option: String
  ) async throws(Failure) -> (MediaInput, JobAsset?) {
    let asset: Asset
    do throws(AssetFailure) {
      asset = try await AssetLoader(client: client).load(.file(path: path))
    } catch {
      throw AssetText.failure(error, option: option)
    }
    let kind = asset.mediaType.kind
    if let wanted = argument.kind, wanted != kind {
      throw Failure(
        .invalid,
        "\(option): \(asset.name) is \(asset.mediaType.name), not \(wanted == .image ? "an" : "a") \(wanted.rawValue).",
        field: option, advice: "give \(wanted == .image ? "an image" : "a \(wanted.rawValue)")")
    }
    return (
      describe(asset, id: id, role: argument.role), stored(asset, id: id, path: absolute(path), isOwned: isOwned)
    )
  }

  /// Copies a stream or inline bytes to a file of ours.
  private func spool(_ source: AssetSource, _ option: String) async throws(Failure) -> String {
    let asset: Asset
    do throws(AssetFailure) {
      asset = try await AssetLoader(client: client).load(source)
    } catch {
      throw AssetText.failure(error, option: option)
    }
    return try await Blocking.run { () -> Result<String, Failure> in
      do throws(Failure) { return .success(try copy(asset)) } catch { return .failure(error) }
    }.get()
  }

  private func copy(_ asset: Asset) throws(Failure) -> String {
    var path = ""
    for part in assetFolder.split(separator: "/") {
      path += "/\(part)"
      mkdir(path, 0o700)
    }
    // Named by content: the same bytes twice are one file.
    let target = "\(assetFolder)/\(asset.digest.hexadecimal).\(asset.mediaType.fileExtension)"
    let output = filmgate_open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard output >= 0 else { throw diskFailure() }
    defer { close(output) }
    var offset: Int64 = 0
    var buffer = [UInt8](repeating: 0, count: 128 * 1024)
    while offset < asset.byteCount {
      let count = pread(asset.file.descriptor, &buffer, buffer.count, off_t(offset))
      if count < 0, errno == EINTR { continue }
      guard count > 0, write(output, buffer, count) == count else { throw diskFailure() }
      offset += Int64(count)
    }
    guard fsync(output) == 0 else { throw diskFailure() }
    return target
  }

  /// Keeps media that stood in a request's body; tells what they are.
  func keep(_ media: HoistedMedia, id: String) async throws(Failure) -> (JobAsset, MediaInput) {
    guard let descriptor = try? media.file.duplicate(), let file = AssetFile(taking: descriptor) else {
      throw diskFailure()
    }
    let asset: Asset
    do throws(AssetFailure) {
      asset = try Asset(inspecting: file, name: media.place, limitBytes: AssetLoader.defaultLimitBytes)
    } catch {
      throw AssetText.failure(error, option: media.place)
    }
    let path = try await Blocking.run { () -> Result<String, Failure> in
      do throws(Failure) { return .success(try copy(asset)) } catch { return .failure(error) }
    }.get()
    let input = describe(asset, id: id, role: nil)
    return (stored(asset, id: id, path: path, isOwned: true), input)
  }

  private func describe(_ asset: Asset, id: String, role: String?) -> MediaInput {
    var input = MediaInput(kind: asset.mediaType.kind, role: role, asset: id)
    input.mediaType = asset.mediaType.name
    input.byteCount = asset.byteCount
    input.widthPixels = asset.pixelSize?.width
    input.heightPixels = asset.pixelSize?.height
    input.durationSeconds = asset.durationMilliseconds.map { Double($0) / 1_000 }
    return input
  }

  private func stored(_ asset: Asset, id: String, path: String, isOwned: Bool) -> JobAsset {
    JobAsset(
      id: id, path: path, mediaType: asset.mediaType.name, byteCount: asset.byteCount,
      sha256: asset.digest.hexadecimal, isOwnedCopy: isOwned)
  }

  private func diskFailure() -> Failure {
    Failure(
      .internal, "An input could not be copied to \(assetFolder): \(String(cString: strerror(errno))).",
      advice: "make room on the disk; nothing was bought")
  }

  private func absolute(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}

/// Why an input cannot be taken, as a failure of the option that named it.
enum AssetText {
  static func failure(_ failure: AssetFailure, option: String) -> Failure {
    func invalid(_ message: String, _ advice: String) -> Failure {
      Failure(.invalid, "\(option): \(message)", field: option, advice: advice)
    }
    func system(_ number: Int32) -> String { String(cString: strerror(number)) }
    switch failure {
    case .notFound(let name): return invalid("there is no file \(name).", "check the path")
    case .unreadable(let name, let number):
      return invalid("\(name) cannot be read: \(system(number)).", "check the file's rights")
    case .notAFile(let name): return invalid("\(name) is not a file.", "give a file, a link or -")
    case .empty(let name): return invalid("\(name) is empty (0 bytes).", "give an image, video or sound")
    case .tooLarge(let name, let limit):
      return invalid("\(name) is larger than \(ByteText.text(limit)).", "make it smaller")
    case .unknownMediaType(let name):
      return invalid(
        "\(name) is no image, video or sound that is known by its first bytes.",
        "give png, jpeg, webp, gif, bmp, tiff, heic, mp4, mov, webm, mp3, wav, m4a, aac or ogg")
    case .truncatedHeader(let name, let type):
      return invalid("\(name) begins like \(type.name) and ends before its header does.", "give the whole file")
    case .malformedData(let offset):
      return invalid(
        "the data URL is not valid base64" + (offset.map { " (at byte \($0))." } ?? "."), "check where it was cut")
    case .malformedURL(let reason): return invalid("the link is not usable: \(reason).", "give an http or https link")
    case .fetchFailed(let name, let reason):
      return Failure(
        .unreachable, "\(option): \(name) could not be fetched: \(reason.detail).", field: option,
        advice: "check the link and the network; nothing was bought")
    case .fetchRefused(let name, let status):
      return invalid("\(name) answered with HTTP \(status).", "check the link")
    case .temporaryFile(let number):
      return Failure(
        .internal, "\(option): no temporary file could be written: \(system(number)).", field: option,
        advice: "make room on the disk or set TMPDIR; nothing was bought")
    }
  }
}
