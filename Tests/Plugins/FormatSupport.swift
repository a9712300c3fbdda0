// SPDX-License-Identifier: Apache-2.0

import Dialects
import JimengProvider
import Jobs
import KlingProvider
import OrderedJSON
import ProviderKit
import SeedanceProvider
import Testing
import VideoDocuments
import VolcProvider

/// The five wire formats side by side, as a gateway serves them: whatever the format, any model may be named in it.
enum Formats {
  static let names = ["unified", "openai", "kling", "jimeng", "volc"]

  static let providers: [String: any Provider] = [
    "seedance": SeedanceProvider(), "kling": KlingProvider(), "jimeng": JimengProvider(), "volc": VolcProvider(),
  ]

  /// The plugins' models, and an account for each profile. Read once: there are many tests and long manifests.
  private static let market = Result {
    let catalog = Catalog(
      try [SeedanceProvider.manifest, KlingProvider.manifest, JimengProvider.manifest, VolcProvider.manifest].map {
        CatalogEntry(try Manifest(JSON(parsing: $0)))
      })
    return (catalog, try AccountBook(manifests: catalog.entries.map { $0.manifest }, environment: [:]).accounts)
  }

  /// What a create body in a format means; `route` is the plugin's, with the path that led to it.
  static func decode(_ format: String, _ body: JSON, route: String = "", path: String = "") throws -> DecodedRequest {
    switch format {
    case "unified": return try UnifiedDialect.decode(body)
    case "openai": return try OpenAIDialect.decode(body)
    default:
      let intent = try #require(providers[format]).decode(
        DecodeCall(route: route, head: RequestHead(method: "POST", path: path), body: body.serialized()))
      guard case .create(let request, let ledger) = intent else { throw Failure(.internal, "not a create") }
      return DecodedRequest(request: request, ledger: ledger)
    }
  }

  /// The request as it would be bought.
  static func plan(_ decoded: DecodedRequest, _ leniency: PlanOptions.Leniency = .strict) throws -> Plan {
    let (catalog, accounts) = try market.get()
    do throws(PlanFailure) {
      return try Planner.plan(
        decoded.request, decoded: decoded.ledger, catalog: catalog, accounts: accounts,
        options: PlanOptions(leniency: leniency, needsSecrets: false))
    } catch {
      throw error.failure
    }
  }

  /// What became of every field, with the body that would go to the vendor.
  static func settle(_ plan: Plan) throws -> (ledger: [LedgerEntry], warnings: [String], body: JSON) {
    let step = try #require(providers[plan.pluginID]).create(
      CreateCall(request: plan.request, connection: plan.account.connection, nowMilliseconds: ArkTests.now))
    let check = LedgerCheck.merge(planned: plan.ledger, fromPlugin: step.ledger, request: plan.request)
    return (check.ledger, plan.warnings + check.warnings, try Kling.body(step))
  }

  static func encode(_ format: String, _ result: Outcome.Result, route: String = "get") throws -> HTTPReply {
    let outcome = Outcome(result, requestID: "r-1", nowMilliseconds: ArkTests.now, elapsedMilliseconds: 1.2)
    switch format {
    case "unified": return UnifiedDialect.encode(outcome, UnifiedDialect.Reply { "https://gate.example/\($0)" })
    case "openai":
      return OpenAIDialect.encode(outcome, OpenAIDialect.Reply(contentURL: { "https://gate.example/\($0)" }))
    case "jimeng": return try JimengProvider().encode(outcome, route: route == "get" ? "result" : "submit")
    default: return try #require(providers[format]).encode(outcome, route: route)
    }
  }
}
