// SPDX-License-Identifier: Apache-2.0
import Dialects
import EventLoop
import Glibc
import Network
import VideoDocuments

/// An image, video or sound that stood inline in a body and now stands in a file.
struct ReceivedMedium: Sendable {
  let name: String
  /// Keeps the file: it has no name in any folder and is gone when this is.
  let file: AssetFile
  var byteCount: Int64 { file.byteCount }
  /// Such as `image/png`; nil when the bytes are of no known kind.
  var mediaType: String?
  var widthPixels: Int?
  var heightPixels: Int?
  var durationSeconds: Double?

  /// A path under which a program that we start can open the file.
  var path: String { "/proc/\(getpid())/fd/\(file.descriptor)" }

  /// Takes a file over and reads what its header tells. Blocks.
  private init(_ name: String, _ file: AssetFile) {
    self.name = name
    self.file = file
    guard let asset = try? Asset(inspecting: file, name: name, limitBytes: .max) else { return }
    mediaType = asset.mediaType.name
    widthPixels = asset.pixelSize?.width
    heightPixels = asset.pixelSize?.height
    durationSeconds = asset.durationMilliseconds.map { Double($0) / 1_000 }
  }

  /// Gives the inputs that name inline media what is known of the bytes, and gives the media.
  static func attach(
    _ hoisted: [HoistedMedia], to request: inout VideoRequest, folder: TemporaryFolder
  ) async throws(Failure) -> [ReceivedMedium] {
    var media: [ReceivedMedium] = []
    let decoded = request
    let completed = await Blocking.run { () -> Result<(request: VideoRequest, media: [HoistedMedia]), Failure> in
      var request = decoded
      do throws(Failure) {
        let media = try InlineMedia.complete(hoisted, for: &request, folder: folder.path)
        return .success((request, media))
      } catch {
        return .failure(error)
      }
    }
    let (whole, bodies) = try completed.get()
    request = whole
    for index in request.inputs.indices {
      guard let link = request.inputs[index].url, let name = InlineMedia.name(of: link),
        let body = bodies.first(where: { $0.name == name })
      else { continue }
      let medium = try await take(body)
      media.append(medium)
      request.inputs[index].url = nil
      request.inputs[index].asset = medium.name
      request.inputs[index].mediaType = medium.mediaType
      request.inputs[index].byteCount = medium.byteCount
      request.inputs[index].widthPixels = medium.widthPixels
      request.inputs[index].heightPixels = medium.heightPixels
      request.inputs[index].durationSeconds = medium.durationSeconds
    }
    return media
  }

  private static func take(_ body: HoistedMedia) async throws(Failure) -> ReceivedMedium {
    let medium = await Blocking.run { () -> ReceivedMedium? in
      guard let copy = try? body.file.duplicate(), let file = AssetFile(taking: copy) else { return nil }
      return ReceivedMedium(body.name, file)
    }
    guard let medium else { throw Failure(.internal, "The sandbox could not keep the inline media.") }
    return medium
  }
}
