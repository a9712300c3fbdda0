// SPDX-License-Identifier: Apache-2.0

public import Store
public import VideoDocuments

extension JobRunner {
  /// Asks the vendor for fresh links to the outputs of a job that has succeeded, and writes them down. Kind `expired` when
  /// the vendor has the outputs no more.
  public func relink(_ id: String) async throws(Failure) -> JobRecord {
    guard let job = try await store.job(id) else { throw Failure(.notFound, "There is no job \(id).") }
    let event = await look(job)
    switch event {
    case .looked(let update, _) where update.phase == .succeeded && !update.outputs.isEmpty:
      return try await apply(event, to: id).job
    case .looked: throw Failure(.expired, "The provider no longer has the clip.", charged: .yes)
    case .lookFailed(let failure) where failure.kind == .notFound || failure.kind == .expired:
      throw Failure(.expired, "The provider no longer knows the task.", charged: .yes)
    case .lookFailed(let failure): throw failure
    default: throw Failure(.unreachable, "The provider wants to be asked again later.")
    }
  }
}
