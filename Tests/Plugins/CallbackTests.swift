// SPDX-License-Identifier: Apache-2.0

import Jobs
import KlingProvider
import Network
import OrderedJSON
import ProviderKit
import SeedanceProvider
import Testing
import VideoDocuments
import VolcProvider

/// What vendors announce, and how they are asked to.
@Suite("Callbacks") struct CallbackTests {
  private static let secret = "whsec_dGVzdHNlY3JldHRlc3RzZWNyZXR0ZXN0c2VjcmV0MTI="
  private static let body = Array(
    #"{"id":"1234567890","status":"succeeded","message":"","create_time":1781080778802,"update_time":1781080794151}"#
      .utf8)
  private static let sentAtSeconds: Int64 = 1_781_080_794

  private static func call(_ body: [UInt8], upstreamID: String?) -> CallbackCall {
    var task = VideoTask(
      id: "fg_1", request: VideoRequest(model: "kling-v3"), phase: .running, createdAtMilliseconds: 0)
    task.upstreamID = upstreamID
    return CallbackCall(head: RequestHead(method: "POST", path: ""), body: body, task: task)
  }

  @Test("vector W1 passes by what Kling's manifest declares, with the account's secret and no other")
  func vectorW1() throws {
    let manifest = try Kling.manifest()
    let facts = try #require(manifest.callback)
    let signature = try CallbackSignature(try #require(facts.signature))
    let environment = [
      "KLING_ACCESS_KEY": "a", "KLING_SECRET_KEY": "s", "KLING_WEBHOOK_SECRET": Self.secret,
    ]
    let account = try #require(try AccountBook(manifests: [manifest], environment: environment).accounts.first)
    #expect(account.missing.isEmpty)
    let secret = try #require(account.secrets[signature.secretName])
    let headers = [
      HTTPHeader("Webhook-Id", "9876543210"), HTTPHeader("Webhook-Timestamp", String(Self.sentAtSeconds)),
      HTTPHeader("Webhook-Signature", "v1,AAAA v1,UsKlJP00XoQyOn410NM9xv34sP+Gl0jnOO9Lcpr7NJ4="),
    ]
    func passes(
      _ headers: [HTTPHeader], _ secret: String, _ body: [UInt8] = Self.body, at now: Int64 = Self.sentAtSeconds
    ) -> Bool {
      (try? signature.verify(headers: headers, body: body, secret: secret, nowSeconds: now).get()) != nil
    }
    #expect(passes(headers, secret))
    #expect(!passes(headers, secret, Self.body + [0x20]))
    #expect(!passes(headers, "whsec_" + "AAAA"))
    #expect(!passes(headers, "not base64 at all"))
    #expect(!passes([], secret))
    #expect(!passes(headers, secret, at: Self.sentAtSeconds + 301))
    let step = try Kling.provider.callback(Self.call(Self.body, upstreamID: "1234567890"))
    guard case .update(let update) = step.action else { throw Failure(.internal, "not an update") }
    #expect(update.phase == .succeeded && update.upstreamID == "1234567890")
  }

  @Test("the secret of callbacks is not needed to buy, and resellers have none")
  func optionalSecret() throws {
    let keys = ["KLING_ACCESS_KEY": "a", "KLING_SECRET_KEY": "s", "FILMGATE_KLING_API_KEY": "k"]
    let book = try AccountBook(manifests: [try Kling.manifest()], environment: keys)
    #expect(book.accounts.map { $0.missing.isEmpty } == [true, false])
    let callback = try #require(try Kling.manifest().callback)
    #expect(callback.holds(for: "official") && !callback.holds(for: "relay"))
  }

  @Test("a secret that the configuration names and that is not there is missed")
  func unsetSecret() throws {
    let configuration = try ConfigurationReader.parse(
      Array("accounts:\n  - name: k\n    plugin: kling\n    secrets:\n      webhook_secret: {env: NOT_SET}\n".utf8),
      path: "c.yaml")
    let keys = ["KLING_ACCESS_KEY": "a", "KLING_SECRET_KEY": "s"]
    let book = try AccountBook(manifests: [try Kling.manifest()], configuration: configuration, environment: keys)
    #expect(book.accounts.first?.missing.isEmpty == false)
  }

  @Test("the flat legacy body and Ark's task object are read alike")
  func bodies() throws {
    let cases: [(any Provider, String, TaskPhase)] = [
      (Kling.provider, #"{"task_id":"7","task_status":"processing","task_status_msg":""}"#, .running),
      (Kling.provider, #"{"id":"7","status":"submitted","outputs":[]}"#, .queued),
      (ArkTests.seedance, #"{"id":"7","model":"m","status":"failed","error":{"code":"x","message":"y"}}"#, .failed),
      (ArkTests.volc, #"{"id":"7","status":"expired"}"#, .expired),
    ]
    for (provider, body, phase) in cases {
      let step = try provider.callback(Self.call(Array(body.utf8), upstreamID: "7"))
      #expect(try ArkTests.update(step).phase == phase, "\(body)")
    }
  }

  @Test("what is no task says so, and a task that is another is not this one")
  func strangers() throws {
    let kinds: [(String, FailureKind?)] = [
      ("[]", .drift), ("", .drift), ("\u{0}", .drift), (#"{"task_id":"8","task_status":"succeed"}"#, .notFound),
      (#"{"hello":"world"}"#, nil),
    ]
    for (body, kind) in kinds {
      let step = try Kling.provider.callback(Self.call(Array(body.utf8), upstreamID: "7"))
      if case .fail(let failure) = step.action {
        #expect(failure.kind == kind, "\(body)")
      } else {
        #expect(kind == nil && step.action == .wait(0), "\(body)")
      }
    }
  }

  @Test("the address goes to vendors that announce, and a request's own comes first")
  func addresses() throws {
    func body(_ provider: any Provider, _ model: String, _ profile: String, own: String? = nil) throws -> JSON {
      var request = VideoRequest(model: model, prompt: "a fox")
      if let own { request.options["callback_url"] = .string(own) }
      var connection = Connection(profile: profile, baseURL: "https://x.example")
      connection.callbackURL = "https://gate.example/callbacks/t"
      connection = try Connection(connection.json)
      return try Kling.body(
        try provider.create(CreateCall(request: request, connection: connection, nowMilliseconds: Kling.now)))
    }
    let models: [(any Provider, String)] = [
      (Kling.provider, "kling-v3"), (ArkTests.seedance, "doubao-seedance-1-5-pro-251215"),
      (ArkTests.volc, "volc-doubao-seedance-1-5-pro-251215"),
    ]
    for (provider, model) in models {
      #expect(try body(provider, model, "official")["callback_url"] == "https://gate.example/callbacks/t")
      #expect(try body(provider, model, "official", own: "https://own")["callback_url"] == "https://own")
      #expect(try !body(provider, model, "relay").text.contains("gate.example"))
    }
  }
}
