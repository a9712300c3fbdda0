// SPDX-License-Identifier: Apache-2.0

import VideoDocuments

/// What a request's method and path lead to.
struct Route: Sendable {
  var format: WireFormat
  var action: Action
  /// The path's pattern, such as `/v1/videos/{id}`: for logs and metrics, so that ids make no labels.
  var pattern: String
  /// As a plugin's `decode` gets it, without headers; for the host's own routes with the query alone.
  var head: RequestHead

  /// What is asked for, where the host knows it without decoding.
  enum Action: Sendable, Hashable {
    case create
    case get(String)
    case list
    case cancel(String)
    case remove(String)
    case content(String)
    case events(String)
    /// The job with another prompt.
    case remix(String)
    /// The job once more.
    case again(String)
    case edit
    case extend
    /// The plugin's `decode` says what is asked for.
    case decoded
    case models
    case model(String)
    /// The job with everything that is kept of it, for the command line.
    case record(String)
    case records
    /// A job from a canonical request, or from a body in any format that is recognized.
    case submit
    /// What a body in any format that is recognized asks for, as a canonical request.
    case decode
    case history(String)
    case plugins
    /// For keys that may look after the gateway itself.
    case administer(AdministrationRequest)
    case health
    case ready
    case metrics
    case openAPI
    case callback(String)
    case welcome
    /// Known to clients of the format, and not offered here; the sentence says what instead.
    case notOffered(String)
  }

  /// Whether anybody may ask without a key.
  var isPublic: Bool {
    switch action {
    case .health, .ready, .metrics, .openAPI, .callback, .welcome: true
    default: false
    }
  }
}

/// Why no route was found.
struct RouteMiss: Error, Sendable {
  enum Reason: Sendable, Hashable {
    case notFound
    case wrongMethod(allowed: [String])
    /// Broken percent-encoding, or segments that no path may have.
    case badTarget
  }

  var reason: Reason
  /// The format in which to say so.
  var format: WireFormat
}
