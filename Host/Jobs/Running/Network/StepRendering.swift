// SPDX-License-Identifier: Apache-2.0

import CLinux
import EventLoop
import Glibc
public import Network
import OrderedJSON
public import Store
public import VideoDocuments

/// Makes the HTTP request that a plugin describes, as far as the plugin may decide it: address within the account's
/// bounds, headers that say nothing of the connection or the credentials, assets in their places. Not yet signed.
public enum StepRendering {
  /// Headers that are the host's business: framing, connection, credentials.
  static let forbiddenHeaders: Set<String> = [
    "authorization", "connection", "content-length", "cookie", "expect", "forwarded", "host", "keep-alive",
    "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "via",
    "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto",
  ]
  static let methods: Set<String> = ["GET", "POST", "PUT", "PATCH", "DELETE"]
  /// Bytes of all headers that a plugin sets.
  public static let maximumHeaderBytes = 32 << 10
  public static let userAgent = "filmgate"

  /// `boundary` separates the parts of a multipart body; nil: one made of the job's id, the same at every try.
  public static func request(
    _ step: HTTPStep, for job: JobRecord, route: JobRoute, boundary: String? = nil
  ) async throws(Failure) -> HTTPRequestDescription {
    let base = try baseURL(job.connection)
    let url = try url(of: step, base: base, route: route)
    var headers: [HTTPHeader] = []
    for header in step.headers {
      let header = HTTPHeader(header.name, header.value)
      guard header.isValid, !forbiddenHeaders.contains(header.name.lowercased()) else {
        throw fault("sets the header \(Sentence.printable(header.name)), which is not its own to set")
      }
      headers.append(header)
    }
    guard headers.reduce(0, { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }) <= maximumHeaderBytes else {
      throw fault("sets more than \(maximumHeaderBytes) bytes of headers")
    }
    guard methods.contains(step.method.uppercased()) else {
      throw fault("uses the method \(Sentence.printable(step.method))")
    }
    var request = HTTPRequestDescription(step.method.uppercased(), url)
    switch step.body {
    case nil: break
    case .segments(let segments, let mediaType):
      headers.removeAll { $0.name.lowercased() == "content-type" }
      headers.append(HTTPHeader("Content-Type", mediaType))
      request.body = MessageBody(try await self.segments(segments, job))
    case .multipart(let parts):
      let boundary = boundary ?? Self.boundary(of: job)
      headers.removeAll { $0.name.lowercased() == "content-type" }
      headers.append(HTTPHeader("Content-Type", "multipart/form-data; boundary=\(boundary)"))
      request.body = MessageBody(try await multipart(parts, boundary, job))
    }
    if headers.first("accept") == nil { headers.append(HTTPHeader("Accept", "application/json")) }
    if headers.first("user-agent") == nil { headers.append(HTTPHeader("User-Agent", userAgent)) }
    guard headers.allSatisfy({ $0.isValid }) else { throw fault("gives a media type that is none") }
    request.headers = headers
    request.isRepeatable = step.retry == .safe
    // What the operator configured may be on a private network; what only the plugin names may not, unless that is.
    request.allowsPrivateAddresses = url.host == base.host || base.isPrivate
    return request
  }

  static func baseURL(_ connection: Connection) throws(Failure) -> HTTPURL {
    do throws(HTTPURLFailure) {
      return try HTTPURL(connection.baseURL)
    } catch {
      throw Failure(
        .invalid, "The account's base URL \"\(Sentence.printable(connection.baseURL))\" is not a usable URL.",
        field: "base_url", advice: "Correct it with `filmgate config`.")
    }
  }

  // MARK: Where to

  private static func url(of step: HTTPStep, base: HTTPURL, route: JobRoute) throws(Failure) -> HTTPURL {
    let url: HTTPURL
    do throws(HTTPURLFailure) {
      if let path = step.path {
        guard !hasDotSegments(path) else { throw HTTPURLFailure.badHost }
        var prefixed = base
        prefixed.query = nil
        var joined = try prefixed.joining(path: joined(route.pathPrefix, path))
        // A path that is only a slash would lose it by joining, and some signatures cover it.
        if path.hasSuffix("/"), !joined.path.hasSuffix("/") { joined.path += "/" }
        url = joined
      } else {
        url = try HTTPURL(step.url ?? "")
      }
    } catch {
      throw fault("asks for an address that is not usable: \(Sentence.printable(step.path ?? step.url ?? ""))")
    }
    if step.url != nil { try check(url, base: base, route: route) }
    return url.appending(step.query.map { QueryItem($0.name, $0.value) })
  }

  private static func check(_ url: HTTPURL, base: HTTPURL, route: JobRoute) throws(Failure) {
    if url.host == base.host {
      // The same host, but not through a side door: neither another port nor without encryption.
      guard url.origin == base.origin else { throw refusedHost(url) }
      return
    }
    guard route.allowedHosts.contains(where: { matches(url.host, $0) }) else { throw refusedHost(url) }
    guard url.scheme == .https || base.scheme == .http else { throw refusedHost(url) }
  }

