// SPDX-License-Identifier: Apache-2.0

/// Jobs that wait for one account: in order within a caller, and the callers in turn. Pure.
struct FairLine: Sendable {
  private struct Place {
    var id: String
    /// Grows along the line, so that a place is found by halving.
    var number: Int
  }

  /// Of each caller that waits.
  private var places: [String: [Place]] = [:]
  /// The callers that wait, the next first.
  private var turns: [String] = []
  private var standing: [String: (caller: String, number: Int)] = [:]
  private var nextNumber = 0

  var isEmpty: Bool { standing.isEmpty }
  var count: Int { standing.count }

  func contains(_ id: String) -> Bool { standing[id] != nil }

  /// Puts a job at the end of its caller's line; one that stands there already stays where it is.
  mutating func append(_ id: String, of caller: String) {
    guard standing[id] == nil else { return }
    standing[id] = (caller, nextNumber)
    if places[caller] == nil { turns.append(caller) }
    places[caller, default: []].append(Place(id: id, number: nextNumber))
    nextNumber += 1
  }

  /// Takes the job whose turn it is.
  mutating func takeFirst() -> String? {
    guard let caller = turns.first, let first = places[caller]?.first else { return nil }
    turns.removeFirst()
    standing[first.id] = nil
    places[caller]?.removeFirst()
    if places[caller]?.isEmpty == true { places[caller] = nil } else { turns.append(caller) }
    return first.id
  }

  /// Takes a job out of the line, wherever it stands.
  @discardableResult
  mutating func remove(_ id: String) -> Bool {
    guard let (caller, number) = standing.removeValue(forKey: id), var line = places[caller] else { return false }
    line.remove(at: Self.index(of: number, in: line))
    places[caller] = line.isEmpty ? nil : line
    if line.isEmpty { turns.removeAll { $0 == caller } }
    return true
  }

  /// 1: the next. What comes later can still change it by one turn of each other caller.
  func position(of id: String) -> Int? {
    guard let (caller, number) = standing[id], let line = places[caller] else { return nil }
    let index = Self.index(of: number, in: line)
    var ahead = index
    var isBefore = true
    for other in turns {
      if other == caller {
        isBefore = false
        continue
      }
      ahead += min(places[other]?.count ?? 0, isBefore ? index + 1 : index)
    }
    return ahead + 1
  }

  /// Empties the line; the jobs in the order of their turns.
  mutating func takeAll() -> [(id: String, caller: String)] {
    var all: [(String, String)] = []
    while let caller = turns.first, let id = takeFirst() { all.append((id, caller)) }
    return all
  }

  private static func index(of number: Int, in line: [Place]) -> Int {
    var low = 0
    var high = line.count - 1
    while low < high {
      let middle = (low + high) / 2
      if line[middle].number < number { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
