// SPDX-License-Identifier: Apache-2.0
import Network
import Testing

@Suite struct HTTPURLTests {
  @Test(arguments: [
    ("https://Example.COM", "https://example.com/"),
    ("HTTP://example.com:80/a", "http://example.com/a"),
    ("https://example.com:8443?x=1#part", "https://example.com:8443/?x=1"),
    ("http://127.0.0.1:18080/v1/", "http://127.0.0.1:18080/v1/"),
    ("http://[::1]:8080/", "http://[::1]:8080/"),
    ("http://[0:0:0:0:0:0:0:1]/", "http://[::1]/"),
    ("https://a.example./p", "https://a.example/p"),
    ("https://example.com/猫?q=|x", "https://example.com/%E7%8C%AB?q=%7Cx"),
    ("https://example.com/a%20b?", "https://example.com/a%20b?"),
    ("https://example.com/a/../b/./c", "https://example.com/a/../b/./c"),
    ("https://my_bucket.example.com/", "https://my_bucket.example.com/"),
  ]) func `A URL is read and written`(_ text: String, _ written: String) throws {
    #expect(try HTTPURL(text).description == written)
    #expect(try HTTPURL(written).description == written)
  }

  @Test(arguments: [
    ("", HTTPURLFailure.empty), ("ftp://example.com/", .unsupportedScheme), ("file:///etc/passwd", .unsupportedScheme),
    ("example.com", .unsupportedScheme), ("https:/example.com", .unsupportedScheme),
    ("https://user:pass@example.com/", .userInformation), ("https://good.example@evil.example/", .userInformation),
    ("https://", .badHost), ("https:///path", .badHost), ("https://exa mple.com/", .badHost),
    ("https://a..b/", .badHost), ("https://é.example/", .badHost), ("https://[::1/", .badHost),
    ("https://[v1.x]/", .badHost), ("https://[::1]x/", .badHost), ("http://2130706433/", .badHost),
    ("http://0x7f000001/", .badHost), ("http://127.1/", .badHost), ("http://0177.0.0.1/", .badHost),
    ("http://1.2.3.256/", .badHost), ("http://a%2eb/", .badHost), ("http://#x", .badHost),
    ("http://example.com:/", .badPort), ("http://example.com:0/", .badPort), ("http://example.com:65536/", .badPort),
    ("http://example.com:+80/", .badPort), ("http://example.com:8o/", .badPort),
    ("https://example.com/a b", .badCharacter(offset: 21)), ("https://example.com/a\\b", .badCharacter(offset: 21)),
    ("https://example.com/\r\nX: y", .badCharacter(offset: 20)), ("https://example.com/%2", .badEscape(offset: 20)),
    ("https://example.com/?%gg", .badEscape(offset: 21)),
    ("https://example.com/" + String(repeating: "a", count: 16 * 1024), .tooLong),
  ]) func `What two programs could read differently is refused`(_ text: String, _ failure: HTTPURLFailure) {
    #expect(throws: failure) { try HTTPURL(text) }
  }

  @Test(arguments: [
    ("https://api.example.com", "/v1/videos", "https://api.example.com/v1/videos"),
    ("https://api.example.com/", "v1", "https://api.example.com/v1"),
    ("https://api.example.com/base/", "/v1?x=1", "https://api.example.com/base/v1?x=1"),
    ("https://api.example.com/base?old=1", "", "https://api.example.com/base"),
    ("https://api.example.com", "?Action=X", "https://api.example.com/?Action=X"),
    ("https://api.example.com", "", "https://api.example.com/"),
  ]) func `A path joins a base`(_ base: String, _ path: String, _ joined: String) throws {
    #expect(try HTTPURL(base).joining(path: path).description == joined)
  }

  @Test(arguments: [
    ("https://other.example/x", "https://other.example/x"), ("//other.example/x", "https://other.example/x"),
    ("/x?y", "https://example.com/x?y"), ("c", "https://example.com/a/c"), ("../c", "https://example.com/c"),
    ("../../../c", "https://example.com/c"), ("./c/./d/..", "https://example.com/a/c/"),
    ("?z=1", "https://example.com/a/b?z=1"),
    ("", "https://example.com/a/b?q=1"), ("#f", "https://example.com/a/b?q=1"),
    ("x?u=http://y", "https://example.com/a/x?u=http://y"),
  ]) func `A redirect resolves against its page`(_ reference: String, _ resolved: String) throws {
    #expect(try HTTPURL("https://example.com/a/b?q=1").resolving(reference).description == resolved)
  }

  @Test func `A redirect to another scheme is refused`() {
    #expect(throws: HTTPURLFailure.unsupportedScheme) {
      try HTTPURL("https://example.com/").resolving("file:///etc/passwd")
    }
  }

  @Test func `Query items are encoded, appended and read back`() throws {
    let items = [QueryItem("a b", "c&d=é"), QueryItem("empty", "")]
    let url = try HTTPURL("https://example.com/p?x=1").appending(items)
    #expect(url.target == "/p?x=1&a%20b=c%26d%3D%C3%A9&empty=")
    #expect(url.queryItems == [QueryItem("x", "1")] + items)
    #expect(QueryItem.parse("a+b=%2B&flag&&=v") == [QueryItem("a b", "+"), QueryItem("flag", ""), QueryItem("", "v")])
    #expect(QueryItem.parse("a=%F") == nil)
    #expect(QueryItem.parse("a=%FF") == nil)
    #expect(url.withoutQuery == "https://example.com/p?…")
  }

  @Test(arguments: [
    "8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2001:4860:4860::8888", "::ffff:8.8.8.8",
    "64:ff9b::808:808",
  ]) func `Public addresses`(_ text: String) throws {
    #expect(try #require(NetworkAddress(text)).isPublic)
  }

  @Test(arguments: [
    "0.0.0.0", "10.1.2.3", "127.0.0.1", "127.255.255.254", "100.64.0.1", "169.254.169.254", "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.9", "224.0.0.1",
    "255.255.255.255",
    "::", "::1", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1", "2001::1", "::ffff:127.0.0.1",
    "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::1", "::127.0.0.1",
    "3fff::1",
    "100::1",
  ]) func `Addresses that are not public`(_ text: String) throws {
    #expect(try !#require(NetworkAddress(text)).isPublic)
  }

  @Test func `Loopback in all its spellings`() throws {
    for text in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
      #expect(try #require(NetworkAddress(text)).isLoopback)
    }
    for text in ["128.0.0.1", "::2", "::ffff:8.8.8.8", "10.0.0.1"] {
      #expect(try !#require(NetworkAddress(text)).isLoopback)
    }
  }
}
