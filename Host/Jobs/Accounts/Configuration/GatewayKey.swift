// SPDX-License-Identifier: Apache-2.0

import Network

/// One key of the configuration's `gateway` section: how it is read, shown and explained, in one place.
public struct GatewayKey: Sendable {
  typealias Reader = @Sendable (YAMLNode, String, inout GatewayConfiguration) throws(YAMLFailure) -> Void

  /// Such as `listen`, or `log.format` for a key within a key.
  public let name: String
  /// What can be given.
  public let values: String
  /// One or two sentences.
  public let meaning: String
  /// The value in force, as the file would say it; nil where there is none.
  public let show: @Sendable (GatewayConfiguration) -> String?
  let read: Reader

  init(
    _ name: String, _ values: String, _ meaning: String,
    show: @escaping @Sendable (GatewayConfiguration) -> String?, read: @escaping Reader
  ) {
    self.name = name
    self.values = values
    self.meaning = meaning
    self.show = show
    self.read = read
  }

  /// The value where the file says nothing.
  public var fallback: String? { show(GatewayConfiguration()) }

  private static func flag(
    _ name: String, _ path: any WritableKeyPath<GatewayConfiguration, Bool> & Sendable, _ meaning: String
  ) -> GatewayKey {
    GatewayKey(
      name, "true or false", meaning, show: { "\($0[keyPath: path])" },
      read: { node, what, configuration throws(YAMLFailure) in
        configuration[keyPath: path] = try node.flag(what)
      })
  }

  private static func duration(
    _ name: String, _ path: any WritableKeyPath<GatewayConfiguration, Int64> & Sendable, in range: ClosedRange<Int64>,
    _ meaning: String
  ) -> GatewayKey {
    let values =
      "\(UnitText.text(milliseconds: range.lowerBound)) to \(UnitText.text(milliseconds: range.upperBound))"
    return GatewayKey(
      name, values, meaning, show: { UnitText.text(milliseconds: $0[keyPath: path]) },
      read: { node, what, configuration throws(YAMLFailure) in
        configuration[keyPath: path] = try node.milliseconds(what, in: range)
      })
  }

  private static let second: Int64 = 1_000
  private static let minute: Int64 = 60_000
  private static let day: Int64 = 86_400_000
  /// What `retention` says for ever.
  static let forever = "forever"

  /// All of them, in the order in which they are explained.
  public static let all: [GatewayKey] = [
    GatewayKey(
      "listen", "ADDRESS:PORT",
      "Where to listen. Port 0 takes any that is free; 0.0.0.0 and [::] mean every address of the machine.",
      show: { $0.listen },
      read: { node, what, configuration throws(YAMLFailure) in
        configuration.listen = try ListenAddress.check(node, what)
      }),
    GatewayKey(
      "public_url", "an http or https address",
      "How callers and vendors reach the gateway, behind whatever proxy. Links in replies begin with it; without it, "
        + "with what the request named as its host.",
      show: { $0.publicURL },
      read: { node, what, configuration throws(YAMLFailure) in
        configuration.publicURL = try node.publicURL(what)
      }),
    duration(
      "create_wait", \.createWaitMilliseconds, in: 0...60 * second,
      "How long a create request waits for the vendor's word before it is answered as queued."),
    GatewayKey(
      "max_body", "1KiB to 4GiB", "The largest request, with its images, videos and sounds.",
      show: { UnitText.text(bytes: $0.maximumBodyBytes) },
      read: { node, what, configuration throws(YAMLFailure) in
        configuration.maximumBodyBytes = try node.bytes(what, in: 1 << 10...GatewayConfiguration.largestBodyBytes)
      }),
    GatewayKey(
      "max_connections", "1 to 1000000",
      "Connections of callers at once. For one more, the one is closed that idles longest; where all are in use, it is "
        + "turned away with 503. One key may have half of them in use, more is 429. Less where the process may not open so "
        + "many files.",
      show: { "\($0.maximumConnections)" },
      read: { node, what, configuration throws(YAMLFailure) in
        configuration.maximumConnections = try node.integer(what, in: 1...1_000_000)
      }),
    GatewayKey(
      "spool_disk", "1MiB to 1024GiB",
      "What the media of all requests that are being received take of the temporary folder ($TMPDIR) together; for one "
        + "key it is half of that. More is turned away with 503, or 429 for the key. Twice max_body at least.",
      show: { UnitText.text(bytes: $0.spoolDiskBytes) },
      read: { node, what, configuration throws(YAMLFailure) in
        configuration.spoolDiskBytes = try node.bytes(what, in: 1 << 20...1 << 40)
      }),
    GatewayKey(
      "spool_memory", "4MiB to 64GiB", "The same for what is no media, and stays in memory.",
      show: { UnitText.text(bytes: $0.spoolMemoryBytes) },
      read: { node, what, configuration throws(YAMLFailure) in
        configuration.spoolMemoryBytes = try node.bytes(what, in: 4 << 20...64 << 30)
      }),
    duration(
      "drain", \.drainMilliseconds, in: 0...60 * minute,
      "How long requests under way may take once the gateway was told to end."),
    flag("archive", \.isArchiving, "Whether clips are downloaded and kept when they are done."),
    GatewayKey(
      "archive_folder", "a folder", "Where clips are kept; beside the database unless given.",
      show: { $0.archiveFolder },
      read: { node, what, configuration throws(YAMLFailure) in
        configuration.archiveFolder = try node.text(what)
      }),
    GatewayKey(
      "retention", "1m to 3650d, or \(forever)", "How long clips are kept after they are done.",
      show: { $0.retentionMilliseconds.map { UnitText.text(milliseconds: $0) } ?? forever },
      read: { node, what, configuration throws(YAMLFailure) in
        configuration.retentionMilliseconds =
          try node.text(what) == forever ? nil : try node.milliseconds(what, in: minute...3_650 * day)
      }),
    duration(
      "link_lifetime", \.linkLifetimeMilliseconds, in: minute...365 * day,
      "How long a link to a clip works that needs no key."),
    flag(
      "private_webhooks", \.webhooksMayBePrivate,
      "Whether webhooks may go to private addresses, such as 10.0.0.1 or localhost."),
    flag(
      "callbacks", \.usesCallbacks,
      "Whether vendors are asked to announce news; takes effect where public_url is given."),
    GatewayKey(
      "log.format", "json or text", "One JSON object a line, or key=value for people.",
      show: { $0.log.format.rawValue },
      read: { node, what, configuration throws(YAMLFailure) in
        configuration.log.format = try node.word(what, LogConfiguration.Format.self)
      }),
    GatewayKey(
      "log.level", "debug, info, warning, error or off",
      "What is written: info has every request and every change of a job, warning only what went wrong.",
      show: { $0.log.level.rawValue },
      read: { node, what, configuration throws(YAMLFailure) in
        configuration.log.level = try node.word(what, LogConfiguration.Level.self)
      }),
    GatewayKey(
      "log.file", "a file", "Where lines are added, in place of standard error. SIGHUP opens it anew.",
      show: { $0.log.file },
      read: { node, what, configuration throws(YAMLFailure) in
        configuration.log.file = try node.text(what)
      }),
  ]

