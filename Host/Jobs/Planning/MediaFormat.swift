// SPDX-License-Identifier: Apache-2.0

/// Short names of media formats, as model facts write them.
enum MediaFormat {
  /// The short name of a media type: `image/jpeg` is `jpeg`, `video/quicktime` is `mov`, `audio/mpeg` is `mp3`.
  static func name(_ mediaType: String) -> String {
    let parts = mediaType.split(separator: ";")[0].lowercased().split(separator: "/")
    guard parts.count == 2 else { return canonical(mediaType) }
    let subtype = String(parts[1].filter { $0 != " " })
    if parts[0] == "audio", subtype == "mp4" { return "m4a" }
    if parts[0] == "audio", subtype == "mpeg" { return "mp3" }
    return canonical(subtype)
  }

  /// One name for the several that a format has.
  static func canonical(_ name: String) -> String {
    switch name.lowercased() {
    case "jpg", "pjpeg": "jpeg"
    case "quicktime": "mov"
    case "mpga", "x-mp3", "mpeg3": "mp3"
    case "x-wav", "wave", "vnd.wave": "wav"
    case "x-m4a": "m4a"
    case "x-ms-bmp": "bmp"
    case "tif": "tiff"
    case let other: other
    }
  }
}
