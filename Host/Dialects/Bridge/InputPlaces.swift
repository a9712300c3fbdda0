// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
public import VideoDocuments

/// Where in a body the inputs stood that a plugin's `decode` took out of it, so that callers are told of them by the
/// names that they gave. Links to elsewhere are left out: nothing is said of these before the planner has seen them.
public struct InputPlaces: Sendable {
  /// By the input's position in the request.
  private var places: [Int: String] = [:]

  public init() {}

  public init(of request: VideoRequest, in document: [UInt8]) {
    let inline = request.inputs.indices.filter { Self.isInline(request.inputs[$0].url) }
    guard !inline.isEmpty, let body = try? JSON(parsing: document, limits: .lenient) else { return }
    var found: [String: [String]] = [:]
    Self.collect(body, "", Set(inline.compactMap { request.inputs[$0].url }), &found)
    for index in inline {
      guard let url = request.inputs[index].url, let place = found[url]?.first else { continue }
      places[index] = place
      // The same text once more is the next input.
      if found[url]?.count ?? 0 > 1 { found[url]?.removeFirst() }
    }
  }

  subscript(_ index: Int) -> String { places[index] ?? "inputs[\(index)]" }

  private static func isInline(_ url: String?) -> Bool {
    guard let url, InlineMedia.name(of: url) == nil else { return false }
    let scheme = url.prefix { $0 != ":" }
    return scheme.utf8.count == url.utf8.count || scheme.lowercased() == "data"
  }

  private static func collect(_ json: JSON, _ path: String, _ wanted: Set<String>, _ found: inout [String: [String]]) {
    switch json {
    case .string(let text) where wanted.contains(text): found[text, default: []].append(path)
    case .array(let elements):
      for (index, element) in elements.enumerated() { collect(element, "\(path)[\(index)]", wanted, &found) }
    case .object(let object):
      for (name, value) in object { collect(value, path.isEmpty ? name : "\(path).\(name)", wanted, &found) }
    default: break
    }
  }
}
