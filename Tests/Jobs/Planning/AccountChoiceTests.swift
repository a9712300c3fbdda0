// SPDX-License-Identifier: Apache-2.0

import Jobs
import OrderedJSON
import Testing
import VideoDocuments

@Suite struct AccountChoiceTests {
  static let request: JSON = ["model": "acme-2", "prompt": "a"]

  static func lacking(_ name: String, profile: String = "official") -> Account {
    var account = Acme.account(name, profile: profile)
    account.missing = [
      MissingSettings(
        scheme: "jwt-hs256",
        settings: [
          MissingSetting(name: "access_key", variables: ["FILMGATE_ACME_ACCESS_KEY", "ACME_ACCESS_KEY"]),
          MissingSetting(name: "secret_key", variables: ["FILMGATE_ACME_SECRET_KEY", "ACME_SECRET_KEY"]),
        ]),
      MissingSettings(
        scheme: "bearer", settings: [MissingSetting(name: "api_key", variables: ["FILMGATE_ACME_API_KEY"])]),
    ]
    return account
  }

  @Test func `The first account with all its secrets is taken`() throws {
    let plan = try Acme.plan(
      Self.request, accounts: [Self.lacking("a"), Acme.account("b", profile: "relay"), Acme.account("c")])
    #expect(plan.account.name == "b")
    #expect(plan.profile.id == "relay")
  }

  @Test func `A model that only some profiles offer skips the other accounts`() throws {
    let plan = try Acme.plan(
      ["model": "acme-1", "prompt": "a"], accounts: [Acme.account("b", profile: "relay"), Acme.account("c")])
    #expect(plan.account.name == "c")
    let problems = try Acme.problems(
      ["model": "acme-1", "prompt": "a"], accounts: [Acme.account("b", profile: "relay")])
    #expect(problems.first?.message == "acme-1 is offered through official, and account b uses relay.")
  }

  @Test func `A missing key is told with its variables and the command that stores it`() throws {
    let failure = try #require(try Acme.problems(Self.request, accounts: [Self.lacking("acme/official")]).first)
    #expect(failure.kind == .authentication)
    #expect(
      failure.message
        == "No key for Acme (account acme/official): set ACME_ACCESS_KEY (or FILMGATE_ACME_ACCESS_KEY) and "
        + "ACME_SECRET_KEY (or FILMGATE_ACME_SECRET_KEY), or FILMGATE_ACME_API_KEY.")
    #expect(
      failure.advice
        == "Set it in the environment, or run `filmgate keys set acme access_key` and "
        + "`filmgate keys set acme secret_key`.")
  }

  @Test func `A dry run needs no key, and a broken limit is told before a missing key`() throws {
    let plan = try Acme.plan(Self.request, PlanOptions(needsSecrets: false), accounts: [Self.lacking("a")])
    #expect(plan.account.name == "a")
    let problems = try Acme.problems(
      ["model": "acme-2", "prompt": "a", "duration_seconds": 99], accounts: [Self.lacking("a")])
    #expect(problems.map { $0.kind } == [.invalid, .authentication])
  }

  @Test func `A wanted account or profile is found or told`() throws {
    let accounts = [Acme.account("one"), Acme.account("two", profile: "relay")]
    #expect(try Acme.plan(Self.request, PlanOptions(account: "two"), accounts: accounts).account.name == "two")
    #expect(try Acme.plan(Self.request, PlanOptions(profile: "relay"), accounts: accounts).account.name == "two")
    #expect(
      try Acme.problems(Self.request, PlanOptions(account: "tow"), accounts: accounts).first?.message
        == "There is no account \"tow\"; did you mean two?")
    #expect(
      try Acme.problems(Self.request, PlanOptions(profile: "x"), accounts: accounts).first?.message
        == "Plugin acme has no profile \"x\"; it has official and relay.")
    #expect(try Acme.problems(Self.request, accounts: []).first?.kind == .authentication)
  }

  @Test func `An account with model patterns carries those alone`() throws {
    var account = Acme.account("narrow")
    account.modelPatterns = [NamePattern("ep-*")]
    #expect(try Acme.plan(["model": "ep-1", "prompt": "a"], accounts: [account]).request.model == "ep-1")
    #expect(try Acme.problems(Self.request, accounts: [account]).count == 1)
  }

  private static func weighted(_ name: String, _ weight: Int) -> Account {
    var account = Acme.account(name)
    account.weight = weight
    return account
  }

  @Test func `Accounts that fit share by weight, and the chance is an argument`() throws {
    let accounts = [Self.weighted("a", 1), Self.weighted("b", 3), Self.weighted("standby", 0)]
    var counts: [String: Int] = [:]
    for step in 0..<100 {
      var options = PlanOptions()
      options.chance = Double(step) / 100
      counts[try Acme.plan(Self.request, options, accounts: accounts).account.name, default: 0] += 1
    }
    #expect(counts == ["a": 25, "b": 75])
    #expect(try Acme.plan(Self.request, accounts: accounts).account.name == "a")
  }

  @Test func `A busy account comes after those with room, also after one that stands by`() throws {
    let accounts = [Self.weighted("a", 5), Self.weighted("b", 1), Self.weighted("standby", 0)]
    func name(busy: Set<String>, chance: Double = 0.5) throws -> String {
      var options = PlanOptions()
      options.busyAccounts = busy
      options.chance = chance
      return try Acme.plan(Self.request, options, accounts: accounts).account.name
    }
    #expect(try name(busy: ["a"]) == "b")
    #expect(try name(busy: ["a", "b"]) == "standby")
    // All are busy: then it waits where most would go.
    #expect(try name(busy: ["a", "b", "standby"]) == "a")
    #expect(try name(busy: [], chance: 0.999_999) == "b")
  }

  @Test func `No message and no description of an account holds its secret`() {
    let account = Acme.account()
    #expect(!"\(account)".contains("canary"))
    #expect(!String(reflecting: account).contains("canary"))
    var text = ""
    dump(account, to: &text)
    #expect(!text.contains("canary"))
  }
}
