// SPDX-License-Identifier: Apache-2.0

public import EventLoop
public import Jobs
public import OrderedJSON
public import Store
public import VideoDocuments

/// What a person knows of a job whose outcome is unknown.
///
/// JSON: `{"upstream_id"}`, `{"not_bought": true}`, or `{}` for nothing.
public enum Settlement: Sendable, Hashable {
  /// The vendor has it under that id.
  case found(upstreamID: String)
  /// The vendor does not have it.
  case notBought
  /// The vendor is to be asked by what was sent along.
  case looked

  private static let idName = "upstream_id"
  private static let notBoughtName = "not_bought"

  public init(_ json: JSON) throws(Failure) {
    guard let object = json.object else {
      throw Failure(.invalid, "The body must be an object.", field: "body", advice: "Send {\"upstream_id\": …}.")
    }
    for (name, _) in object where name != Self.idName && name != Self.notBoughtName {
      throw Failure(
        .invalid, "A settlement has no \(name).", field: name,
        advice: "It has upstream_id, or not_bought, or nothing.")
    }
    let isNotBought = object[Self.notBoughtName]?.nonNull ?? false
    guard let flag = isNotBought.bool else {
      throw Failure(.invalid, "not_bought must be true or false.", field: Self.notBoughtName)
    }
    guard let id = object[Self.idName]?.nonNull else {
      self = flag ? .notBought : .looked
      return
    }
    guard let text = id.string else {
      throw Failure(.invalid, "upstream_id must be a text.", field: Self.idName)
    }
    guard !flag else {
      throw Failure(
        .invalid, "upstream_id and not_bought exclude each other.", field: Self.notBoughtName,
        advice: "Leave one of them out.")
    }
    self = .found(upstreamID: text)
  }

  public var json: JSON {
    switch self {
    case .found(let id): return .object([Self.idName: .string(id)])
    case .notBought: return .object([Self.notBoughtName: true])
    case .looked: return .object([:])
    }
  }

  /// Settles the job, by its id or the end of it; throws where it stays unknown.
  @LoopActor public func carryOut(_ jobID: String, _ runner: JobRunner) async throws(Failure) -> JobRecord {
    switch self {
    case .found(let id): return try await runner.settle(jobID, upstreamID: id)
    case .notBought: return try await runner.settleAsNotBought(jobID)
    case .looked: return try await runner.lookUp(jobID)
    }
  }
}
