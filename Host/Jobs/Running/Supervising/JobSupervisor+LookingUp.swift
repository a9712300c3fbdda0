// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Store
import VideoDocuments

/// Jobs of which nobody knows whether they were bought: the vendor is asked for them by what was sent along.
extension JobSupervisor {
  /// At the start, one after the other.
  func lookUpAll() async throws(Failure) {
    let unknown = try await runner.store.jobs(JobFilter(states: [.unknown], limit: settings.maximumLookUps))
    for (number, record) in unknown.enumerated() {
      lookUp(record, delayMilliseconds: Int64(number) * Self.startGapMilliseconds)
    }
  }

  private static var startGapMilliseconds: Int64 { 50 }
  /// The wait where the account's pace lets no question pass.
  private static var paceMilliseconds: Int64 { 1_000 }

  /// Asks for it with growing waits until it is settled, by whomever, or the time for that is over. That the vendor does
  /// not know it settles nothing: it may take its time, and a person has the last word.
  func lookUp(_ record: JobRecord, delayMilliseconds: Int64 = 0) {
    guard isServing, lookUps[record.id] == nil, runner.canLookUp(record) else { return }
    let (id, account, clock, settings) = (record.id, record.account, clock, settings)
    let end = record.task.updatedAtMilliseconds + settings.lookUpMilliseconds
    lookUps[id] = Task { @LoopActor [weak self] in
      var wait = settings.firstLookUpMilliseconds
      var pause = wait + delayMilliseconds
      while (try? await clock.sleep(milliseconds: pause)) != nil, let self, self.isServing {
        if !self.admission.lookAtOnce(id, account) {
          self.admission.forgetLook(id, account)
          pause = Self.paceMilliseconds
          continue
        }
        guard await self.isStillUnknown(id) else { break }
        wait = min(wait * 2, settings.maximumLookUpWaitMilliseconds)
        pause = wait
        if clock.nowMilliseconds + pause > end { break }
      }
      self?.lookUps[id] = nil
    }
  }

  /// Asks once; what is found is written, and taken up by whoever hears of it.
  private func isStillUnknown(_ id: String) async -> Bool {
    do throws(Failure) {
      _ = try await runner.lookUp(id)
      return false
    } catch {
      // Settled by somebody else, or removed.
      guard let record = try? await runner.store.job(id) else { return false }
      return record.state == .unknown
    }
  }
}
