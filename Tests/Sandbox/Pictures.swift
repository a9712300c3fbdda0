// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Pictures made by ffmpeg.
enum Pictures {
  /// A picture of one colour, as a PNG; with `noise` one that does not compress.
  static func png(width: Int, height: Int, color: String = "0xCC2222", noise: Bool = false) throws -> [UInt8] {
    let path = "\(NSTemporaryDirectory())/filmgate-picture-\(UUID().uuidString).png"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let filter = noise ? ",noise=alls=100:allf=t" : ""
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i",
      "color=c=\(color):s=\(width)x\(height)\(filter)", "-frames:v", "1", path,
    ]
    try process.run()
    process.waitUntilExit()
    return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  /// Red, green and blue of a clip's first picture, averaged over its upper quarter, where no text stands.
  static func upperColor(ofClip bytes: [UInt8]) throws -> [Int] {
    let path = "\(NSTemporaryDirectory())/filmgate-clip-\(UUID().uuidString).mp4"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "ffmpeg", "-nostdin", "-v", "error", "-i", path, "-frames:v", "1", "-vf", "crop=iw:ih/4:0:0,scale=1:1", "-f",
      "rawvideo", "-pix_fmt", "rgb24", "-",
    ]
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return output.map { Int($0) }
  }
}
