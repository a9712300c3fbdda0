// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
public import VideoDocuments

/// The built-in renderer as a model among the others, so that it is planned, priced and shown like them.
public enum StudioManifest {
  /// The id under which jobs remember it.
  public static let pluginID = "studio"

  public static let manifest: Manifest = {
    do {
      return try Manifest(json)
    } catch {
      // The text is part of the program: a test reads it.
      preconditionFailure("the built-in manifest: \(error)")
    }
  }()

  private static let json: JSON = [
    "manifest": 1,
    "id": "studio",
    "version": "1.0.0",
    "name": "Studio",
    "summary": "Renders stand-in clips on this machine with ffmpeg: no provider, no key, no cost.",
    "licence": "Apache-2.0",
    "operations": [],
    "profiles": [["id": "local", "name": "This machine", "base_url": "", "authentication": []]],
    "polling": ["first_ms": 10, "interval_ms": 500],
    "models": [
      [
        "id": "studio",
        "name": "Studio",
        "summary": "A real MP4 of the asked-for size, duration, frame rate and sound, with the prompt drawn in.",
        "fields": [
          "prompt": ["type": "text", "maximum_characters": 4000],
          "duration_seconds": ["type": "integer", "minimum": 1, "maximum": 60, "default": 5],
          "aspect_ratio": [
            "type": "text", "values": ["16:9", "4:3", "1:1", "3:4", "9:16", "21:9"], "default": "16:9",
          ],
          "resolution": ["type": "text", "values": ["480p", "720p", "1080p"], "default": "480p"],
          "width": ["type": "integer", "minimum": 16, "maximum": 4096, "step": 2],
          "height": ["type": "integer", "minimum": 16, "maximum": 4096, "step": 2],
          "fps": ["type": "integer", "minimum": 1, "maximum": 60, "default": 24],
          "audio": ["type": "flag", "default": true],
          "seed": ["type": "integer"],
        ],
        "inputs": [["kind": "image", "role": "first_frame", "maximum": 1, "forms": ["data"]]],
        "sizes": [
          "480p": [
            "16:9": [854, 480], "4:3": [640, 480], "1:1": [480, 480], "3:4": [480, 640], "9:16": [480, 854],
            "21:9": [1120, 480],
          ],
          "720p": [
            "16:9": [1280, 720], "4:3": [960, 720], "1:1": [720, 720], "3:4": [720, 960], "9:16": [720, 1280],
            "21:9": [1680, 720],
          ],
          "1080p": [
            "16:9": [1920, 1080], "4:3": [1440, 1080], "1:1": [1080, 1080], "3:4": [1080, 1440],
            "9:16": [1080, 1920], "21:9": [2520, 1080],
          ],
        ],
        "frame_rate": 24,
        "price": ["currency": "USD", "unit": "video", "rows": [["amount": "0"]]],
        "typical_seconds": 3,
      ]
    ],
  ]
}
