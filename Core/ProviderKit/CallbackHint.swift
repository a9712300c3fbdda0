// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
public import VideoDocuments

/// What most vendors' callbacks come to: the body is the task as a look would show it.
public enum CallbackHint {
  /// The step of a provider's `callback`: the phase that the vendor announces, as far as the body says so. A body about
  /// another task is `not_found`.
  public static func step(_ call: CallbackCall) -> Step {
    guard let json = try? JSON(parsing: call.body, limits: .lenient), json.object != nil else {
      return Step(.fail(Failure(.drift, "The callback's body is not a JSON object.")))
    }
    let reader = AnswerReader(json)
    let id = reader.taskID
    if let id, let known = call.task.upstreamID, id != known {
      return Step(.fail(Failure(.notFound, "The callback is about another task.")))
    }
    guard let found = reader.phase else { return Step(.wait(0)) }
    var update = TaskUpdate(found.phase, upstreamID: id, rawStatus: found.word)
    update.progressPercent = reader.progressPercent
    return Step(.update(update))
  }
}
