// SPDX-License-Identifier: Apache-2.0

public import VideoDocuments

/// Turns a decoded request into a plan. Pure: the same request, catalog and accounts give the same plan.
public enum Planner {
  /// Options that would change the model behind the caller's back; refused unless a model lists them.
  public static let refusedOptions: Set<String> = ["model", "model_name", "req_key"]

  /// Plans one request.
  ///
  /// - Parameters:
  ///   - request: as decoded; `model` may be an id, an alias, a name that a pattern matches, or `PLUGIN/MODEL`.
  ///   - decoded: the ledger that the dialect's decoding wrote.
  ///   - accounts: in the order of preference; see `AccountBook`.
  /// - Throws: everything that is wrong with the request, at once.
  public static func plan(
    _ request: VideoRequest, decoded: [LedgerEntry] = [], catalog: Catalog, accounts: [Account],
    options: PlanOptions = PlanOptions()
  ) throws(PlanFailure) -> Plan {
    let match: ModelMatch
    let choice: AccountChoice
    do throws(Failure) {
      let wanted = try wantedAccount(options, accounts)
      let name = request.model.isEmpty ? options.defaultModel ?? "" : request.model
      match = try catalog.model(named: name, pluginID: wanted?.pluginID)
      choice = try AccountChoice(match, accounts, options)
    } catch {
      throw PlanFailure(error)
    }
    var draft = PlanDraft(request, decoded: decoded, match: match, profile: choice.profile.id, options: options)
    draft.checkGlobalLimits()
    draft.applyImpliedFields()
    draft.settleOptions()
    draft.chooseRoles()
    draft.translateSize()
    draft.settleUnsupported()
    draft.fillDefaults()
    draft.shareShotDurations()
    draft.checkFields()
    draft.checkInputs()
    draft.checkCombinations()
    var problems = draft.problems
    if let missing = choice.missing, options.needsSecrets { problems.append(missing) }
    if let first = problems.first { throw PlanFailure(first, others: Array(problems.dropFirst())) }
    return Plan(
      pluginID: match.entry.pluginID, pluginVersion: match.entry.pluginVersion, manifest: match.entry.manifest,
      model: match.model, profile: choice.profile, account: choice.account, request: draft.request,
      ledger: draft.ledger, warnings: draft.warnings)
  }

  private static func wantedAccount(_ options: PlanOptions, _ accounts: [Account]) throws(Failure) -> Account? {
    guard let name = options.account else { return nil }
    if let account = accounts.first(where: { $0.name == name }) { return account }
    let names = accounts.map { $0.name }
    let close = EditDistance.suggestions(for: name, among: names)
    let hint =
      close.isEmpty ? "the accounts are \(listed(names, "and"))" : "did you mean \(listed(close))?"
    throw Failure(
      .invalid, "There is no account \(shown(name)); \(names.isEmpty ? "none is configured" : hint)", field: "account",
      advice: "Run `filmgate config show` to see the accounts.")
  }
}
