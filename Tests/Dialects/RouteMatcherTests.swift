// SPDX-License-Identifier: Apache-2.0

import Dialects
import OrderedJSON
import Testing
import VideoDocuments

@Suite struct RouteMatcherTests {
  static func matcher(_ mount: RouteMatcher.Mount = .gateway) throws -> RouteMatcher {
    RouteMatcher(
      [
        try Example.manifest(
          id: "acme", model: "acme-1",
          dialect: [
            "name": "acme", "mount": "/acme", "vendor_mount": "/api",
            "routes": [
              ["name": "create", "method": "POST", "path": "/v1/videos/{kind}"],
              ["name": "create-avatar", "method": "POST", "path": "/v1/videos/avatar"],
              ["name": "get", "method": "GET", "path": "/v1/videos/{kind}/{id}"],
            ],
          ]),
        try Example.manifest(
          id: "action", model: "action-1",
          dialect: [
            "name": "action", "mount": "/action",
            "routes": [
              ["name": "any", "method": "POST", "path": "/"],
              ["name": "submit", "method": "POST", "path": "/", "query": ["Action": "Submit", "Version": "1"]],
            ],
          ]),
      ], at: mount)
  }

  /// Method, path, query, plugin, route, path below the mount, parameters.
  static let found: [(String, String, String, String, String, String, [String])] = [
    ("POST", "/acme/v1/videos/text", "", "acme", "create", "/v1/videos/text", ["text"]),
    ("POST", "/acme/v1/videos/text/", "", "acme", "create", "/v1/videos/text", ["text"]),
    ("POST", "/acme/v1/videos/avatar", "", "acme", "create-avatar", "/v1/videos/avatar", []),
    ("GET", "/acme/v1/videos/text/a%20b%2Fc", "x=1", "acme", "get", "/v1/videos/text/a b/c", ["text", "a b/c"]),
    ("POST", "/action/", "Action=Submit&Version=1", "action", "submit", "/", []),
    ("POST", "/action", "Version=1&Action=Sub%6Dit", "action", "submit", "/", []),
    ("POST", "/action/", "Action=Other&Version=1", "action", "any", "/", []),
  ]

  @Test(arguments: found.indices)
  func `Routes are found by method, path and query`(index: Int) throws {
    let (method, path, query, plugin, route, rest, parameters) = Self.found[index]
    let match = try Self.matcher().match(method: method, path: path, query: query)
    #expect(match.pluginID == plugin)
    #expect(match.route == route)
    #expect(match.head.path == rest)
    #expect(match.head.parameters.map { $0.value } == parameters)
  }

  @Test func `At the vendor's own host the mount is another`() throws {
    let match = try Self.matcher(.vendor).match(method: "POST", path: "/api/v1/videos/text")
    #expect(match.pluginID == "acme")
    #expect(match.head.path == "/v1/videos/text")
    #expect(match.pattern == "/api/v1/videos/{kind}")
    #expect(match.literalCount == 3)
    #expect(try Self.matcher(.vendor).match(method: "POST", path: "/").pluginID == "action")
  }

  @Test(arguments: [
    ("GET", "/", RouteMatcher.Miss.notFound), ("GET", "/acme/v1/videos", .notFound),
    ("GET", "/acme/v2/videos/a/b", .notFound), ("DELETE", "/acme/v1/videos/a/b", .wrongMethod(allowed: ["GET"])),
    ("GET", "/acme/v1/videos/avatar", .wrongMethod(allowed: ["POST"])),
    ("GET", "/acme/v1/videos/a/%zz", .badTarget), ("GET", "/acme/v1/videos/a/..", .badTarget),
    ("GET", "/acme/v1/videos/a/%2e%2e", .badTarget), ("GET", "/acme/v1/videos//", .badTarget),
    ("GET", "/acme/v1/videos/a/%00", .badTarget), ("GET", "/acme/v1/videos/a/%ff", .badTarget),
    ("GET", "relative", .badTarget),
  ])
  func `What no route is for is told apart`(method: String, path: String, miss: RouteMatcher.Miss) throws {
    let matcher = try Self.matcher()
    #expect(throws: miss) { try matcher.match(method: method, path: path) }
  }

  @Test func `Plugins see no header that proves who the caller is`() {
    let headers = [
      NameValuePair("Authorization", "Bearer canary"), NameValuePair("X-API-Key", "canary"),
      NameValuePair("Content-Type", "application/json"), NameValuePair("X-Date", "20260101T000000Z"),
    ]
    #expect(RouteMatcher.visible(headers).map { $0.name } == ["Content-Type", "X-Date"])
  }
}
