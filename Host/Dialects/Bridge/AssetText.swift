// SPDX-License-Identifier: Apache-2.0

import Glibc
public import Network
public import VideoDocuments

/// Why an input cannot be taken, as a failure of the option that named it.
public enum AssetText {
  public static func failure(_ failure: AssetFailure, option: String) -> Failure {
    func invalid(_ message: String, _ advice: String) -> Failure {
      // Where the file has no name of its own, it is called by that of the option.
      let sentence = message.hasPrefix("\(option) ") ? message : "\(option): \(message)"
      return Failure(.invalid, sentence, field: option, advice: advice)
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