  /// Exactly, or below `*.`. The star stands for at least one label.
  static func matches(_ host: String, _ pattern: String) -> Bool {
    let pattern = pattern.lowercased()
    guard pattern.hasPrefix("*.") else { return host == pattern }
    return host.hasSuffix(pattern.dropFirst()) && host.utf8.count > pattern.utf8.count - 1
  }

  private static func joined(_ prefix: String, _ path: String) -> String {
    var prefix = prefix
    while prefix.hasSuffix("/") { prefix.removeLast() }
    return path.hasPrefix("/") || prefix.isEmpty ? prefix + path : "\(prefix)/\(path)"
  }

  private static func hasDotSegments(_ path: String) -> Bool {
    guard path.utf8.contains(where: { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "%") }) else { return false }
    return path.prefix { $0 != "?" }.split(separator: "/").contains { segment in
      let plain = segment.lowercased().substituting("%2e", by: ".")
      return plain == "." || plain == ".."
    }
  }

  private static func refusedHost(_ url: HTTPURL) -> Failure {
    fault("asks for \(url.origin), which is none of the account's hosts")
  }

  // MARK: The body

  private static func segments(
    _ segments: [BodySegment], _ job: JobRecord
  ) async throws(Failure) -> [MessageBody.Segment] {
    var rendered: [MessageBody.Segment] = []
    for segment in segments {
      switch segment {
      case .text(let text): rendered.append(.bytes(Array(text.utf8)))
      case .asset(let id, let encoding):
        guard let asset = job.assets.first(where: { $0.id == id }) else {
          throw fault("puts the asset \"\(Sentence.printable(id))\" into a request, and there is none of that name")
        }
        rendered.append(.file(try await open(asset), encoding, mediaType: asset.mediaType))
      }
    }
    return rendered
  }

  private static func multipart(
    _ parts: [BodyPart], _ boundary: String, _ job: JobRecord
  ) async throws(Failure) -> [MessageBody.Segment] {
    var rendered: [MessageBody.Segment] = []
    for part in parts {
      var head = "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(quoted(part.name))\""
      if let filename = part.filename { head += "; filename=\"\(quoted(filename))\"" }
      if let mediaType = part.mediaType {
        guard HTTPHeader("Content-Type", mediaType).isValid else { throw fault("gives a media type that is none") }
        head += "\r\nContent-Type: \(mediaType)"
      }
      rendered.append(.bytes(Array((head + "\r\n\r\n").utf8)))
      rendered += try await segments(part.segments, job)
      rendered.append(.bytes(Array("\r\n".utf8)))
    }
    rendered.append(.bytes(Array("--\(boundary)--\r\n".utf8)))
    return rendered
  }

  /// As browsers write names in `multipart/form-data` (WHATWG HTML, "multipart/form-data encoding algorithm").
  private static func quoted(_ text: String) -> String {
    var quoted = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "%22"
      case "\r": quoted += "%0D"
      case "\n": quoted += "%0A"
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted
  }

  /// No asset can hold it by chance or design: the id has 80 random bits, and is younger than the asset.
  private static func boundary(of job: JobRecord) -> String {
    "filmgate-\(SHA256Digest(of: "boundary \(job.id)").hexadecimal.prefix(32))"
  }

  /// Opens an asset and makes sure that it is still the file that was planned with.
  private static func open(_ asset: JobAsset) async throws(Failure) -> AssetFile {
    let path = asset.path
    let opened = await Blocking.run { () -> Result<AssetFile, Failure> in
      let descriptor = filmgate_open(path, O_RDONLY | O_CLOEXEC, 0)
      guard descriptor >= 0 else {
        let why = String(cString: strerror(filmgate_errno()))
        return .failure(
          Failure(.invalid, "The input \(path) cannot be read: \(why).", field: "inputs", isRetryable: false))
      }
      guard let file = AssetFile(taking: descriptor), file.byteCount == asset.byteCount else {
        return .failure(
          Failure(
            .invalid, "The input \(path) has changed since the job was made.", field: "inputs",
            advice: "Start a new job.", isRetryable: false))
      }
      return .success(file)
    }
    return try opened.get()
  }

  private static func fault(_ what: String) -> Failure {
    Failure(.plugin, "The plugin \(what).", advice: "Report this to the plugin's author.", isRetryable: false)
  }
}

/// Text of others in our sentences.
enum Sentence {
  static let maximumCharacters = 200

  /// The text without control characters, cut where it is long.
  static func printable(_ text: String) -> String {
    let safe = text.unicodeScalars.prefix(maximumCharacters).map { scalar in
      scalar.properties.generalCategory == .control ? "?" : String(scalar)
    }.joined()
    return text.unicodeScalars.count > maximumCharacters ? safe + "…" : safe
  }
}
