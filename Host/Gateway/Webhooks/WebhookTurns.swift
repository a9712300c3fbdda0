// SPDX-License-Identifier: Apache-2.0

import Store

/// Shares places out among lanes: first every key gets one, then every host of a key, then more. Pure.
struct WebhookTurns {
  /// Messages under way at the same time.
  var parallel = 32
  /// Of one key: one caller's dead servers leave room for the others'.
  var perKey = 16
  /// Of one lane.
  var perLane = 4

  /// `lanes` in the order in which they wait; `busy` is what is under way.
  func choose(_ lanes: [WebhookLane], busy: [WebhookLane: Int]) -> [WebhookShare] {
    var left = parallel - busy.values.reduce(0, +)
    var ofKey: [String: Int] = [:]
    for (lane, count) in busy { ofKey[lane.keyID, default: 0] += count }
    var queues: [String: [WebhookLane]] = [:]
    var keys: [String] = []
    for lane in lanes {
      if queues[lane.keyID] == nil { keys.append(lane.keyID) }
      queues[lane.keyID, default: []].append(lane)
    }
    var shares: [WebhookLane: Int] = [:]
    var order: [WebhookLane] = []
    while left > 0, !keys.isEmpty {
      for key in keys where left > 0 {
        guard let lane = queues[key]?.first, ofKey[key, default: 0] < perKey else {
          queues[key] = nil
          continue
        }
        queues[key]?.removeFirst()
        let share = shares[lane, default: 0]
        guard busy[lane, default: 0] + share < perLane else { continue }
        if share == 0 { order.append(lane) }
        shares[lane] = share + 1
        ofKey[key, default: 0] += 1
        left -= 1
        queues[key]?.append(lane)
      }
      keys.removeAll { queues[$0]?.isEmpty ?? true }
    }
    return order.map { WebhookShare($0, count: shares[$0] ?? 0) }
  }
}
