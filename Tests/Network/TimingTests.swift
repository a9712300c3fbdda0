// SPDX-License-Identifier: Apache-2.0
import Network
import Testing

@Suite struct TimingTests {
  static let now: Int64 = 784_111_777  // Sun, 06 Nov 1994 08:49:37 GMT

  @Test(arguments: [
    "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
  ]) func `The three forms of a date`(_ text: String) {
    #expect(HTTPDate.seconds(text, nowSeconds: Self.now) == Self.now)
  }

  @Test(arguments: [
    "", "now", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
    "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 1994 8:49 GMT", "Sun, -6 Nov 1994 08:49:37 GMT",
  ]) func `What is no date`(_ text: String) {
    #expect(HTTPDate.seconds(text, nowSeconds: Self.now) == nil)
  }

  @Test func `Dates are written as they are read, over centuries`() {
    #expect(HTTPDate.text(secondsSince1970: Self.now) == "Sun, 06 Nov 1994 08:49:37 GMT")
    for day in stride(from: Int64(-30_000), to: 60_000, by: 97) {
      let seconds = day * 86400 + day * 7 % 86400
      #expect(HTTPDate.seconds(HTTPDate.text(secondsSince1970: seconds), nowSeconds: 0) == seconds)
    }
    #expect(HTTPDate.text(secondsSince1970: 951_782_400) == "Tue, 29 Feb 2000 00:00:00 GMT")
    #expect(HTTPDate.seconds("Sunday, 06-Nov-50 00:00:00 GMT", nowSeconds: 1_767_323_045) == 2_551_305_600)
  }

  @Test(arguments: [
    ("0", Int64(0)), ("120", 120_000), (" 7 ", 7000), ("99999999999999999999", 86_400_000), ("86401", 86_400_000),
    ("Sun, 06 Nov 1994 08:50:07 GMT", 30_000), ("Sun, 06 Nov 1994 08:00:00 GMT", 0),
  ]) func `Retry-After is seconds or a date`(_ text: String, _ milliseconds: Int64) {
    #expect(HTTPDate.retryAfterMilliseconds(text, nowMilliseconds: Self.now * 1000) == milliseconds)
  }

  @Test(arguments: ["", "-1", "1.5", "soon"]) func `What Retry-After cannot say`(_ text: String) {
    #expect(HTTPDate.retryAfterMilliseconds(text, nowMilliseconds: 0) == nil)
  }

  @Test func `Waits double up to the cap, half of them random`() {
    let backOff = BackOff(baseMilliseconds: 100, capMilliseconds: 1000)
    for (failures, ceiling) in [(0, 100), (1, 100), (2, 200), (3, 400), (4, 800), (5, 1000), (500, 1000)]
      as [(Int, Int64)]
    {
      for random in [0, 1, 12_345, UInt64.max] {
        let delay = backOff.delayMilliseconds(failures: failures, random: random)
        #expect((ceiling / 2...ceiling).contains(delay))
      }
    }
    #expect(BackOff(baseMilliseconds: .max, capMilliseconds: 5).delayMilliseconds(failures: 9, random: 0) == 2)
    #expect(backOff.delayMilliseconds(failures: 1, random: 0, retryAfterMilliseconds: 5000) == 5000)
    #expect(backOff.delayMilliseconds(failures: 1, random: 500, retryAfterMilliseconds: 5000) == 5500)
    #expect(backOff.delayMilliseconds(failures: 9, random: 1000, retryAfterMilliseconds: 1) > 500)
  }

  @Test func `Proxies are chosen by scheme and exceptions`() throws {
    let settings = ProxySettings(
      http: "p1", https: "p2", exceptions: ["internal.example", ".corp", "10.0.0.0/8", "192.0.2.1", "fd00::/8"])
    func proxy(_ text: String) throws -> String? { settings.proxy(for: try HTTPURL(text)) }
    #expect(try proxy("http://example.com") == "p1")
    #expect(try proxy("https://example.com") == "p2")
    for direct in [
      "http://internal.example", "http://a.internal.example", "http://x.corp", "http://10.200.3.4", "http://192.0.2.1",
      "http://[fd12::1]", "http://localhost", "http://127.0.0.1", "http://[::1]", "http://x.localhost",
    ] { #expect(try proxy(direct) == nil, "\(direct)") }
    for proxied in ["http://notinternal.example", "http://11.0.0.1", "http://192.0.2.2", "http://[fc00::1]"] {
      #expect(try proxy(proxied) == "p1", "\(proxied)")
    }
    #expect(ProxySettings(all: "p", exceptions: ["*"]).proxy(for: try HTTPURL("http://example.com")) == nil)
    #expect(try HTTPURL("http://192.168.1.1").isPrivate && HTTPURL("http://box").isPrivate)
    #expect(try !HTTPURL("http://example.com").isPrivate && !HTTPURL("http://8.8.8.8").isPrivate)
  }
}
