// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Network
public import VideoDocuments

extension InlineMedia {
  /// Takes the media out of a decoded request that the hoister had to leave in the body: base64 too short to be told
  /// from a word before it was known to be a picture. Writes small files.
  ///
  /// - Returns: `media` and those that were added; every `filmgate-asset:` link of the request names one of them.
  /// - Throws: for a link that names none, and for a `data:` link that is not base64.
  public static func complete(
    _ media: [HoistedMedia], for request: inout VideoRequest, folder: String = "/tmp",
    places: InputPlaces = InputPlaces()
  ) throws(Failure) -> [HoistedMedia] {
    var media = media
    for index in request.inputs.indices {
      guard let link = request.inputs[index].url else { continue }
      let place = places[index]
      if let name = name(of: link) {
        guard media.contains(where: { $0.name == name }) else {
          throw Failure(
            .invalid, "\(place) is a \(scheme): link, which only Filmgate itself makes.", field: place,
            advice: "Give an http or https link, a data: link or base64.")
        }
        continue
      }
      guard let text = try base64(in: link, place) else { continue }
      let file = try store(text.characters, place, folder)
      let name = "inline-\(media.count + 1)"
      media.append(
        HoistedMedia(
          name: name, file: file.file, byteCount: file.byteCount, declaredType: text.declaredType, place: place))
      request.inputs[index].url = "\(scheme):\(name)"
    }
    return media
  }

  /// The base64 in a `data:` link or in a text that is nothing else; nil for links to elsewhere.
  private static func base64(
    in link: String, _ place: String
  ) throws(Failure) -> (characters: Substring, declaredType: String?)? {
    guard let colon = link.firstIndex(of: ":") else { return (link[...], nil) }
    guard link[..<colon].lowercased() == "data" else { return nil }
    let rest = link[link.index(after: colon)...]
    guard let comma = rest.firstIndex(of: ","), rest[..<comma].lowercased().hasSuffix(";base64") else {
      throw Failure(
        .invalid, "\(place) is a data: link without base64.", field: place,
        advice: "Write it as data:TYPE;base64,… or give a link.")
    }
    let type = rest[..<comma].split(separator: ";", omittingEmptySubsequences: false).first.map(String.init) ?? ""
    return (rest[rest.index(after: comma)...], type.isEmpty ? nil : type)
  }

  private static func store(
    _ characters: Substring, _ place: String, _ folder: String
  ) throws(Failure) -> (file: HoistedFile, byteCount: Int64) {
    guard let bytes = try? Base64.decode(String(characters)) else {
      throw Failure(
        .invalid, "\(place) is neither a link nor base64.", field: place,
        advice: "Give an http or https link, a data: link or base64 without line breaks.")
    }
    do throws(SystemFailure) {
      let file = try HoistedFile(folder: folder)
      try file.write(bytes)
      return (file, Int64(bytes.count))
    } catch {
      throw MediaDecoder.failure(error)
    }
  }
}
