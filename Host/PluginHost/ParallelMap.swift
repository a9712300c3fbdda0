// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

/// Computes a value for each index on a few threads, and waits for all of them. For what mostly waits, where there is no
/// event loop; one slow piece holds one thread and none of the others' pieces.
func mapInParallel<Value: Sendable>(
  _ count: Int, maximumThreads: Int, _ compute: @escaping @Sendable (Int) -> Value
) -> [Value] {
  guard count > 1, maximumThreads > 1 else { return (0..<count).map(compute) }
  let work = ParallelWork(count, compute)
  var threads: [pthread_t] = []
  for _ in 0..<min(count, maximumThreads) - 1 {
    var thread = pthread_t()
    let argument = Unmanaged.passRetained(work as ParallelWorkBase)
    if pthread_create(&thread, nil, parallelWorkMain, argument.toOpaque()) == 0 {
      threads.append(thread)
    } else {
      argument.release()
    }
  }
  // This thread takes its share, and all of it when no other could be started.
  work.run()
  for thread in threads { pthread_join(thread, nil) }
  return work.values.withLock { values in values.compactMap { $0 } }
}

private nonisolated func parallelWorkMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument else { return nil }
  Unmanaged<ParallelWorkBase>.fromOpaque(argument).takeRetainedValue().run()
  return nil
}

private class ParallelWorkBase {
  func run() {}
}

private final class ParallelWork<Value: Sendable>: ParallelWorkBase {
  private let next = Atomic(0)
  private let count: Int
  private let compute: @Sendable (Int) -> Value
  let values: Mutex<[Value?]>

  init(_ count: Int, _ compute: @escaping @Sendable (Int) -> Value) {
    self.count = count
    self.compute = compute
    values = Mutex(Array(repeating: nil, count: count))
  }

  override func run() {
    while true {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < count else { return }
      let value = compute(index)
      values.withLock { $0[index] = value }
    }
  }
}
