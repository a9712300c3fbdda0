// SPDX-License-Identifier: Apache-2.0

import ArkProtocol
import OrderedJSON
import ProviderKit
import SeedanceProvider
import Testing
import VideoDocuments
import VolcProvider

@Suite("Seedance and Volc: tokens and prices")
struct ArkPricingTests {
  private func request(
    _ model: String, _ resolution: String, _ ratio: String, _ seconds: Int,
    _ change: (inout VideoRequest) -> Void = { _ in }
  ) -> VideoRequest {
    var request = VideoRequest(model: model, prompt: "p")
    request.resolution = resolution
    request.aspectRatio = ratio
    request.durationSeconds = seconds
    change(&request)
    return request
  }

  private func tokens(_ request: VideoRequest) throws -> ArkTokens {
    try #require(ArkTokens(request, facts: try ArkTests.model(request.model)))
  }

  private func video(_ seconds: Double?) -> MediaInput {
    var input = MediaInput(kind: .video, role: "reference", url: "https://example.com/v.mp4")
    input.durationSeconds = seconds
    return input
  }

  @Test("Tokens are those that were seen at the vendor")
  func seen() throws {
    let new = "doubao-seedance-2-0-260128"
    let old = "doubao-seedance-1-0-pro-250528"
    #expect(try tokens(request(new, "720p", "16:9", 5)).expected == 108_900)
    #expect(try tokens(request(old, "1080p", "16:9", 5)).expected == 246_840)
    #expect(try tokens(request(new, "480p", "16:9", 5)).expected == 50_638)
    #expect(try tokens(request(old, "720p", "16:9", 5)).expected == 103_818)
    let edited = try tokens(request(new, "480p", "4:3", 5) { $0.inputs = [video(5)] })
    #expect([edited.low, edited.expected, edited.high] == [99_111, 99_111, 99_111])
  }

  @Test("An exact number of frames counts as it is")
  func frames() throws {
    let counted = request("doubao-seedance-1-0-pro-250528", "1080p", "16:9", 0) {
      $0.durationSeconds = nil
      $0.frames = 121
    }
    #expect(try tokens(counted).expected == 246_840)
  }

  @Test("Where the model chooses, the tokens are a range up to the largest case")
  func ranges() throws {
    let model = "doubao-seedance-2-0-260128"
    let length = try tokens(request(model, "720p", "16:9", -1))
    #expect(length.low == 900 * 97)
    #expect(length.expected == 108_900)
    #expect(length.high == 900 * 361)
    let shape = try tokens(request(model, "480p", "adaptive", 5))
    #expect(shape.low == 640 * 640 * 121 / 1024)
    #expect(shape.expected == 50_638)
    #expect(shape.high == 992 * 432 * 121 / 1024)
    var image = MediaInput(kind: .image, role: "first_frame", asset: "a1")
    image.widthPixels = 900
    image.heightPixels = 1600
    let shaped = try tokens(request(model, "720p", "adaptive", 5) { $0.inputs = [image] })
    #expect(shaped.expected == 720 * 1280 * 121 / 1024)
    let unseen = try tokens(request(model, "720p", "16:9", 5) { $0.inputs = [video(nil), video(nil)] })
    #expect(unseen.low == 900 * (121 + 4 * 24))
    #expect(unseen.expected == 900 * (121 + 10 * 24))
    #expect(unseen.high == 900 * (121 + 15 * 24))
  }

  @Test("A draft counts for a part, less of it with sound")
  func drafts() throws {
    let model = "doubao-seedance-1-5-pro-251215"
    let sound = request(model, "480p", "16:9", 5) { $0.options["draft"] = true }
    var silent = sound
    silent.audio = false
    #expect(try tokens(sound).expected == 864 * 496 * 121 * 60 / (1024 * 100))
    #expect(try tokens(silent).expected == 864 * 496 * 121 * 70 / (1024 * 100))
  }

  @Test("4k has four times the pixels of 1080p; an unknown size has no tokens")
  func unpublished() throws {
    let model = "doubao-seedance-2-0-260128"
    #expect(try tokens(request(model, "4k", "16:9", 5)).expected == 4 * 1920 * 1080 * 121 / 1024)
    #expect(ArkTokens(request(model, "8k", "16:9", 5), facts: try ArkTests.model(model)) == nil)
  }