  /// Keys that a gateway looks at when it starts and never again.
  private static let atStart: Set<String> = ["listen", "archive", "archive_folder"]

  /// Of those, the ones that are now another way.
  public static func lasting(atStart started: GatewayConfiguration, now: GatewayConfiguration) -> [String] {
    all.filter { atStart.contains($0.name) && $0.show(started) != $0.show(now) }.map { $0.name }
  }

  /// Reads the section.
  static func read(_ section: YAMLNode) throws(YAMLFailure) -> GatewayConfiguration {
    var configuration = GatewayConfiguration()
    try read(section, "gateway", keys: all.map { ($0.name, $0) }, into: &configuration)
    return configuration
  }

  private static func read(
    _ node: YAMLNode, _ what: String, keys: [(path: String, key: GatewayKey)],
    into configuration: inout GatewayConfiguration
  ) throws(YAMLFailure) {
    var names: [String] = []
    for (path, _) in keys {
      let name = String(path.prefix { $0 != "." })
      if !names.contains(name) { names.append(name) }
    }
    let members = try YAMLMapping(node, what, keys: names)
    for name in names {
      guard let value = members[name] else { continue }
      if let key = keys.first(where: { $0.path == name })?.key {
        try key.read(value, key.name, &configuration)
        continue
      }
      let inner = keys.filter { $0.path.hasPrefix("\(name).") }
        .map { (path: String($0.path.dropFirst(name.count + 1)), key: $0.key) }
      try read(value, name, keys: inner, into: &configuration)
    }
  }
}

extension YAMLNode {
  /// An address without a slash at its end.
  fileprivate func publicURL(_ what: String) throws(YAMLFailure) -> String {
    var text = try text(what)
    while text.hasSuffix("/") { text.removeLast() }
    guard (try? HTTPURL(text)) != nil, !text.contains("?"), !text.contains("#"), !text.contains("@") else {
      throw YAMLFailure(
        mark: mark,
        problem: "\(what) \(shown(HTTPURL.maskingUserInformation(text))) is not a plain http or https address")
    }
    return text
  }
}

/// Where a server listens: an address or name, a colon, a port.
public struct ListenAddress: Sendable, Hashable {
  /// Without the brackets of IPv6.
  public var host: String
  public var port: UInt16

  /// Nil for what is no address with a port.
  public init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      return nil
    }
    guard !host.isEmpty, host.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value < 0x7F }) else { return nil }
    self.host = String(host)
    self.port = port
  }

  fileprivate static func check(_ node: YAMLNode, _ what: String) throws(YAMLFailure) -> String {
    let text = try node.text(what)
    guard ListenAddress(text) != nil else {
      throw YAMLFailure(
        mark: node.mark,
        problem: "\(what) is \(shown(text)); it must be an address and a port, such as 127.0.0.1:8080 or [::1]:8080")
    }
    return text
  }
}
