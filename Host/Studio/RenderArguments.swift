// SPDX-License-Identifier: Apache-2.0

/// The ffmpeg command line for a clip.
enum RenderArguments {
  static func ffmpeg(_ clip: ClipSpecification, textPath: String?, output: String) -> [String] {
    let size = "\(clip.widthPixels)x\(clip.heightPixels)"
    let rate = String(clip.framesPerSecond)
    var arguments = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-threads", "1"]
    if let background = clip.backgroundPath {
      arguments += ["-i", "file:\(background)"]
    } else {
      arguments += [
        "-f", "lavfi", "-i", "color=c=\(color(for: clip.text ?? "")):s=\(size):r=\(rate):d=\(clip.seconds)",
      ]
    }
    if clip.hasAudio {
      arguments += ["-f", "lavfi", "-i", "sine=frequency=330:sample_rate=44100:duration=\(clip.seconds)"]
    }
    var filters: [String] = []
    if clip.backgroundPath != nil {
      filters.append("scale=\(clip.widthPixels):\(clip.heightPixels):force_original_aspect_ratio=increase")
      filters.append("crop=\(clip.widthPixels):\(clip.heightPixels)")
      filters.append("setsar=1")
      // The picture is read once and shown again and again: reading it for every frame takes a minute for a large one,
      // and for ever for one that cannot be read.
      filters.append("loop=loop=-1:size=1:start=0,settb=1/\(rate),setpts=N")
    }
    if let textPath {
      let font = max(12, clip.heightPixels / 18)
      filters.append(
        "drawtext=textfile=\(escape(textPath)):expansion=none:fontcolor=white:fontsize=\(font):box=1:boxcolor=black@0.4"
          + ":boxborderw=\(font / 2):line_spacing=\(font / 4):x=(w-text_w)/2:y=(h-text_h)/2")
      filters.append(
        "drawtext=text=%{pts\\\\:hms}:fontcolor=white:fontsize=\(font):x=w-text_w-\(font):y=h-text_h-\(font)")
    }
    if !filters.isEmpty { arguments += ["-vf", filters.joined(separator: ",")] }
    arguments += ["-map", "0:v:0"]
    if clip.hasAudio { arguments += ["-map", "1:a:0", "-c:a", "aac", "-b:a", "96k"] }
    arguments += [
      "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-r", rate,
      "-t", String(clip.seconds), "-movflags", "+faststart", "-f", "mp4", output,
    ]
    return arguments
  }

  /// Characters that end an option inside a filter graph.
  static func escape(_ path: String) -> String {
    var escaped = ""
    for character in path {
      if "\\':,;[]%".contains(character) { escaped += "\\" }
      escaped.append(character)
    }
    return escaped
  }

  /// A calm colour of its own for every text (FNV-1a), so that clips can be told apart.
  static func color(for text: String) -> String {
    var hash: UInt32 = 2_166_136_261
    for byte in text.utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
    let parts = [hash & 0x3F, hash >> 8 & 0x3F, hash >> 16 & 0x3F].map { Int($0) + 0x28 }
    return "0x" + parts.map { String($0, radix: 16) }.joined()
  }
}
