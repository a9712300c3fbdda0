// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import Testing
import VideoDocuments

@testable import Gateway

struct RouteTableTests {
  private func table() throws -> RouteTable {
    let manifest: JSON = [
      "manifest": 1, "id": "acme", "version": "1.0.0", "name": "Acme", "summary": "", "licence": "MIT",
      "abi": ["major": 1, "minor": 0], "operations": [], "profiles": [], "models": [],
      "dialect": [
        "name": "acme", "mount": "/acme",
        "routes": [
          ["name": "create", "method": "POST", "path": "/v1/videos/text"],
          ["name": "list", "method": "GET", "path": "/v1/videos/text"],
          ["name": "get", "method": "GET", "path": "/v1/videos/text/{id}"],
          ["name": "submit", "method": "POST", "path": "/", "query": ["Action": "Submit"]],
        ],
      ],
    ]
    return RouteTable([try Manifest(manifest)])
  }

  @Test(arguments: [
    ("POST", "/v1/videos", "openai", "/v1/videos"),
    ("GET", "/videos/abc", "openai", "/videos/{id}"),
    ("HEAD", "/v1/videos/abc/content", "openai", "/v1/videos/{id}/content"),
    ("POST", "/v1/videos/edits", "openai", "/v1/videos/edits"),
    ("GET", "/v1/video/generations/abc", "unified", "/v1/video/generations/{id}"),
    ("POST", "/acme/v1/videos/text", "acme", "/acme/v1/videos/text"),
    // Clients that take no path in their base URL.
    ("POST", "/v1/videos/text", "acme", "/v1/videos/text"),
    ("GET", "/v1/videos/text", "acme", "/v1/videos/text"),
    ("GET", "/v1/videos/text/abc", "acme", "/v1/videos/text/{id}"),
    ("POST", "/?Action=Submit", "acme", "/"),
    ("GET", "/", "unified", "/"),
    ("GET", "/v1/models/a/b", "openai", "/v1/models/{id}"),
  ])
  func aPathLeadsToItsRoute(_ method: String, _ target: String, _ format: String, _ pattern: String) throws {
    let parts = target.split(separator: "?", omittingEmptySubsequences: false)
    let route = try table().match(
      method: method, path: String(parts[0]), query: parts.count > 1 ? String(parts[1]) : "")
    #expect(route.format.name == format)
    #expect(route.pattern == pattern)
  }

  @Test func whatIsMissedIsSaidInTheShapeOfThePath() throws {
    let table = try table()
    #expect { try table.match(method: "PUT", path: "/v1/videos/abc", query: "") } throws: { error in
      guard let miss = error as? RouteMiss, case .wrongMethod(let allowed) = miss.reason else { return false }
      return allowed == ["DELETE", "GET", "HEAD"] && miss.format == .openai
    }
    #expect { try table.match(method: "GET", path: "/acme/nothing", query: "") } throws: { error in
      (error as? RouteMiss)?.format == .plugin(id: "acme", route: "create")
        && (error as? RouteMiss)?.reason == .notFound
    }
    for path in ["/v1/videos/%zz", "/v1/videos//", "/v1/videos/..", "/v1/videos/%00"] {
      #expect { try table.match(method: "GET", path: path, query: "") } throws: { error in
        (error as? RouteMiss)?.reason == .badTarget
      }
    }
    // A base URL that ends with a slash, before a path that begins with one.
    #expect(try table.match(method: "GET", path: "//v1//videos/", query: "").pattern == "/v1/videos")
    #expect { try table.match(method: "GET", path: "//acme//nothing", query: "") } throws: { error in
      (error as? RouteMiss)?.format == .plugin(id: "acme", route: "create")
    }
  }
}
