// SPDX-License-Identifier: Apache-2.0

import VideoDocuments

/// The account and profile that carry a request, or what is missing for the best of them.
struct AccountChoice {
  let profile: ProfileFacts
  let account: Account
  /// Set when the account lacks a secret or a base URL.
  let missing: Failure?

  /// Takes an account whose profile offers the model and that lacks nothing, else the first that offers it. Among
  /// several, those that are not busy; among these, by weight.
  init(_ match: ModelMatch, _ accounts: [Account], _ options: PlanOptions) throws(Failure) {
    let manifest = match.entry.manifest
    if let wanted = options.profile, !manifest.profiles.contains(where: { $0.id == wanted }) {
      let known = manifest.profiles.map { $0.id }
      throw Failure(
        .invalid, "Plugin \(manifest.id) has no profile \(shown(wanted)); it has \(listed(known, "and")).",
        field: "profile", advice: "Run `filmgate plugins show \(manifest.id)` to see its profiles.")
    }
    let ofPlugin = accounts.filter { account in
      account.pluginID == match.entry.pluginID && (options.account == nil || account.name == options.account)
        && (options.profile == nil || account.profile == options.profile)
    }
    let offering = ofPlugin.filter { account in
      (match.model.profiles.isEmpty || match.model.profiles.contains(account.profile))
        && account.carries(model: match.requestModel, matchedName: match.matchedName)
    }
    guard let best = Self.choose(among: offering.filter { $0.missing.isEmpty }, options) ?? offering.first else {
      throw Self.noneOffers(match, ofPlugin, options)
    }
    guard let profile = manifest.profiles.first(where: { $0.id == best.profile }) else {
      throw Failure(
        .plugin, "Account \(best.name) uses profile \(best.profile), which plugin \(manifest.id) no longer has.",
        field: "profile",
        advice: "Choose one of \(listed(manifest.profiles.map { $0.id })) in the configuration.")
    }
    self.profile = profile
    account = best
    missing = best.missing.isEmpty ? nil : best.lack(displayName: manifest.name)
  }

  private static func choose(among usable: [Account], _ options: PlanOptions) -> Account? {
    let free = usable.filter { !options.busyAccounts.contains($0.name) }
    let candidates = free.isEmpty ? usable : free
    let total = candidates.reduce(0) { $0 + max($1.weight, 0) }
    var mark = options.chance * Double(total)
    for account in candidates where account.weight > 0 {
      mark -= Double(account.weight)
      if mark < 0 { return account }
    }
    return candidates.last { $0.weight > 0 } ?? candidates.first
  }

  private static func noneOffers(_ match: ModelMatch, _ ofPlugin: [Account], _ options: PlanOptions) -> Failure {
    let manifest = match.entry.manifest
    if let first = ofPlugin.first {
      let offered = match.model.profiles.isEmpty ? manifest.profiles.map { $0.id } : match.model.profiles
      return Failure(
        .unsupported,
        "\(match.matchedName) is offered through \(listed(offered)), and account \(first.name) "
          + (offered.contains(first.profile) ? "is not configured for that model." : "uses \(first.profile)."),
        field: "model", advice: "Choose another model or account; `filmgate config show` lists the accounts.")
    }
    let wanted = options.profile.map { " with profile \($0)" } ?? ""
    return Failure(
      .authentication, "No account of plugin \(manifest.id)\(wanted) is configured.", field: "account",
      advice: "Run `filmgate keys set \(manifest.id)`, or add an account to the configuration.")
  }
}
