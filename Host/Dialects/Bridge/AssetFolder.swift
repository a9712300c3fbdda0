// SPDX-License-Identifier: Apache-2.0

import CLinux
import EventLoop
import Glibc
public import Network
import OrderedJSON
public import Store
public import VideoDocuments

/// Where inputs that are no files of the user's own are kept until their job needs them no more.
public struct AssetFolder: Sendable {
  public let path: String

  public init(path: String) { self.path = path }

  /// Makes assets of the media that stood in a decoded request, and gives its inputs what is known of them.
  ///
  /// - Throws: for media of unknown make, and for one that became no input: it would be sent as the name that stands
  ///   for it.
  @LoopActor public func adopt(
    _ media: [HoistedMedia], into request: inout VideoRequest, places: InputPlaces = InputPlaces()
  ) async throws(Failure) -> [JobAsset] {
    if media.isEmpty, request.inputs.isEmpty { return [] }
    let decoded = request
    let completed = await Blocking.run { () -> Result<(request: VideoRequest, media: [HoistedMedia]), Failure> in
      var request = decoded
      do throws(Failure) {
        let media = try InlineMedia.complete(media, for: &request, places: places)
        return .success((request, media))
      } catch {
        return .failure(error)
      }
    }
    let (whole, found) = try completed.get()
    request = whole
    var assets: [JobAsset] = []
    var adopted: Set<String> = []
    for index in request.inputs.indices {
      guard let link = request.inputs[index].url, let name = InlineMedia.name(of: link),
        let medium = found.first(where: { $0.name == name })
      else { continue }
      adopted.insert(name)
      // Inputs of an earlier job may stand beside them.
      let taken = Set(request.inputs.compactMap { $0.asset })
      let number = (1...).first { !taken.contains("a\($0)") } ?? 0
      let (asset, input) = try await keep(medium, id: "a\(number)")
      assets.append(asset)
      var complete = input
      complete.role = request.inputs[index].role
      request.inputs[index] = complete
    }
    let text = found.isEmpty ? "" : request.json.text
    if let stray = found.first(where: { medium in
      !adopted.contains(medium.name) && Self.mentions(text, medium.name)
    }) {
      throw Failure(
        .invalid, "\(stray.place) holds a picture, video or sound where the request takes none.", field: stray.place,
        advice: "give it as an input of the request, or as a link")
    }
    return assets
  }

  private static func mentions(_ text: String, _ name: String) -> Bool {
    text.split(separator: "\"").contains { $0 == "\(InlineMedia.scheme):\(name)" }
  }

  /// Keeps one medium; tells what it is.
  private func keep(_ media: HoistedMedia, id: String) async throws(Failure) -> (JobAsset, MediaInput) {
    guard let descriptor = try? media.file.duplicate(), let file = AssetFile(taking: descriptor) else {
      throw diskFailure()
    }
    let (asset, path) = try await Blocking.run { () -> Result<(Asset, String), Failure> in
      let asset: Asset
      do throws(AssetFailure) {
        asset = try Asset(inspecting: file, name: media.place, limitBytes: AssetLoader.defaultLimitBytes)
      } catch {
        return .failure(AssetText.failure(error, option: media.place))
      }
      do throws(Failure) { return .success((asset, try copy(asset))) } catch { return .failure(error) }
    }.get()
    return (
      Self.stored(asset, id: id, path: path, isOwned: true), Self.describe(asset, id: id, role: nil)
    )
  }

  /// Copies the bytes to a file of ours, which belongs to one job alone. Blocks.
  public func copy(_ asset: Asset) throws(Failure) -> String {
    var folder = ""
    for part in path.split(separator: "/") {
      folder += "/\(part)"
      mkdir(folder, 0o700)
    }
    let number = String(UInt64.random(in: .min ... .max), radix: 36)
    let target = "\(path)/\(asset.digest.hexadecimal.prefix(16))-\(number).\(asset.mediaType.fileExtension)"
    let output = filmgate_open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard output >= 0 else { throw diskFailure() }
    defer { close(output) }
    var offset: Int64 = 0
    var buffer = [UInt8](repeating: 0, count: 128 * 1024)
    while offset < asset.byteCount {
      let count = pread(asset.file.descriptor, &buffer, buffer.count, off_t(offset))
      if count < 0, errno == EINTR { continue }
      guard count > 0, write(output, buffer, count) == count else {
        let failure = diskFailure()
        unlink(target)
        throw failure
      }
      offset += Int64(count)
    }
    guard fsync(output) == 0 else {
      let failure = diskFailure()
      unlink(target)
      throw failure
    }
    return target
  }

  /// Deletes a copy that no job needs.
  @LoopActor public func remove(_ asset: JobAsset) {
    guard asset.isOwnedCopy else { return }
    let target = asset.path
    Blocking.start { unlink(target) }
  }

  /// What planning needs to know of an asset.
  public static func describe(_ asset: Asset, id: String, role: String?) -> MediaInput {
    var input = MediaInput(kind: asset.mediaType.kind, role: role, asset: id)
    input.mediaType = asset.mediaType.name
    input.byteCount = asset.byteCount
    input.widthPixels = asset.pixelSize?.width
    input.heightPixels = asset.pixelSize?.height
    input.durationSeconds = asset.durationMilliseconds.map { Double($0) / 1_000 }
    return input
  }

  /// What a job keeps of an asset.
  public static func stored(_ asset: Asset, id: String, path: String, isOwned: Bool) -> JobAsset {
    JobAsset(
      id: id, path: path, mediaType: asset.mediaType.name, byteCount: asset.byteCount,
      sha256: asset.digest.hexadecimal, isOwnedCopy: isOwned)
  }

  private func diskFailure() -> Failure {
    Failure(
      .internal, "An input could not be copied to \(path): \(String(cString: strerror(errno))).",
      advice: "make room on the disk; nothing was bought")
  }
}
