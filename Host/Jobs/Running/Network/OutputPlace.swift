// SPDX-License-Identifier: Apache-2.0

import Network
import Store
import VideoDocuments

/// Where an output is to stand.
struct OutputPlace: Equatable {
  var folder: String
  /// Without the end that tells the type.
  var stem: String
  /// With the dot; nil: by what the file turns out to be.
  var fileExtension: String?
  /// Whether it is the very path that the caller gave.
  var isWanted = false

  /// The clip stands where the caller wants it; a second one and side outputs stand beside it under derived names.
  init(_ job: JobRecord, index: Int, defaultFolder: String) {
    let output = job.task.outputs.indices.contains(index) ? job.task.outputs[index] : nil
    let clips = job.task.outputs.indices.filter { job.task.outputs[$0].kind == "video" }
    if let path = job.outputPath {
      (folder, stem, fileExtension) = Self.split(path)
    } else {
      (folder, stem, fileExtension) = (defaultFolder, "filmgate-\(job.id)", nil)
    }
    guard let output, output.kind == "video" else {
      stem += "-" + (output.map { Self.word($0.kind) } ?? "output")
      // The clip's own end would be wrong for a picture.
      fileExtension = nil
      if job.task.outputs.indices.prefix(index).contains(where: { job.task.outputs[$0].kind == output?.kind }) {
        stem += "-\(index + 1)"
      }
      return
    }
    let number = clips.firstIndex(of: index) ?? 0
    if number > 0 { stem += "-\(number + 1)" }
    isWanted = number == 0 && job.outputPath != nil
  }

  /// The path for a file of that type; `number` from 2 on tells it from files that are there already.
  func path(for type: MediaType?, number: Int = 1) -> String {
    let end = fileExtension ?? type.map { ".\($0.fileExtension)" } ?? ".bin"
    let name = number == 1 ? stem : "\(stem)-\(number)"
    return folder.hasSuffix("/") ? "\(folder)\(name)\(end)" : "\(folder)/\(name)\(end)"
  }

  private static func split(_ path: String) -> (folder: String, stem: String, fileExtension: String?) {
    var folder = "."
    var name = path[...]
    if let slash = path.lastIndex(of: "/") {
      folder = slash == path.startIndex ? "/" : String(path[..<slash])
      name = path[path.index(after: slash)...]
    }
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return (folder, String(name), nil) }
    return (folder, String(name[..<dot]), String(name[dot...]))
  }

  /// A kind is a plugin's word; in a file's name only plain letters stand.
  private static func word(_ kind: String) -> String {
    let plain = kind.utf8.prefix(32).filter { byte in
      (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x5F
    }
    return plain.isEmpty ? "output" : String(decoding: plain, as: UTF8.self)
  }
}