  @Test(
    "Prices follow resolution, sound, input videos and tier",
    arguments: [
      (["model": "doubao-seedance-2-0-260128", "resolution": "720p"], "46"),
      (["model": "doubao-seedance-2-0-260128", "resolution": "1080p"], "51"),
      (["model": "doubao-seedance-2-0-260128", "resolution": "4k"], "26"),
      (
        [
          "model": "doubao-seedance-2-0-260128", "resolution": "480p",
          "inputs": [["kind": "video", "role": "reference", "url": "u"]],
        ], "28"
      ),
      (
        [
          "model": "doubao-seedance-2-0-260128", "resolution": "1080p",
          "inputs": [["kind": "video", "role": "reference", "url": "u"]],
        ], "31"
      ),
      (
        [
          "model": "doubao-seedance-2-0-260128", "resolution": "4k",
          "inputs": [["kind": "video", "role": "reference", "url": "u"]],
        ], "16"
      ),
      (["model": "doubao-seedance-2-0-fast-260128"], "37"), (["model": "doubao-seedance-2-0-mini-260615"], "23"),
      (["model": "doubao-seedance-2-5-260628", "resolution": "720p"], "70"),
      (["model": "doubao-seedance-2-5-260628", "resolution": "1080p"], "77"),
      (["model": "doubao-seedance-1-5-pro-251215", "audio": true], "16"),
      (["model": "doubao-seedance-1-5-pro-251215", "audio": false], "8"),
      (["model": "doubao-seedance-1-5-pro-251215", "audio": true, "options": ["service_tier": "flex"]], "8"),
      (["model": "doubao-seedance-1-5-pro-251215", "audio": false, "options": ["service_tier": "flex"]], "4"),
      (["model": "doubao-seedance-1-0-pro-250528"], "15"),
      (["model": "doubao-seedance-1-0-pro-250528", "options": ["service_tier": "flex"]], "7.5"),
      (["model": "doubao-seedance-1-0-pro-fast-251015"], "4.2"),
      (["model": "doubao-seedance-1-0-lite-t2v-250428"], "10"),
    ] as [(JSON, String)])
  func unitPrices(json: JSON, price: String) throws {
    let request = try VideoRequest(json)
    let table = try #require(try ArkTests.model(request.model).price)
    #expect(table.unitPrice(for: request, profile: nil)?.decimal == price)
  }

  @Test("A finished task costs the tokens that the vendor counted, at the price of its purchase")
  func costs() throws {
    let asked = request("doubao-seedance-2-0-260128", "720p", "16:9", 5)
    func cost(_ profile: String) throws -> String? {
      let connection = Connection(profile: profile, baseURL: "https://example.com")
      let step = try ArkTests.seedance.create(
        CreateCall(request: asked, connection: connection, nowMilliseconds: ArkTests.now))
      let body =
        #"{"id":"1","status":"succeeded","content":{"video_url":"https://example.com"},"#
        + #""usage":{"total_tokens":99111}}"#
      let done = try ArkTests.seedance.resume(ArkTests.answer("poll", state: try #require(step.state), body))
      #expect(done.state == step.state)
      return try ArkTests.update(done).cost?.decimal
    }
    #expect(try cost("official") == "4.559106")
    #expect(try cost("byteplus") == nil)
    #expect(try cost("relay") == nil)
  }

  @Test("Nonsense does not overflow")
  func nonsense() throws {
    for seconds in [Int.max, 1 << 40] {
      _ = try tokens(request("doubao-seedance-2-0-260128", "720p", "16:9", seconds))
      _ = try tokens(request("doubao-seedance-1-0-pro-250528", "720p", "16:9", 5) { $0.frames = seconds })
    }
    let wait = Failure(.rateLimited, "Slowly.", retryAfterMilliseconds: .max)
    #expect(try ArkTests.encode(.failure(wait)).status == 429)
  }

  @Test("A quote names tokens, price and date; without a table or a size it says so")
  func quotes() throws {
    let asked = request("doubao-seedance-2-0-260128", "720p", "16:9", 5)
    let table = try #require(try ArkTests.model(asked.model).price)
    let quote = try ArkTests.seedance.quote(asked, prices: table)
    #expect(quote.expected?.decimal == "5.0094")
    #expect(quote.low == quote.high)
    #expect(quote.basis == "about 108900 tokens at 46 CNY a million")
    #expect(quote.asOf == table.asOf)
    var same = asked
    same.model = "volc-\(asked.model)"
    #expect(try ArkTests.volc.quote(same, prices: table) == quote)
    #expect(try ArkTests.seedance.quote(asked, prices: nil).expected == nil)
    var unknown = asked
    unknown.resolution = nil
    #expect(try ArkTests.seedance.quote(unknown, prices: table).expected == nil)
    #expect(try ArkTests.volc.quote(VideoRequest(model: "ep-1", prompt: "p"), prices: nil).expected == nil)
  }
}
