// SPDX-License-Identifier: Apache-2.0

import HTTPServer
import Network
import VideoDocuments

/// Head fields of content, wherever it comes from.
enum ContentHeaders {
  static let octets = "application/octet-stream"

  /// What every answer with content says: nobody but the caller keeps it, and no browser guesses what it is.
  static func common(fileName: String) -> HTTPHeaders {
    [
      "Cache-Control": "private", "Content-Disposition": "inline; filename=\"\(fileName)\"",
      "X-Content-Type-Options": "nosniff",
    ]
  }

  /// The name under which a browser saves it: the job's id, what it is, and the end for its type.
  static func fileName(_ jobID: String, kind: String, number: Int, mediaType: String) -> String {
    let end = MediaType.allCases.first { $0.name == mediaType }?.fileExtension ?? "bin"
    let part = kind == "video" ? (number > 1 ? "-\(number)" : "") : "-\(kind)"
    return plain("\(jobID)\(part).\(end)")
  }

  /// A media type that may be said to a browser: pictures, sound and video, never a page or a program.
  static func safe(_ mediaType: String?) -> String? {
    guard let type = mediaType?.split(separator: ";").first?.lowercased(),
      ["video/", "image/", "audio/"].contains(where: { type.hasPrefix($0) }), type != "image/svg+xml",
      type.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") }), type.utf8.count <= 64
    else { return nil }
    return type
  }

  /// The type of an output when neither its bytes nor its server tell.
  static func assumed(_ output: VideoOutput) -> String {
    if let given = safe(output.mediaType) { return given }
    switch output.kind {
    case "video": return MediaType.mp4.name
    case "last_frame": return MediaType.png.name
    case "thumbnail": return MediaType.jpeg.name
    default: return octets
    }
  }

  private static func plain(_ text: String) -> String {
    let bytes = text.utf8.filter { byte in
      (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte)
        || [UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: ".")].contains(byte)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
