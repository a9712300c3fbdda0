// SPDX-License-Identifier: Apache-2.0

import Gateway
import Network
import Testing

@Suite struct ContentLinksTests {
  private let links = ContentLinks(masterKey: Array("master".utf8), lifetimeMilliseconds: 86_400_000)

  private func verdict(_ url: String, nowMilliseconds: Int64 = contentNow, by links: ContentLinks? = nil) throws
    -> ContentLinks.Verdict
  {
    let url = try HTTPURL(url)
    return (links ?? self.links).verify(path: url.path, query: url.query, nowMilliseconds: nowMilliseconds)
  }

  @Test func `A link opens its one file until its time is over`() throws {
    let link = links.url(
      base: "https://v.example/", jobID: "fg_1", variant: "last_frame", expiresAtSeconds: contentNow / 1_000 + 10)
    #expect(link.hasPrefix("https://v.example/v1/videos/fg_1/content?variant=last_frame&expires=1763000010&signature="))
    #expect(try verdict(link) == .valid(jobID: "fg_1", variant: "last_frame"))
    #expect(try verdict(link, nowMilliseconds: contentNow + 9_999) == .valid(jobID: "fg_1", variant: "last_frame"))
    #expect(try verdict(link, nowMilliseconds: contentNow + 10_000) == .expired)
    #expect(try verdict(link.replacing("/v1/", with: "/")) == .valid(jobID: "fg_1", variant: "last_frame"))
    #expect(try verdict(link + "&utm_source=mail") == .valid(jobID: "fg_1", variant: "last_frame"))
  }

  @Test func `The usual link lives as long as configured and is the same for a minute`() throws {
    let link = links.url(base: "http://h", jobID: "fg_1", nowMilliseconds: contentNow)
    #expect(link == links.url(base: "http://h", jobID: "fg_1", nowMilliseconds: contentNow + 1_000))
    #expect(try verdict(link, nowMilliseconds: contentNow + 86_399_000) == .valid(jobID: "fg_1", variant: "video"))
    #expect(try verdict(link, nowMilliseconds: contentNow + 86_400_000 + 60_000) == .expired)
  }

  @Test func `Nothing of a link can be changed, and no other key makes one`() throws {
    let link = links.url(base: "http://h", jobID: "fg_1", variant: "video", expiresAtSeconds: 1_800_000_000)
    let signature = try #require(link.split(separator: "=").last)
    for forged in [
      link.replacing("fg_1", with: "fg_2"), link.replacing("variant=video", with: "variant=thumbnail"),
      link.replacing("1800000000", with: "1900000000"), link.replacing("1800000000", with: "01800000000"),
      link.replacing("variant=video&", with: ""), link + "&variant=thumbnail", link + "&expires=1900000000",
      link.replacing(signature, with: ""), link.replacing(signature, with: signature.dropLast()),
      link.replacing(signature, with: signature.uppercased()), link.replacing("/content", with: "/events"),
      link.replacing("/videos/fg_1/", with: "/videos/fg_1%2F/"),
    ] {
      #expect(try verdict(forged) == .forged, "\(forged)")
    }
    #expect(
      try verdict(link, by: ContentLinks(masterKey: Array("other".utf8), lifetimeMilliseconds: 1_000)) == .forged)
    #expect(try verdict("http://h/v1/videos/fg_1/content?variant=video") == .unsigned)
  }
}
